/**
 * What a bus event says to open sockets. Of one key, the newest version says all that there is to say, so that an older one may be
 * dropped. Two things an event may leave open, as null: what a job costs while it runs, and a title or mark that was told before.
 * Clients keep what they knew.
 */
import * as z from 'zod';
import { billingEvent, type planEntitled, type subscriptionChanged } from '#services/billing/contracts.ts';
import { catalogChanged } from '#services/catalog/contracts.ts';
import { type CreditsEvent, creditsEvent } from '#services/credits/contracts.ts';
import { type GenerationEvent, generationEvent } from '#services/generation/contracts.ts';
import {
  type NotificationChanged,
  type NotificationCreated,
  notificationChanged,
  notificationCreated,
} from '../contracts.ts';
import type { Message } from '../storage/feed-table.ts';

/** Everything that sockets may hear of. */
export const heard = z.discriminatedUnion('type', [
  creditsEvent,
  generationEvent,
  billingEvent,
  notificationCreated,
  notificationChanged,
  catalogChanged,
]);
export type Heard = z.infer<typeof heard>;

/** `to`: one user, or all of an app. */
export interface Told {
  readonly to: 'user' | 'app';
  readonly message: Message;
  /** Progress is told at most so often. */
  readonly holdsBackMs?: number;
}

type Generation = Extract<Message, { type: 'generation.updated' }>['data'];

/** Two a second. */
const betweenProgressMs = 500;
/** A message has 128 KB at most: a job has eight outputs, and its texts are short; what is longer is cut. */
const maxOutputs = 100;
const maxText = 1_000;

const envelopeOf = ({ id, version, at }: Pick<Heard, 'id' | 'version' | 'at'>, key: string) => ({
  id,
  key,
  version,
  at,
});

type CreditsTold = Extract<CreditsEvent, { data: { available: number } }>;
const creditsMessage = (event: CreditsTold): Message => ({
  type: 'credits.balance',
  ...envelopeOf(event, 'credits'),
  data: { available: event.data.available },
});

type JobOutputs = readonly { readonly kind: string; readonly contentType: string; readonly bytes: number }[];
const outputsOf = (outputs: JobOutputs = []): Generation['outputs'] =>
  outputs.slice(0, maxOutputs).map(({ kind, contentType, bytes }) => ({ kind, content_type: contentType, bytes }));

const errorOf = ({ reason, message }: { readonly reason: string; readonly message: string }) => ({
  reason,
  message: message.slice(0, maxText),
});

/** What there is to see of a job that runs, before its event says more. */
const running = { progress: 0, cost_credits: null, outputs: [], error: null };
const over = { ...running, cost_credits: 0 };

type Stand = Pick<Generation, 'status' | 'progress' | 'cost_credits' | 'outputs' | 'error'>;

/** A refund changes the balance, which is told by the ledger, and nothing of how the job stands. */
type GenerationTold = Exclude<GenerationEvent, { type: 'JobRefunded' }>;

/** Nothing for a change that does not say how the job stands, as earlier ones did not. */
const standOf = (event: GenerationTold): Stand | undefined => {
  switch (event.type) {
    case 'JobRequested':
      return { ...running, status: 'queued', cost_credits: event.data.quote };
    case 'JobStarted':
      return { ...running, status: 'processing' };
    case 'JobProgressed':
      return { ...running, status: 'processing', progress: event.data.progress };
    case 'JobSucceeded': {
      const { cost, outputs } = event.data;
      return { status: 'completed', progress: 100, cost_credits: cost, outputs: outputsOf(outputs), error: null };
    }
    case 'JobFailed':
      return { ...over, status: 'failed', error: errorOf(event.data) };
    case 'JobCancelled':
      return { ...over, status: 'cancelled' };
    case 'JobRemoved':
      return { ...running, status: 'removed' };
    case 'JobChanged': {
      const { standing } = event.data;
      if (!standing) return undefined;
      const { status, progress, cost, outputs, error } = standing;
      return { status, progress, cost_credits: cost, outputs: outputsOf(outputs), error: error && errorOf(error) };
    }
  }
};

const generationMessage = (event: GenerationTold): Told | undefined => {
  const stand = standOf(event);
  if (!stand) return undefined;
  const { jobId: id, tool } = event.data;
  const { title = null, favourite = null } = event.type === 'JobRemoved' ? {} : event.data;
  const data = { id, tool, title, favourite, ...stand };
  return {
    to: 'user',
    message: { type: 'generation.updated', ...envelopeOf(event, `generation:${id}`), data },
    ...(event.type === 'JobProgressed' ? { holdsBackMs: betweenProgressMs } : {}),
  };
};

type SubscriptionTold = z.infer<typeof subscriptionChanged>;
type Entitled = z.infer<typeof planEntitled>;

const subscriptionMessage = (
  event: Pick<SubscriptionTold, 'id' | 'version' | 'at'>,
  { status, plan, cancelAtPeriodEnd, currentPeriodEnd, graceUntil }: SubscriptionTold['data'],
): Message => {
  return {
    type: 'subscription.updated',
    ...envelopeOf(event, 'subscription'),
    data: {
      status,
      plan,
      cancel_at_period_end: cancelAtPeriodEnd,
      current_period_end: currentPeriodEnd,
      grace_until: graceUntil,
    },
  };
};

/** A first payment is told behind the subscription that it is of, and what is prepaid has no subscription: only this tells the plan. */
const entitledMessage = (event: Entitled): Message | undefined => {
  const { plan, standing } = event.data;
  return standing && subscriptionMessage(event, { plan, ...standing });
};

const notificationMessage = (event: NotificationCreated): Message => {
  const { id, type, title_key, message_key, params, subject, url } = event.data;
  return {
    type: 'notification.created',
    ...envelopeOf({ ...event, version: 1 }, id),
    data: { id, type, title_key, message_key, params, subject, url, read: false, created_at: event.at },
  };
};

const notificationUpdateMessage = (event: NotificationChanged): Message => ({
  type: 'notification.updated',
  ...envelopeOf(event, event.data.id),
  data: event.data,
});

const toUser = (message: Message): Told => ({ to: 'user', message });

/** Nothing for an event that no socket hears of. */
export const messageOf = (event: Heard): Told | undefined => {
  switch (event.type) {
    case 'CatalogChanged': {
      const { changed, truncated, offerVersion } = event.data;
      const envelope = envelopeOf({ ...event, version: offerVersion }, 'catalog');
      return { to: 'app', message: { type: 'catalog.changed', ...envelope, data: { changed, truncated } } };
    }
    case 'NotificationCreated':
      return toUser(notificationMessage(event));
    case 'NotificationChanged':
      return toUser(notificationUpdateMessage(event));
    case 'SubscriptionChanged':
      return toUser(subscriptionMessage(event, event.data));
    case 'PlanEntitled': {
      const message = entitledMessage(event);
      return message && toUser(message);
    }
    case 'CreditsGranted':
    case 'CreditsHeld':
    case 'HoldSettled':
    case 'HoldReleased':
    case 'GrantsExpired':
    case 'PlanChanged':
    case 'CreditsAdjusted':
    case 'GrantRevoked':
    case 'DebtRepaid':
    case 'GrantReinstated':
    case 'LowBalanceReached':
    case 'TopUpRequested':
      return toUser(creditsMessage(event));
    case 'JobRequested':
    case 'JobStarted':
    case 'JobProgressed':
    case 'JobSucceeded':
    case 'JobFailed':
    case 'JobCancelled':
    case 'JobChanged':
    case 'JobRemoved':
      return generationMessage(event);
    case 'PaymentCaptured':
    case 'PaymentFailed':
    case 'PaymentActionRequired':
    case 'PaymentMismatched':
    case 'PaymentRefunded':
    case 'DisputeOpened':
    case 'DisputeWon':
    case 'DisputeLost':
    case 'SubscriptionRenewed':
    case 'TrialEnding':
    case 'AccountOpened':
    case 'AccountClosed':
    case 'TopUpEnded':
    case 'JobRefunded':
      return undefined;
  }
};
