/** RunPod: a job is queued at a serverless endpoint, whose id is the model. https://docs.runpod.io/serverless/endpoints/operation-reference */
import * as z from 'zod';
import { read, taskId } from './answer-parts.ts';
import { apiKey } from './api-key.ts';
import { answered, askOnce, isGranted } from './ask-once.ts';
import { providerFailure } from './http-failure.ts';
import type { Provider, ProviderError, ProviderRequest, Task, TaskState } from './provider.ts';
import { finishedBy } from './runpod/output.ts';
import { baseUrl, type ProviderSetup } from './setup.ts';
import { taskState } from './task-state.ts';

const credentials = z.strictObject({ api_key: apiKey, base_url: baseUrl.optional() });
type Credentials = z.infer<typeof credentials>;

const standing = z.object({
  id: taskId,
  status: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  executionTime: z.number().min(0).nullish().catch(undefined),
});
type Standing = z.infer<typeof standing>;

const waiting: readonly string[] = ['IN_QUEUE', 'IN_PROGRESS', 'RUNNING'];

/** Handlers say it in words; there is no code for it. */
const refuses = /\bnsfw\b|moderation|flagged|content policy|safety (?:checker|filter|system)/i;
/** A failed handler's error is JSON with its trace, whose file names say nothing of the content. */
const thrown = z.object({ error_message: z.string() });

const errorText = ({ error, output }: Standing): string => {
  const said = error ?? output ?? '';
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  try {
    return thrown.parse(JSON.parse(text)).error_message;
  } catch {
    return text;
  }
};

const failureOfTask = (task: Standing): ProviderError => {
  const text = errorText(task);
  const kind = task.status === 'FAILED' && refuses.test(text) ? 'blocked' : 'next-model';
  return providerFailure(kind, { cause: `${task.status}: ${text}` });
};

/** A handler that tells of its progress puts it where the output will be. */
const telling = z.object({ progress: z.number() });
const progressOf = ({ output }: Standing): number | undefined => {
  const { data } = telling.safeParse(output);
  return data && Math.min(100, Math.max(0, Math.round(data.progress)));
};

/** @throws ProviderError when it has failed, or is completed and makes no sense */
const stateOf = async (task: Standing, kind: Task['output']): Promise<TaskState> => {
  if (waiting.includes(task.status)) return { status: 'running', progress: progressOf(task) };
  if (task.status !== 'COMPLETED') throw failureOfTask(task);
  const { executionTime } = task;
  const finished = await finishedBy(task.output, kind);
  const computeMs = executionTime == null ? {} : { computeMs: Math.round(executionTime) };
  return { ...finished, usage: { ...computeMs, ...finished.usage } };
};

const inputOf = ({ instruction, inputs, input }: ProviderRequest) => ({
  prompt: instruction,
  ...(inputs.length > 0 ? { images: inputs.map(({ url }) => url) } : {}),
  ...input,
});

const endpointId = /^[\w-]{1,100}$/;
const told = z.object({ id: taskId, status: z.string() });

const create = ({ api_key, base_url }: Credentials): Provider => {
  const address = (base_url ?? 'https://api.runpod.ai/v2').replace(/\/$/, '');
  const ask = async (model: string, path: string, init: RequestInit): Promise<Standing> => {
    if (!endpointId.test(model)) throw providerFailure('next-model', { cause: `no endpoint of RunPod: ${model}` });
    const headers = { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' };
    const response = await askOnce({ secrets: [api_key] })(`${address}/${model}${path}`, { ...init, headers });
    return read(standing, await answered(response.json()));
  };
  return {
    name: 'runpod',
    async start(request) {
      const { model, tool, callbackUrl, signal } = request;
      const body = JSON.stringify({ input: inputOf(request), webhook: callbackUrl });
      const task = await ask(model, '/run', { method: 'POST', body, signal });
      const state = await stateOf(task, tool.output);
      return state.status === 'finished' ? state : { status: 'submitted', taskId: task.id };
    },
    tasks: {
      async check({ taskId: id, model, output }, signal) {
        return taskState(ask(model, `/status/${id}`, { signal }), (task) => stateOf(task, output));
      },
      // RunPod signs nothing: that the callback URL was known is the proof, and what became of the task is asked.
      async readWebhook({ body }) {
        try {
          const { id, status } = told.parse(JSON.parse(Buffer.from(body).toString()));
          return { taskId: id, isOver: !waiting.includes(status) };
        } catch {
          return undefined;
        }
      },
      async cancel({ taskId: id, model }, signal) {
        const left = ask(model, `/cancel/${id}`, { method: 'POST', signal });
        return (await isGranted(left)) && !['COMPLETED', 'FAILED', 'TIMED_OUT'].includes((await left).status);
      },
    },
  };
};

export const runpod: ProviderSetup<Credentials> = { credentials, create };
