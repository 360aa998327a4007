/** One attempt with one model: inputs in, provider's files out, checked and stored. */
import type { Tool } from '#services/catalog/contracts.ts';
import { maxUploadBytes } from '../contracts.ts';
import { isEnded, type Job } from '../domain/job.ts';
import type { JobOutput, Usage } from '../domain/job-events.ts';
import { checkOutput, maxOutputs } from '../media/check-output.ts';
import { type InputFile, ProviderError } from '../providers/provider.ts';
import type { Providers } from '../providers/registry.ts';
import { type Outputs, outputKey } from '../storage/outputs.ts';
import { type Uploads, uploadKey } from '../storage/uploads.ts';
import type { JobMessage } from './job-message.ts';

export type Processing = Extract<Job, { status: 'processing' }>;

export interface AttemptDeps {
  readonly providers: Providers;
  readonly uploads: Pick<Uploads, 'read'>;
  readonly outputs: Pick<Outputs, 'put'>;
}

export interface Attempt {
  readonly message: JobMessage;
  readonly job: Processing;
  readonly tool: Tool;
  readonly signal: AbortSignal;
  /** Told of every key before it is written. */
  readonly onStore: (key: string) => void;
}

/** Inputs as they were checked: one that was removed or overwritten since ends the job. */
const readInputs = ({ uploads }: AttemptDeps, { message, job }: Attempt): Promise<InputFile[]> =>
  Promise.all(
    job.inputs.map(async ({ asset, contentType, etag }) => {
      const key = uploadKey(message, asset);
      const file = await uploads.read(key, { etag, maxBytes: maxUploadBytes });
      if (file === undefined || file === 'too-large')
        throw new ProviderError('invalid', 'An input was removed or replaced.', { cause: key });
      return { contentType, bytes: file.bytes };
    }),
  );

/** @throws ProviderError, or whatever broke on the way. */
export const attempt = async (
  deps: AttemptDeps,
  one: Attempt,
): Promise<{ readonly outputs: readonly JobOutput[]; readonly usage: Usage }> => {
  const { message, job, tool, signal, onStore } = one;
  const { provider: name, model, attempt: number } = job.working;
  const provider = deps.providers[name];
  if (!provider) throw new ProviderError('next-model', 'The provider is not set up.', { cause: name });
  const inputs = await readInputs(deps, one);
  const { jobId, app } = message;
  const { params, optionPrompts } = job;
  const worded = { ...params, ...optionPrompts };
  const request = { jobId, app, attempt: number, tool, model, params, worded, inputs, signal };
  const { files, usage } = await provider.start(request);
  if (files.length === 0 || files.length > maxOutputs)
    throw new ProviderError('fatal', "The provider's answer cannot be used.", { cause: `${files.length} files` });
  const outputs: JobOutput[] = [];
  for (const [index, file] of files.entries()) {
    const checked = await checkOutput(file, tool.output);
    const key = outputKey(message, jobId, index, file.contentType);
    onStore(key);
    await deps.outputs.put(key, file);
    outputs.push({ ...checked, key });
  }
  return { outputs, usage };
};

/** Whether what was stored for the job can never be its result. While another worker has it, the keys are that one's. */
export const isOrphaned = (job: Job): boolean => isEnded(job) && job.status !== 'completed';
