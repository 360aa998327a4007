/** What one's own worker answers: docs/gpu-worker.md in zod. Unknown fields are fine. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { JobOutput, Usage } from '../../domain/job-events.ts';
import { fileAt, finished, read, taskId } from '../answer-parts.ts';
import { failureOfRefusal } from '../ask-once.ts';
import { malformed, providerFailure } from '../http-failure.ts';
import {
  type Finished,
  maxOutputs,
  type ProducedFile,
  type ProviderError,
  type ProviderErrorKind,
  type ProviderRequest,
  type TaskState,
} from '../provider.ts';
import type { Refusal } from '../refusal.ts';

const about = { title: z.string().nullish(), duration_seconds: z.number().min(0).nullish() };
const file = z.union([
  z.object({ url: z.string(), ...about }),
  z.object({ content_type: z.string().min(1).max(100), base64: z.string().min(1), ...about }),
]);
const count = z.int().min(0).nullish();
const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  compute_ms: count,
  model: z.string().max(200).nullish(),
});
/** What a worker made: also what a RunPod handler of one's own may give as its output. */
export const made = z.object({ files: z.array(file).min(1), usage: usage.nullish() });
type Made = z.infer<typeof made>;

const kinds: Readonly<Record<string, ProviderErrorKind>> = {
  moderation: 'blocked',
  invalid: 'invalid',
  busy: 'transient',
  model: 'next-model',
  fatal: 'fatal',
};
const failure = z.object({
  kind: z.string(),
  message: z.string().nullish(),
  retry_after_seconds: z.int().min(1).max(3_600).nullish().catch(undefined),
});
const failed = z.object({ error: failure });

const standing = z.looseObject({
  status: z.enum(['running', 'finished', 'failed']),
  progress: z.number().nullish().catch(undefined),
});
export const submission = z.object({ task_id: taskId });
/** What it sends to the callback URL. */
export const told = z.object({ task_id: taskId, status: z.string() });

/** A kind that nobody knows is a failure of the model. */
const failureOfError = ({ kind, message, retry_after_seconds }: z.infer<typeof failure>): ProviderError =>
  providerFailure(Object.hasOwn(kinds, kind) ? (kinds[kind] ?? 'next-model') : 'next-model', {
    ...(retry_after_seconds ? { retryAfterSeconds: retry_after_seconds } : {}),
    cause: `${kind}: ${message ?? ''}`,
  });

/** An answer that is no success may say in its body what it means. */
export const failureOfAnswer = (refusal: Refusal): ProviderError => {
  const said = failed.safeParse(refusal.json()).data;
  return said && refusal.status >= 400 ? failureOfError(said.error) : failureOfRefusal(refusal);
};

const usageOf = (said: Made['usage']): Usage => ({
  ...(said?.input_tokens == null ? {} : { inputTokens: said.input_tokens }),
  ...(said?.output_tokens == null ? {} : { outputTokens: said.output_tokens }),
  ...(said?.compute_ms == null ? {} : { computeMs: said.compute_ms }),
  ...(said?.model ? { model: said.model } : {}),
});

const fileOf = (kind: JobOutput['kind'], one: z.infer<typeof file>): ProducedFile => {
  const url = 'url' in one ? one.url : `data:${one.content_type};base64,${one.base64}`;
  return fileAt(kind, url, { title: one.title, durationSeconds: one.duration_seconds });
};

/** @throws ProviderError when there are too many, or one cannot be a file */
export const finishedOf = ({ files, usage: said }: Made, kind: JobOutput['kind']): Finished => {
  if (files.length > maxOutputs) throw malformed(`${files.length} files`);
  const made = files.map((one) => fileOf(kind, one));
  return finished(made, usageOf(said));
};

/** @throws ProviderError when it is not said how the task stands */
export const readStanding = (answer: unknown) => read(standing, answer);

/** @throws ProviderError when it is over and makes no sense. What it says of its own failure is an answer: it may be tried again later. */
export const stateOf = (said: ReturnType<typeof readStanding>, kind: JobOutput['kind']): TaskState => {
  const { status, progress } = said;
  switch (status) {
    case 'running':
      return progress == null ? { status } : { status, progress: Math.min(100, Math.max(0, Math.round(progress))) };
    case 'finished':
      return finishedOf(read(made, said), kind);
    case 'failed':
      return { status, error: failureOfError(read(failed, said).error) };
  }
};

/** The same for a repeated request and no other: another model is another task. */
const idOf = ({ jobId, attempt, model }: ProviderRequest): string =>
  `${jobId}-${attempt}-${createHash('sha256').update(model).digest('hex').slice(0, 8)}`;

/** The body of `POST /tasks`. Without a callback URL the worker is asked how its task stands. */
export const taskOf = (request: ProviderRequest, takesCallback: boolean) => {
  const { model, tool, instruction, params, resultSchema, input, inputs, callbackUrl } = request;
  return {
    instruction,
    params,
    ...(resultSchema ? { result_schema: resultSchema } : {}),
    ...input,
    id: idOf(request),
    model,
    tool: tool.id,
    output: tool.output,
    inputs: inputs.map(({ contentType, url }) => ({ content_type: contentType, url })),
    ...(takesCallback ? { callback_url: callbackUrl } : {}),
  };
};
