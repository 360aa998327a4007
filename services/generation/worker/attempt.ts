/** One attempt with one model: inputs in, and the provider's answer. */
import type { Tool } from '#services/catalog/contracts.ts';
import type { CallbackUrl } from '../callbacks/callback-url.ts';
import { maxUploadBytes } from '../contracts.ts';
import type { Processing } from '../domain/job.ts';
import { type Finished, type InputFile, ProviderError, type Submitted } from '../providers/provider.ts';
import type { Providers } from '../providers/registry.ts';
import { inputOf, instructionOf } from '../providers/wording.ts';
import { type Uploads, uploadKey } from '../storage/uploads.ts';
import type { Choice } from './chain.ts';
import type { JobMessage } from './job-message.ts';

export interface AttemptDeps {
  readonly uploads: Pick<Uploads, 'read' | 'signedUrl'>;
  readonly callbackUrl: CallbackUrl;
  readonly now: () => Date;
}

export interface Attempt {
  readonly message: JobMessage;
  readonly job: Processing;
  readonly tool: Tool;
  readonly choice: Choice;
  readonly providers: Providers;
  readonly signal: AbortSignal;
}

/** Inputs as they were checked: one that was removed or overwritten since ends the job. */
const readInputs = ({ uploads, now }: AttemptDeps, { message, job }: Attempt): Promise<InputFile[]> =>
  Promise.all(
    job.inputs.map(async ({ asset, contentType, etag }) => {
      const key = uploadKey(message, asset);
      const file = await uploads.read(key, { etag, maxBytes: maxUploadBytes });
      if (file === undefined || file === 'too-large')
        throw new ProviderError('invalid', 'An input was removed or replaced.', { cause: key });
      const { url } = await uploads.signedUrl(key, now().toISOString());
      return { contentType, bytes: file.bytes, url };
    }),
  );

/** @throws ProviderError, or whatever broke on the way. */
export const attempt = async (deps: AttemptDeps, one: Attempt): Promise<Finished | Submitted> => {
  const { message, job, tool, choice, providers, signal } = one;
  const provider = Object.hasOwn(providers, choice.provider) ? providers[choice.provider] : undefined;
  if (!provider) throw new ProviderError('fatal', 'The provider is not set up.', { cause: choice.provider });
  const inputs = await readInputs(deps, one);
  const { jobId, app, user } = message;
  const { attempt: number } = job.working;
  const { params, optionPrompts } = job;
  const worded = { ...params, ...optionPrompts };
  const instruction = instructionOf(tool, worded);
  return provider.start({
    jobId,
    app,
    attempt: number,
    tool,
    model: choice.model,
    params,
    worded,
    instruction,
    resultSchema: tool.result_schema,
    input: inputOf(choice.input, { worded, instruction, images: inputs.map(({ url }) => url) }),
    inputs,
    callbackUrl: await deps.callbackUrl({
      app,
      user,
      jobId,
      attempt: number,
      provider: choice.provider,
      model: choice.model,
    }),
    signal,
  });
};
