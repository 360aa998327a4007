/** What webhooks' routes take and answer. */
import * as z from 'zod';
import { pageOf } from '#shared/http/page.ts';
import { idSchema } from '#shared/ids.ts';
import { eventType } from './contracts.ts';
import type { Delivery } from './domain/delivery.ts';
import type { Endpoint } from './domain/endpoint.ts';

const time = z.iso.datetime();

const fields = {
  /** https; without credentials or fragment. */
  url: z.string().min(1).max(2_000),
  events: z
    .array(z.enum([...eventType.options, '*']))
    .min(1)
    .max(20)
    .refine((events) => new Set(events).size === events.length, 'names an event twice'),
  description: z
    .string()
    .min(1)
    .max(200)
    .refine((text) => text.isWellFormed(), 'holds half a character'),
};
export const newWebhook = z.strictObject({ ...fields, description: fields.description.optional() });
/** What is not given stays as it is; null clears it. */
export const webhookPatch = z.strictObject({
  url: fields.url.optional(),
  events: fields.events.optional(),
  description: fields.description.nullable().optional(),
  active: z.boolean().optional(),
});

export const webhook = z.object({
  id: idSchema('whk'),
  url: z.string(),
  events: z.array(z.enum([...eventType.options, '*'])),
  description: z.string().nullable(),
  active: z.boolean(),
  /** Switched off because the receiver answered 410. */
  gone: z.boolean(),
  /** Secrets that were replaced sign along until then. */
  old_secrets_until: time.nullable(),
  created_at: time,
  updated_at: time,
});
/** The only answers with a secret. */
export const webhookWithSecret = z.object({ ...webhook.shape, secret: z.string() });

export const deliveryStatus = z.enum(['pending', 'delivered', 'failed']);
export const delivery = z.object({
  id: idSchema('dlv'),
  /** The message's `webhook-id`, the same in every attempt. */
  event_id: z.string(),
  type: z.string(),
  status: deliveryStatus,
  created_at: time,
  /** The newest last; the last 20. */
  attempts: z.array(
    z.object({ at: time, http_status: z.int().nullable(), error: z.string().nullable(), duration_ms: z.int() }),
  ),
  next_attempt_at: time.nullable(),
});
export const deliveryPage = pageOf(delivery);

export const webhookView = (endpoint: Endpoint, at: string): z.input<typeof webhook> => {
  const { id, url, events, description = null, active, gone = false, retired, createdAt, updatedAt } = endpoint;
  const untils = retired.map(({ until }) => until).filter((until) => until > at);
  return {
    id,
    url,
    events: [...events],
    description,
    active,
    gone,
    old_secrets_until: untils.toSorted().at(-1) ?? null,
    created_at: createdAt,
    updated_at: updatedAt,
  };
};

export const deliveryView = (of: Delivery): z.input<typeof delivery> => ({
  id: of.id,
  event_id: of.eventId,
  type: of.type,
  status: of.status,
  created_at: of.createdAt,
  attempts: of.attempts.map(({ at, httpStatus = null, error = null, durationMs }) => ({
    at,
    http_status: httpStatus,
    error,
    duration_ms: durationMs,
  })),
  next_attempt_at: of.dueAt ?? null,
});
