/**
 * fal: a request is queued, worked on, and tells by a signed webhook that it is over; its result is then asked for.
 * https://docs.fal.ai/model-apis/model-endpoints/queue
 */
import type { FalClient } from '@fal-ai/client';
import * as z from 'zod';
import type { Usage } from '../domain/job-events.ts';
import { finished, read, taskId } from './answer-parts.ts';
import { apiKey } from './api-key.ts';
import { answered, askOnce, failureOfLook, failureOfRefusal, isGranted } from './ask-once.ts';
import { filesOf } from './fal/output.ts';
import { falWebhooks } from './fal/webhook.ts';
import { providerFailure } from './http-failure.ts';
import type { Provider, ProviderError, ProviderRequest } from './provider.ts';
import type { Refusal } from './refusal.ts';
import { baseUrl, type ProviderSetup } from './setup.ts';
import { taskState } from './task-state.ts';

const credentials = z.strictObject({
  key: apiKey,
  /** Of the queue. */
  base_url: baseUrl.optional(),
  webhook_jwks_url: baseUrl.default('https://rest.fal.ai/.well-known/jwks.json'),
});
type Credentials = z.infer<typeof credentials>;

/** Where the client asks when nothing else is said. */
const queueUrl = 'https://queue.fal.run';

/** A model's errors have types, which are the same for all models: https://docs.fal.ai/errors. */
const refusalBody = z.object({ detail: z.array(z.object({ type: z.string() })) });

/** A run's own failure is what the queue answers when its result is asked for. */
const failureOfRun = (refusal: Refusal): ProviderError => {
  const types = refusalBody.safeParse(refusal.json()).data?.detail.map(({ type }) => type) ?? [];
  if (types.includes('content_policy_violation')) return providerFailure('blocked', { cause: refusal });
  // Nothing is wrong with the request: this model made nothing of it.
  if (types.includes('no_media_generated')) return providerFailure('next-model', { cause: refusal });
  const failure = failureOfRefusal(refusal);
  const mayPass = failure.kind === 'invalid' && refusal.headers.get('x-fal-retryable') === 'true';
  return mayPass ? providerFailure('transient', { cause: refusal }) : failure;
};

const submission = z.object({ request_id: taskId });
const standing = z.object({
  status: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']),
  metrics: z
    .object({ inference_time: z.number().min(0).nullish() })
    .nullish()
    .catch(undefined),
});

const usageOf = ({ metrics }: z.infer<typeof standing>): Usage =>
  metrics?.inference_time == null ? {} : { computeMs: Math.round(metrics.inference_time * 1_000) };

/** The newest models take several pictures, most take one. */
const inputOf = ({ instruction, inputs, input }: ProviderRequest): Readonly<Record<string, unknown>> => {
  const [first, ...more] = inputs.map(({ url }) => url);
  const pictures = more.length > 0 ? { image_urls: [first, ...more] } : { image_url: first };
  return { prompt: instruction, ...(first === undefined ? {} : pictures), ...input };
};

/** The client would take an address too, and send the key there. */
const modelId = z.string().regex(/^\w[\w-]*(?:\/\w[\w.-]*)+$/);

const create = ({ key, base_url, webhook_jwks_url }: Credentials): Provider => {
  const ownQueue = base_url?.replace(/\/$/, '') ?? queueUrl;
  /** A client for each call: what it asks with is good for one exchange. */
  const queue = async (failureFor: (refusal: Refusal) => ProviderError): Promise<FalClient['queue']> => {
    const { default: client } = await import('@fal-ai/client');
    return client.createFalClient({
      credentials: key,
      fetch: askOnce({ failureFor, secrets: [key] }),
      retry: { maxRetries: 0 },
      requestMiddleware: async (request) => ({ ...request, url: request.url.replace(queueUrl, ownQueue) }),
    }).queue;
  };
  return {
    name: 'fal',
    async start(request) {
      const model = modelId.safeParse(request.model);
      if (!model.success) throw providerFailure('next-model', { cause: `no model of fal: ${request.model}` });
      const client = await queue(failureOfRun);
      const { callbackUrl: webhookUrl, signal: abortSignal } = request;
      const made = client.submit(model.data, { input: inputOf(request), webhookUrl, abortSignal });
      return { status: 'submitted', taskId: read(submission, await answered(made)).request_id };
    },
    tasks: {
      async check({ taskId: requestId, model, output }, abortSignal) {
        const at = { requestId, abortSignal };
        const client = await queue(failureOfLook);
        const asked = answered(client.status(model, at)).then((answer) => read(standing, answer));
        return taskState(asked, async (state) => {
          if (state.status !== 'COMPLETED') return { status: 'running' };
          const { data } = await answered((await queue(failureOfRun)).result(model, at));
          return finished(filesOf(data, output), usageOf(state));
        });
      },
      readWebhook: falWebhooks({ jwksUrl: webhook_jwks_url }),
      async cancel({ taskId: requestId, model }, abortSignal) {
        const client = await queue(failureOfLook);
        return isGranted(answered(client.cancel(model, { requestId, abortSignal })));
      },
    },
  };
};

export const fal: ProviderSetup<Credentials> = { credentials, create };
