/** What others know of notifications: what a client hears over its socket, and the events that tell of a notification. */
import * as z from 'zod';
import { subscriptionStatus } from '#services/billing/contracts.ts';
import { jobStatus } from '#services/generation/contracts.ts';
import { idSchema } from '#shared/ids.ts';
import { publishedEvent } from '#shared/messaging/published-event.ts';

/** What a notification is about. Users may switch off offers, features and general ones; what concerns their money always comes. */
export const notificationType = z.enum(['offer', 'feature', 'general', 'generation', 'credits', 'payment']);
export type NotificationType = z.infer<typeof notificationType>;

/** What notifications of our own say: their texts have the keys `notifications.<name>.title` and `notifications.<name>.message`. */
export const notificationName = z.enum([
  'generation_completed',
  'generation_failed',
  'generation_blocked',
  'credits_bought',
  'credits_given',
  'low_balance',
  'payment_failed',
  'payment_retried',
  'payment_action_required',
  'payment_refunded',
  'top_up_failed',
  'dispute_opened',
  'dispute_won',
  'dispute_lost',
  'subscription_ending',
  'subscription_overdue',
  'trial_ending',
]);
export type NotificationName = z.infer<typeof notificationName>;

/** A key of the app's texts, as in `notifications.generation_completed.title`. */
const key = z.string().min(1).max(120);
/** What the text's placeholders stand for. */
const params = z.record(z.string().max(60), z.union([z.string().max(500), z.number()]));

const notificationFacts = {
  id: idSchema('ntf'),
  type: notificationType,
  title_key: key,
  message_key: key,
  params,
  /** What it is about: `generation`, `payment`, `subscription` (its id is `current`); null: nothing that can be opened. */
  subject: z.object({ kind: z.string(), id: z.string() }).nullable(),
  /** Where the user goes on, as when a bank wants them to confirm. */
  url: z.string().nullable(),
};
export const notification = z.object({ ...notificationFacts, read: z.boolean(), created_at: z.iso.datetime() });

/** A notification as it stands now that it was read, or that it is removed: then nothing else is told of it. */
export const notificationUpdate = z.discriminatedUnion('removed', [
  notification.extend({ removed: z.literal(false) }),
  z.object({ id: notificationFacts.id, removed: z.literal(true) }),
]);

/** For whoever tells users in other ways, by e-mail for one. */
export const notificationCreated = publishedEvent(
  'NotificationCreated',
  z.object({ ...notificationFacts, locale: z.string().nullable() }),
);
export type NotificationCreated = z.infer<typeof notificationCreated>;

/** Its user read it or removed it. One that is kept no longer is told of by nobody. */
export const notificationChanged = publishedEvent('NotificationChanged', notificationUpdate);
export type NotificationChanged = z.infer<typeof notificationChanged>;

/** Says of each message what it is about and how new it is: of one `key`, a higher `version` is newer, and an older one says nothing more. */
const message = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    type: z.literal(type),
    /** The event's id: the same however often it is sent. */
    id: z.string(),
    key: z.string(),
    version: z.int().min(0),
    /** When it happened. */
    at: z.iso.datetime(),
    /** Where to resume: hand back the newest one as `since`. */
    cursor: z.string(),
    data,
  });

export const socketMessage = z.discriminatedUnion('type', [
  message('credits.balance', z.object({ available: z.int() })),
  message(
    'generation.updated',
    z.object({
      id: z.string(),
      tool: z.string(),
      status: z.union([jobStatus, z.literal('removed')]),
      progress: z.int().min(0).max(100),
      cost_credits: z.int().nullable(),
      title: z.string().nullable(),
      favourite: z.boolean().nullable(),
      /** Their URLs are asked for: `GET /v1/generations/{id}`. */
      outputs: z.array(z.object({ kind: z.string(), content_type: z.string(), bytes: z.int() })),
      error: z.object({ reason: z.string(), message: z.string() }).nullable(),
    }),
  ),
  message('notification.created', notification),
  message('notification.updated', notificationUpdate),
  message('catalog.changed', z.object({ changed: z.array(z.string()), truncated: z.boolean() })),
  message(
    'subscription.updated',
    z.object({
      status: subscriptionStatus,
      plan: z.string().nullable(),
      cancel_at_period_end: z.boolean(),
      current_period_end: z.string().nullable(),
      grace_until: z.string().nullable(),
    }),
  ),
]);
export type SocketMessage = z.infer<typeof socketMessage>;

/**
 * What the server says beside messages. `refetch`: more was missed than is kept; ask the API for everything shown. `expires_at`: when
 * the token ends, and with it the connection. A pong's cursor is of now too: a quiet connection that drops can still resume.
 * `replaced`: the user has too many connections, and this one, the oldest, is closed next.
 */
export const socketControl = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), cursor: z.string(), expires_at: z.iso.datetime() }),
  z.object({ type: z.literal('resumed'), cursor: z.string(), expires_at: z.iso.datetime() }),
  z.object({ type: z.literal('refetch'), cursor: z.string(), expires_at: z.iso.datetime() }),
  z.object({ type: z.literal('pong'), cursor: z.string() }),
  z.object({ type: z.literal('replaced') }),
  z.object({ type: z.literal('error'), detail: z.string() }),
]);
export type SocketControl = z.infer<typeof socketControl>;

/** What a client may say. `hello`: asks for the cursor of now. `resume`: asks for what came since. */
export const socketRequest = z.discriminatedUnion(
  'action',
  [
    z.strictObject({ action: z.literal('ping') }),
    z.strictObject({ action: z.literal('hello') }),
    z.strictObject({ action: z.literal('resume'), since: z.string().max(200, 'must be at most 200 characters') }),
  ],
  { error: ({ code }) => (code === 'invalid_union' ? 'must be ping, hello or resume' : undefined) },
);
export type SocketRequest = z.infer<typeof socketRequest>;

/** The subprotocol; the token comes as a second one, `bearer.<access token>`, for browsers can send no header and URLs are logged. */
export const socketProtocol = 'tessera.v1';
export const tokenProtocolPrefix = 'bearer.';
