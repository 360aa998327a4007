/** What an app's own server is sent (Standard Webhooks, https://www.standardwebhooks.com), and the names of the events it may ask for. */
import * as z from 'zod';
import { jobFailed } from '#services/generation/contracts.ts';
import { idSchema } from '#shared/ids.ts';
import { appId, userId } from '#shared/owner.ts';

/** An endpoint asks for some of these, or for `*`. */
export const eventType = z.enum(['generation.completed', 'generation.failed', 'generation.cancelled']);
export type EventType = z.infer<typeof eventType>;

const generation = {
  app: appId,
  user: userId,
  /** What `GET /v1/generations/{id}` takes. Nothing here is a URL: files are asked for, by who may. */
  id: z.string(),
  tool: z.string(),
  /** What was charged: nothing unless it is completed. */
  cost_credits: z.int().min(0),
  outputs: z.array(z.object({ kind: z.string(), content_type: z.string(), bytes: z.int() })),
};
const message = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ type: z.literal(type), timestamp: z.iso.datetime(), data });

export const webhookMessage = z.discriminatedUnion('type', [
  message('generation.completed', z.object({ ...generation, status: z.literal('completed') })),
  message(
    'generation.failed',
    z.object({
      ...generation,
      status: z.literal('failed'),
      error: z.object({ reason: jobFailed.shape.data.shape.reason, message: z.string() }),
    }),
  ),
  message('generation.cancelled', z.object({ ...generation, status: z.literal('cancelled') })),
  /** Sent when an admin asks for it, to one endpoint. */
  message('test.ping', z.object({ app: appId, webhook: idSchema('whk') })),
]);
export type WebhookMessage = z.infer<typeof webhookMessage>;
