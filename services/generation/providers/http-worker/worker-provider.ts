/** A provider whose other side is a worker of one's own that keeps the contract of docs/gpu-worker.md. */
import type { Webhook } from 'standardwebhooks';
import { read } from '../answer-parts.ts';
import { answered, askOnce, isGranted } from '../ask-once.ts';
import { malformed } from '../http-failure.ts';
import type { Provider, Task } from '../provider.ts';
import { authenticText } from '../standard-webhooks.ts';
import { taskState } from '../task-state.ts';
import { failureOfAnswer, readStanding, stateOf, submission, taskOf, told } from './contract.ts';
import { signedHeaders } from './signature.ts';

export interface WorkerOptions {
  readonly name: string;
  readonly baseUrl: string;
  /** The first signs; without any, requests carry no signature and no callback is believed. */
  readonly keys: readonly Webhook[];
  /** What else proves who asks. */
  readonly headers: Readonly<Record<string, string>>;
  /** Never quoted in an error. */
  readonly secrets: readonly string[];
}

interface Question {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  readonly id: string;
  readonly body?: string;
  readonly signal: AbortSignal;
}

const asking =
  ({ baseUrl, keys, headers, secrets }: WorkerOptions) =>
  ({ method, path, id, body, signal }: Question): Promise<Response> => {
    const [key] = keys;
    // Where there is no body the question itself is signed, so that nobody makes a cancellation of a look.
    const signature = key ? signedHeaders(key, id, new Date(), body ?? `${method} ${path}`) : {};
    return askOnce({ failureFor: failureOfAnswer, secrets })(`${baseUrl.replace(/\/$/, '')}${path}`, {
      method,
      headers: { ...headers, ...signature, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
      signal,
    });
  };

export const workerProvider = (options: WorkerOptions): Provider => {
  const { name, keys } = options;
  const ask = asking(options);
  const pathOf = ({ taskId }: Pick<Task, 'taskId'>) => `/tasks/${taskId}`;
  return {
    name,
    async start(request) {
      const task = taskOf(request, keys.length > 0);
      const body = JSON.stringify(task);
      const response = await ask({ method: 'POST', path: '/tasks', id: task.id, body, signal: request.signal });
      const answer: unknown = await answered(response.json());
      if (response.status === 202) return { status: 'submitted', taskId: read(submission, answer).task_id };
      const state = stateOf(readStanding(answer), request.tool.output);
      if (state.status === 'failed') throw state.error;
      if (state.status === 'running') throw malformed('a task that runs is answered with 202 and its task_id');
      return state;
    },
    tasks: {
      async check(task, signal) {
        const asked = ask({ method: 'GET', path: pathOf(task), id: task.taskId, signal });
        const standing = asked.then(async (response) => readStanding(await answered(response.json())));
        return taskState(standing, (said) => stateOf(said, task.output));
      },
      async readWebhook(request) {
        const text = authenticText(keys, request);
        if (text === undefined) return undefined;
        try {
          const { task_id, status } = told.parse(JSON.parse(text));
          return { taskId: task_id, isOver: status !== 'running' };
        } catch {
          return undefined;
        }
      },
      cancel: (task, signal) => isGranted(ask({ method: 'DELETE', path: pathOf(task), id: task.taskId, signal })),
    },
  };
};
