/**
 * One message on its way to one endpoint. The record says what is due; messages in the queue only wake a worker to look at it.
 * An attempt is claimed by counting it, so of two workers one makes it.
 */
import { type Id, timedId } from '#shared/ids.ts';
import type { WebhookMessage } from '../contracts.ts';
import { pauseMs } from './back-off.ts';
import type { EndpointId } from './endpoint.ts';

export type DeliveryId = Id<'dlv'>;
export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

/** So long after its event a delivery is tried again. */
export const triedForMs = 24 * 3_600_000;
/** Attempts that are kept; a day's fit, and replays push the oldest out. */
const keptAttempts = 20;

export interface Attempt {
  readonly at: string;
  /** Missing when no answer came. */
  readonly httpStatus?: number | undefined;
  /** In a few words; missing when it was delivered. */
  readonly error?: string | undefined;
  readonly durationMs: number;
}

export interface Delivery {
  readonly app: string;
  readonly endpoint: EndpointId;
  readonly id: DeliveryId;
  /** What receivers know a message by, the same in every attempt and at every endpoint. */
  readonly eventId: string;
  readonly type: WebhookMessage['type'];
  /** The body to the letter: every attempt sends and signs the same. */
  readonly payload: string;
  readonly createdAt: string;
  readonly status: DeliveryStatus;
  /** How many attempts were ever claimed. */
  readonly attempt: number;
  /** Failed attempts since it was begun or replayed. */
  readonly failures: number;
  /** When the next attempt is due; of a delivery that is over, nothing. */
  readonly dueAt?: string | undefined;
  /** An attempt is under way, and given up for dead then. */
  readonly leaseUntil?: string | undefined;
  readonly giveUpAt: string;
  readonly attempts: readonly Attempt[];
}

/** An event's and an endpoint's own: told twice is one delivery. The event's time leads, so ids sort as their events do. */
export const deliveryId = (event: { readonly id: string; readonly at: string }, endpoint: EndpointId): DeliveryId =>
  timedId('dlv', event.at, event.id, endpoint);

/** Whoever tests an endpoint waits for the outcome: a ping is tried once. */
export const giveUpAt = (type: Delivery['type'], from: string): string =>
  new Date(Date.parse(from) + (type === 'test.ping' ? 0 : triedForMs)).toISOString();

export interface NewDelivery {
  readonly app: string;
  readonly endpoint: EndpointId;
  readonly event: { readonly id: string; readonly at: string };
  readonly message: WebhookMessage;
  readonly now: string;
}

export const newDelivery = ({ app, endpoint, event, message, now }: NewDelivery): Delivery => ({
  app,
  endpoint,
  id: deliveryId(event, endpoint),
  eventId: event.id,
  type: message.type,
  payload: JSON.stringify(message),
  createdAt: event.at,
  status: 'pending',
  attempt: 0,
  failures: 0,
  dueAt: now,
  giveUpAt: giveUpAt(message.type, event.at),
  attempts: [],
});

/** Most attempts are over long before their lease: whoever finds one under way looks again sooner. */
export const lookAgainMs = 5_000;

/** What a wake-up finds. `attempt`: as many had been claimed when the wake-up was sent. */
export type Found =
  | { readonly act: 'nothing' }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'try' };

/** While a delivery is pending, a wake-up for its next attempt is on its way, or whoever makes an attempt still holds theirs. */
export const onWakeUp = (delivery: Delivery, attempt: number, now: Date): Found => {
  const { status, leaseUntil, dueAt } = delivery;
  if (status !== 'pending') return { act: 'nothing' };
  // The outcome of an attempt is written after the next wake-up was sent: this one is left over.
  if (attempt < delivery.attempt && leaseUntil === undefined) return { act: 'nothing' };
  const ms = Date.parse(leaseUntil ?? dueAt ?? delivery.createdAt) - now.getTime();
  if (ms <= 0) return { act: 'try' };
  return { act: 'wait', ms: leaseUntil === undefined ? ms : Math.min(ms, lookAgainMs) };
};

/** How an attempt went. `final`: it is of no use to try again. */
export interface Outcome {
  readonly attempt: Attempt;
  readonly retryAfterSeconds?: number | undefined;
  readonly final?: boolean | undefined;
}

/** What an attempt changes. */
export type Progress = Pick<Delivery, 'status' | 'failures' | 'attempts' | 'dueAt'>;

export const afterAttempt = (delivery: Delivery, outcome: Outcome, now: Date, random: number): Progress => {
  const { attempt, retryAfterSeconds, final = false } = outcome;
  const attempts = [...delivery.attempts, attempt].slice(-keptAttempts);
  if (attempt.error === undefined) return { status: 'delivered', failures: 0, attempts };
  const failures = delivery.failures + 1;
  const dueAt = new Date(now.getTime() + pauseMs({ failures, retryAfterSeconds, random })).toISOString();
  if (final || dueAt > delivery.giveUpAt) return { status: 'failed', failures, attempts };
  return { status: 'pending', failures, attempts, dueAt };
};
