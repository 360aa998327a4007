/** From files and parameters to results in one call: upload, create, wait. */
import type { AcceptedGeneration, Asset, Generation, NewGeneration } from '../api/types.ts';
import type { CallOptions, Keyed } from './options.ts';
import type { UploadFile } from './post-form.ts';
import type { UploadOptions, UploadProgress } from './upload.ts';
import type { WaitOptions } from './wait.ts';

/** It ran, and came to nothing: what it would have cost is free again. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
  readonly generation: Generation;
  constructor(generation: Generation) {
    super(generation.error?.message ?? `the generation is ${generation.status}`);
    this.generation = generation;
  }
}

export interface RunOptions extends Omit<NewGeneration, 'tool' | 'params'>, WaitOptions, Keyed {
  /** Uploaded first, and put behind `inputs`. */
  readonly files?: readonly UploadFile[] | undefined;
  /** Of each file, by its place in `files`. */
  readonly onUpload?: ((at: number, progress: UploadProgress) => void) | undefined;
  /** Once it is accepted, as to show it before it is over. */
  readonly onAccepted?: ((accepted: AcceptedGeneration) => void) | undefined;
}
export interface RunTools {
  readonly upload: (file: UploadFile, options: UploadOptions) => Promise<Asset>;
  readonly create: (body: NewGeneration, options: CallOptions & Keyed) => Promise<AcceptedGeneration>;
  readonly wait: (id: string, options: WaitOptions) => Promise<Generation>;
}

export const runTool = async (
  { upload, create, wait }: RunTools,
  tool: string,
  params: NonNullable<NewGeneration['params']>,
  options: RunOptions,
): Promise<Generation> => {
  const { files = [], onUpload, onAccepted, onProgress, signal, timeoutMs, idempotencyKey, ...rest } = options;
  const inputs = [...(rest.inputs ?? [])];
  // One after the other: a phone's line is no faster with several, and `inputs` keep their order.
  for (const [at, file] of files.entries()) {
    const progress = onUpload && { onProgress: (sent: UploadProgress) => onUpload(at, sent) };
    inputs.push((await upload(file, { signal, ...progress })).id);
  }
  const accepted = await create({ ...rest, tool, params, inputs }, { signal, idempotencyKey });
  onAccepted?.(accepted);
  const generation = await wait(accepted.id, { signal, timeoutMs, onProgress });
  if (generation.status !== 'completed') throw new GenerationError(generation);
  return generation;
};
