/**
 * The sandbox provider: offline, and the same request always gives the same bytes. It makes real files from the inputs,
 * and some of its models misbehave on purpose, to see how the rest copes.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Finished,
  type ImmediateProvider,
  type ProducedFile,
  ProviderError,
  type ProviderRequest,
} from './provider.ts';
import { analyse } from './sandbox/analysis.ts';
import { melody } from './sandbox/audio.ts';
import { picture } from './sandbox/image.ts';
import { seedOf } from './sandbox/seed.ts';
import { write } from './sandbox/text.ts';

/** How long the slow model thinks. */
const slowMs = 5_000;

/** What a model does before it makes anything. A name that is not here is a model that is not there. */
const models: Readonly<Record<string, (request: ProviderRequest) => Promise<void>>> = {
  'sandbox-1': async () => {},
  'sandbox-slow': async ({ signal }) => {
    await wait(slowMs, undefined, { signal });
  },
  'sandbox-fail': async () => {
    throw new ProviderError('fatal', 'The provider failed.');
  },
  'sandbox-flaky': async ({ attempt }) => {
    if (attempt === 1) throw new ProviderError('transient', 'The provider is busy.', { retryAfterSeconds: 1 });
  },
  'sandbox-blocked': async () => {
    throw new ProviderError('blocked', 'The provider refused this content.');
  },
};

const make = async (request: ProviderRequest): Promise<ProducedFile> => {
  const { output } = request.tool;
  const seed = seedOf(request);
  switch (output) {
    case 'image':
      return { kind: output, ...(await picture(request, seed)) };
    case 'json': {
      const bytes = Buffer.from(JSON.stringify(await analyse(request, seed), null, 2));
      return { kind: output, contentType: 'application/json', bytes };
    }
    case 'text':
      return { kind: output, contentType: 'text/plain', bytes: Buffer.from(write(request, seed)) };
    case 'audio':
      return { kind: output, contentType: 'audio/wav', bytes: melody(seed) };
    case 'video':
      throw new ProviderError('invalid', 'The sandbox makes no videos.');
  }
};

export const sandbox: ImmediateProvider = {
  name: 'sandbox',
  async start(request): Promise<Finished> {
    const behave = models[request.model];
    if (!behave) throw new ProviderError('next-model', 'The model is not there.');
    const startedAt = performance.now();
    await behave(request);
    const file = await make(request);
    return { status: 'finished', files: [file], usage: { computeMs: Math.round(performance.now() - startedAt) } };
  },
};
