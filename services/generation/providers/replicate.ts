/**
 * Replicate: a prediction is created, works for seconds or minutes, and tells by a signed webhook that it is over.
 * https://replicate.com/docs/reference/http
 */
import type Replicate from 'replicate';
import * as z from 'zod';
import type { JobOutput, Usage } from '../domain/job-events.ts';
import { fileAt, finished, read, taskId, textFile } from './answer-parts.ts';
import { apiKey } from './api-key.ts';
import { type AskOptions, answered, askOnce, failureOfLook, isGranted } from './ask-once.ts';
import { malformed, providerFailure } from './http-failure.ts';
import type { ProducedFile, Provider, ProviderRequest, TaskState } from './provider.ts';
import { maxSecrets, signedTask, signingSecret } from './replicate/webhook.ts';
import { baseUrl, type ProviderSetup } from './setup.ts';
import { signingKey } from './standard-webhooks.ts';
import { taskState } from './task-state.ts';

const credentials = z.strictObject({
  api_token: apiKey,
  /** Several while one is being replaced; without any, tasks are only asked after. */
  webhook_secrets: z.array(signingSecret).max(maxSecrets).default([]),
  base_url: baseUrl.optional(),
});
type Credentials = z.infer<typeof credentials>;

const count = z.int().min(0).nullish();
const prediction = z.object({
  id: taskId,
  status: z.enum(['starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted']),
  model: z.string().nullish(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  logs: z.string().nullish(),
  metrics: z
    .object({ predict_time: z.number().min(0).nullish(), input_token_count: count, output_token_count: count })
    .nullish()
    .catch(undefined),
});
type Prediction = z.infer<typeof prediction>;

/** `owner/name` runs as its maker has it now; with `:version` behind it exactly so. */
const referenceOf = (name: string): { model: string } | { version: string } => {
  const { model, version } = /^(?<model>\w[\w.-]*\/\w[\w.-]*)(?::(?<version>\w+))?$/.exec(name)?.groups ?? {};
  if (model === undefined) throw providerFailure('next-model', { cause: `no model of Replicate: ${name}` });
  return version === undefined ? { model } : { version };
};

/** How its models say that they refuse; there is no code for it besides. */
const refuses = /\bE005\b|flagged as sensitive|\bnsfw\b|moderation|safety (?:checker|filter|system)|content policy/i;

const failureOfTask = ({ status, error }: Prediction) => {
  const text = typeof error === 'string' ? error : JSON.stringify(error ?? null);
  return providerFailure(refuses.test(text) ? 'blocked' : 'next-model', { cause: `${status}: ${text}` });
};

const texts = z.union([z.string(), z.array(z.string()).transform((pieces) => pieces.join(''))]);

/** Every address in an output, in order. An object tells its main thing by name; what else is in it are by-products. */
const addresses = (output: unknown, kind: JobOutput['kind']): string[] => {
  if (typeof output === 'string') return [output];
  if (Array.isArray(output)) return output.flatMap((one: unknown) => addresses(one, kind));
  if (typeof output !== 'object' || output === null) return [];
  const named = new Map(Object.entries(output));
  const main = [kind, `${kind}s`, 'output', 'url'].find((name) => named.has(name));
  return addresses(main === undefined ? [...named.values()].filter(isAddress) : named.get(main), kind);
};
const isAddress = (value: unknown): boolean => typeof value === 'string' && /^(https?|data):/.test(value);

const filesOf = (output: unknown, kind: JobOutput['kind']): ProducedFile[] => {
  if (kind !== 'text' && kind !== 'json') return addresses(output, kind).map((url) => fileAt(kind, url));
  const text = texts.safeParse(output);
  if (text.success) return [textFile(kind, text.data)];
  if (kind === 'text' || output === null || output === undefined) throw malformed('no text');
  return [textFile(kind, JSON.stringify(output))];
};

const usageOf = ({ metrics, model }: Prediction): Usage => ({
  ...(metrics?.input_token_count == null ? {} : { inputTokens: metrics.input_token_count }),
  ...(metrics?.output_token_count == null ? {} : { outputTokens: metrics.output_token_count }),
  ...(metrics?.predict_time == null ? {} : { computeMs: Math.round(metrics.predict_time * 1_000) }),
  ...(model ? { model: model.slice(0, 200) } : {}),
});

const progressOf = async ({ logs }: Prediction): Promise<number | undefined> => {
  const { parseProgressFromLogs } = await import('replicate');
  const progress = parseProgressFromLogs(logs ?? '');
  return progress ? Math.min(100, Math.round(progress.percentage * 100)) : undefined;
};

/** @throws ProviderError when it has failed */
const stateOf = async (made: Prediction, kind: JobOutput['kind']): Promise<TaskState> => {
  switch (made.status) {
    case 'starting':
    case 'processing':
      return { status: 'running', progress: await progressOf(made) };
    case 'succeeded':
      return finished(filesOf(made.output, kind), usageOf(made));
    case 'failed':
    case 'canceled':
    case 'aborted':
      throw failureOfTask(made);
  }
};

const inputOf = ({ instruction, inputs, input }: ProviderRequest) => ({
  prompt: instruction,
  ...(inputs.length > 0 ? { image_input: inputs.map(({ url }) => url) } : {}),
  ...input,
});

const create = ({ api_token, webhook_secrets, base_url }: Credentials): Provider => {
  const keys = webhook_secrets.map(signingKey);
  type Call = (predictions: Replicate['predictions']) => Promise<unknown>;
  /** A client for each call: what it asks with is good for one exchange. */
  const ask = async (call: Call, options?: AskOptions): Promise<Prediction> => {
    const { default: Client } = await import('replicate');
    const client = new Client({
      auth: api_token,
      fetch: askOnce({ secrets: [api_token], ...options }),
      ...(base_url ? { baseUrl: base_url } : {}),
    });
    return read(prediction, await answered(call(client.predictions)));
  };
  const look = (call: Call) => ask(call, { failureFor: failureOfLook });
  return {
    name: 'replicate',
    async start(request) {
      const { tool, callbackUrl, signal } = request;
      const reference = referenceOf(request.model);
      const webhook = { webhook: callbackUrl, webhook_events_filter: ['completed' as const] };
      const input = inputOf(request);
      const made = await ask((predictions) =>
        predictions.create({ ...reference, input, signal, ...(keys.length > 0 ? webhook : {}) }),
      );
      const state = await stateOf(made, tool.output);
      return state.status === 'finished' ? state : { status: 'submitted', taskId: made.id };
    },
    tasks: {
      async check(task, signal) {
        const asked = look((predictions) => predictions.get(task.taskId, { signal }));
        return taskState(asked, (made) => stateOf(made, task.output));
      },
      async readWebhook(request) {
        return signedTask(keys, request);
      },
      async cancel(task, signal) {
        const left = look((predictions) => predictions.cancel(task.taskId, { signal }));
        return (await isGranted(left)) && !['succeeded', 'failed'].includes((await left).status);
      },
    },
  };
};

export const replicate: ProviderSetup<Credentials> = { credentials, create };
