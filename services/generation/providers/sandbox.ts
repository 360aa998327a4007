/** A provider that is always there: offline, deterministic, with real files, and models that misbehave on request. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Provider, ProviderError, type ProviderRequest } from './provider.ts';
import { make } from './sandbox/make.ts';
import { digestOf, seedFrom } from './sandbox/seed.ts';
import { isTaskModel, submit, tasks } from './sandbox/tasks.ts';

/** How long the slow model thinks. */
const slowMs = 5_000;

/** What a model that answers at once does before it makes anything. */
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

/** `now`: epoch milliseconds, for tasks. */
export const sandboxAt = (now: () => number): Provider => ({
  name: 'sandbox',
  async start(request) {
    const { model } = request;
    if (isTaskModel(model)) return submit(request, now());
    const behave = Object.hasOwn(models, model) ? models[model] : undefined;
    if (!behave) throw new ProviderError('next-model', 'The model is not there.');
    const beganAt = performance.now();
    await behave(request);
    return make(request, seedFrom(digestOf(request)), model, beganAt);
  },
  tasks: tasks(now),
});

export const sandbox: Provider = sandboxAt(Date.now);
