/** What an app's own server is sent (Standard Webhooks, https://www.standardwebhooks.com), and the names of the events it may ask for. */
import * as z from 'zod';
import { amountMinor, currency, paymentProvider, purpose, subscriptionChanged } from '#services/billing/contracts.ts';
import { jobFailed } from '#services/generation/contracts.ts';
import { idSchema } from '#shared/ids.ts';
import { appId, userId } from '#shared/owner.ts';

/** An endpoint asks for some of these, or for `*`. */
export const eventType = z.enum([
  'generation.completed',
  'generation.failed',
  'generation.cancelled',
  'payment.captured',
  'payment.failed',
  'payment.refunded',
  'payment.disputed',
  'subscription.changed',
]);
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
const payment = {
  app: appId,
  user: userId,
  /** As `GET /v1/payments` names it. */
  id: z.string(),
  provider: paymentProvider,
  purpose,
  /** Id of the pack or plan. */
  item: z.string(),
  /** Of the whole payment, in the currency's smallest unit. */
  amount_minor: amountMinor,
  currency,
};
const credits = z.int().min(0);
const state = subscriptionChanged.shape.data.shape;

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
  /** `credits`: what it brings. */
  message('payment.captured', z.object({ ...payment, credits })),
  /** A later attempt may still capture it. */
  message('payment.failed', z.object({ ...payment, reason: z.string(), next_attempt_at: z.iso.datetime().nullable() })),
  /** `credits`: what is taken back for it, this time. */
  message(
    'payment.refunded',
    z.object({ ...payment, refunded_minor: amountMinor, total_refunded_minor: amountMinor, credits }),
  ),
  message('payment.disputed', z.object({ ...payment, reason: z.string(), credits })),
  message(
    'subscription.changed',
    z.object({
      app: appId,
      user: userId,
      status: state.status,
      plan: state.plan,
      cancel_at_period_end: z.boolean(),
      current_period_end: state.currentPeriodEnd,
      grace_until: state.graceUntil,
    }),
  ),
  /** Sent when an admin asks for it, to one endpoint. */
  message('test.ping', z.object({ app: appId, webhook: idSchema('whk') })),
]);
export type WebhookMessage = z.infer<typeof webhookMessage>;
/** What an event leads to, and so an endpoint may ask for. */
export type EventMessage = Extract<WebhookMessage, { type: EventType }>;
