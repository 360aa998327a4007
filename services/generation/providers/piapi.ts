/**
 * PiAPI: many makers' models behind one task interface; songs above all. It has no SDK of its own.
 * https://piapi.ai/docs/unified-webhook
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { JobOutput, Usage } from '../domain/job-events.ts';
import { finished, read, taskId } from './answer-parts.ts';
import { apiKey } from './api-key.ts';
import { answered, askOnce, failureOfLook, failureOfRefusal, isGranted } from './ask-once.ts';
import { malformed, providerFailure } from './http-failure.ts';
import { filesOf } from './piapi/output.ts';
import { taskOf } from './piapi/task.ts';
import type { Provider, ProviderError, TaskState, WebhookReading, WebhookRequest } from './provider.ts';
import { withoutSecrets } from './quoted.ts';
import { Refusal } from './refusal.ts';
import { baseUrl, type ProviderSetup } from './setup.ts';
import { taskState } from './task-state.ts';

const maxSecrets = 4;
const credentials = z.strictObject({
  api_key: apiKey,
  /** Ours: the first goes with each new task and comes back with its webhook; several while one is being replaced. */
  webhook_secrets: z.array(z.string().min(24).max(200)).max(maxSecrets).default([]),
  base_url: baseUrl.optional(),
});
type Credentials = z.infer<typeof credentials>;

/** Tasks hold texts and addresses, no files. */
const maxTaskBytes = 1024 * 1024;

const fault = z.object({
  code: z.number().nullish(),
  message: z.string().nullish(),
  raw_message: z.string().nullish(),
  detail: z.unknown().optional(),
});
const taskShape = z.object({
  task_id: taskId,
  model: z.string().nullish(),
  status: z.string().transform((status) => status.toLowerCase()),
  output: z.unknown().optional(),
  error: fault.nullish().catch(undefined),
});
type PiapiTask = z.infer<typeof taskShape>;

/** `code` repeats the HTTP status, or is the only one that tells the truth. */
const envelope = z.object({ code: z.int(), data: z.unknown().optional(), message: z.string().nullish() });
const refusalBody = z.object({
  message: z.string().nullish(),
  data: z.object({ error: fault.nullish() }).nullish().catch(undefined),
});

const refuses =
  /moderat|nsfw|sensitive|inappropriate|prohibited|copyright|content[ _-](?:policy|restriction|filter|violation)/i;
const isPenniless = /(?:insufficient|not enough|n't have enough) (?:credit|balance|quota|point|fund)|quota exceeded/i;

/** Of error texts only: answers repeat the request, whose words mean nothing here. */
const wordsOf = (error: z.infer<typeof fault> | null | undefined): string =>
  [error?.message, error?.raw_message, typeof error?.detail === 'string' ? error.detail : ''].join(' ');

const failureOfText = (text: string, cause: unknown): ProviderError | undefined => {
  if (refuses.test(text)) return providerFailure('blocked', { cause });
  if (isPenniless.test(text)) return providerFailure('fatal', { cause });
  return undefined;
};

const failureOfCreation = (refusal: Refusal): ProviderError => {
  const { message, data } = refusalBody.safeParse(refusal.json()).data ?? {};
  return failureOfText(`${message ?? ''} ${wordsOf(data?.error)}`, refusal) ?? failureOfRefusal(refusal);
};

const failureOfTask = ({ status, error }: PiapiTask): ProviderError => {
  const text = wordsOf(error);
  const cause = `${status} ${error?.code ?? ''}: ${text}`;
  return failureOfText(text, cause) ?? providerFailure('next-model', { cause });
};

const done: readonly string[] = ['completed', 'success'];
const broken: readonly string[] = ['failed', 'cancelled', 'canceled'];

const usageOf = ({ model }: PiapiTask): Usage => (model ? { model: model.slice(0, 200) } : {});

const progress = z.object({ progress: z.number().min(0).max(100).transform(Math.round) });

/** @throws ProviderError when it has failed */
const stateOf = (task: PiapiTask, kind: JobOutput['kind']): TaskState => {
  if (done.includes(task.status)) return finished(filesOf(task.output, kind), usageOf(task));
  if (broken.includes(task.status)) throw failureOfTask(task);
  return { status: 'running', progress: progress.safeParse(task.output).data?.progress };
};

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Documented with the task inside `data`; some came with it bare. */
const told = z.union([
  z.object({ data: z.object({ task_id: taskId, status: z.string() }) }).transform(({ data }) => data),
  z.object({ task_id: taskId, status: z.string() }),
]);

const readTold = (secrets: readonly Buffer[], { headers, body }: WebhookRequest): WebhookReading | undefined => {
  const given = digest(headers['x-webhook-secret'] ?? '');
  if (!secrets.map((secret) => timingSafeEqual(secret, given)).includes(true)) return undefined;
  try {
    const { task_id, status } = told.parse(JSON.parse(Buffer.from(body).toString()));
    return { taskId: task_id, isOver: [...done, ...broken].includes(status.toLowerCase()) };
  } catch {
    return undefined;
  }
};

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  readonly failureFor: (refusal: Refusal) => ProviderError;
}

const create = ({ api_key, webhook_secrets, base_url = 'https://api.piapi.ai' }: Credentials): Provider => {
  const digests = webhook_secrets.map(digest);
  const secrets = [api_key, ...webhook_secrets];
  const ask = async ({ method, path, body, signal, failureFor }: Call): Promise<unknown> => {
    const response = await askOnce({ failureFor, maxBytes: maxTaskBytes, secrets })(
      `${base_url.replace(/\/$/, '')}${path}`,
      {
        method,
        headers: { 'x-api-key': api_key, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
      },
    );
    const answer: unknown = await answered(response.json());
    const { code, data } = read(envelope, answer);
    if (code === 200) return data;
    if (code < 400 || code > 599) throw malformed(`code ${code}`);
    throw failureFor(new Refusal(code, response.headers, withoutSecrets(JSON.stringify(answer), secrets)));
  };
  return {
    name: 'piapi',
    async start(request) {
      const [secret] = webhook_secrets;
      const webhook_config = { endpoint: request.callbackUrl, secret };
      const body = { ...taskOf(request), ...(secret === undefined ? {} : { config: { webhook_config } }) };
      const call = { method: 'POST', path: '/api/v1/task', body, signal: request.signal } as const;
      const made = read(taskShape, await ask({ ...call, failureFor: failureOfCreation }));
      const state = stateOf(made, request.tool.output);
      return state.status === 'finished' ? state : { status: 'submitted', taskId: made.task_id };
    },
    tasks: {
      async check(task, signal) {
        const call = { method: 'GET', path: `/api/v1/task/${task.taskId}`, signal } as const;
        const asked = ask({ ...call, failureFor: failureOfLook }).then((answer) => read(taskShape, answer));
        return taskState(asked, (made) => stateOf(made, task.output));
      },
      async readWebhook(request) {
        return readTold(digests, request);
      },
      /** Only what has not begun can be stopped. */
      async cancel(task, signal) {
        const call = { method: 'DELETE', path: `/api/v1/task/${task.taskId}`, signal } as const;
        return isGranted(ask({ ...call, failureFor: failureOfLook }));
      },
    },
  };
};

export const piapi: ProviderSetup<Credentials> = { credentials, create };
