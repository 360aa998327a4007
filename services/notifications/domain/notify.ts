/**
 * From an event of the bus to what its user is told, or to nothing. Events carry no state from before: what they may say again and
 * again is told once, by what it says.
 */
import * as z from 'zod';
import * as billing from '#services/billing/contracts.ts';
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { creditsAdjusted, creditsGranted, lowBalanceReached } from '#services/credits/contracts.ts';
import { jobFailed, jobSucceeded } from '#services/generation/contracts.ts';
import { timedId } from '#shared/ids.ts';
import type { NotificationName } from '../contracts.ts';
import { localDate } from './local-date.ts';
import type { Notice, NotificationFacts } from './notification.ts';

/** What may lead to a notification. */
export const notedEvent = z.discriminatedUnion('type', [
  jobSucceeded,
  jobFailed,
  creditsGranted,
  creditsAdjusted,
  lowBalanceReached,
  billing.paymentFailed,
  billing.paymentActionRequired,
  billing.paymentRefunded,
  billing.disputeOpened,
  billing.disputeWon,
  billing.disputeLost,
  billing.subscriptionChanged,
  billing.trialEnding,
]);
export type NotedEvent = z.infer<typeof notedEvent>;
type EventOf<Type extends NotedEvent['type']> = Extract<NotedEvent, { type: Type }>;
type JobEvent = EventOf<'JobSucceeded' | 'JobFailed'>;
type PaymentEvent = Extract<NotedEvent, { data: { paymentId: string } }>;

/** What of an app's definition gives things their names, and days their dates. */
export type Names = Pick<AppDefinition, 'zone' | 'tools' | 'plans' | 'packs'>;

type Told = Pick<NotificationFacts, 'type' | 'params'> &
  Partial<Pick<NotificationFacts, 'subject' | 'url'>> &
  Pick<Notice, 'once'> & { readonly name: NotificationName };

/** The tool by its id and the key of its name: only the client knows in which language. */
const ofJob = ({ data: { jobId, tool } }: JobEvent, { tools }: Names) => {
  const named = tools.find(({ id }) => id === tool);
  return {
    type: 'generation',
    subject: { kind: 'generation', id: jobId },
    params: named ? { tool, tool_key: named.name_key } : { tool },
  } as const;
};

const failedJob = (event: EventOf<'JobFailed'>, names: Names): Told => {
  const { reason } = event.data;
  const { params, ...about } = ofJob(event, names);
  const name = reason === 'blocked' ? 'generation_blocked' : 'generation_failed';
  return { name, ...about, params: { ...params, reason } };
};

/** What a user asked for or gets every day is no news: the balance shows it. */
const granted = ({ data: { kind, credits, available, imported } }: EventOf<'CreditsGranted'>): Told | undefined => {
  if (imported) return undefined;
  const params = { credits, available };
  switch (kind) {
    case 'pack':
      return { name: 'credits_bought', type: 'credits', params };
    case 'bonus':
    case 'adjustment':
      return { name: 'credits_given', type: 'credits', params };
    case 'welcome':
    case 'plan':
    case 'daily':
      return undefined;
  }
};

/** People who take credits away tell the user themselves, or have a reason not to. */
const adjusted = ({ data: { credits, available, jobId } }: EventOf<'CreditsAdjusted'>): Told | undefined => {
  if (credits <= 0) return undefined;
  const subject = jobId === undefined ? {} : { subject: { kind: 'generation', id: jobId } as const };
  return { name: 'credits_given', type: 'credits', params: { credits, available }, ...subject };
};

const nameOfPlan = (plan: string, { plans }: Names): string => plans.find(({ id }) => id === plan)?.name ?? plan;

const ofPayment = ({ data }: PaymentEvent, names: Names) => {
  const { paymentId, purpose, item, amountMinor: amount_minor, currency } = data;
  const pack = names.packs.find(({ id }) => id === item)?.name ?? item;
  const item_name = purpose === 'pack' ? pack : nameOfPlan(item, names);
  return {
    type: 'payment',
    subject: { kind: 'payment', id: paymentId },
    params: { item, item_name, amount_minor, currency },
  } as const;
};

const failedPayment = (event: EventOf<'PaymentFailed'>, names: Names): Told => {
  const { topUpId, nextAttemptAt } = event.data;
  const { params, ...about } = ofPayment(event, names);
  if (nextAttemptAt !== undefined) {
    const again = { next_attempt_at: nextAttemptAt, date: localDate(nextAttemptAt, names.zone) };
    return { name: 'payment_retried', ...about, params: { ...params, ...again } };
  }
  return { name: topUpId === undefined ? 'payment_failed' : 'top_up_failed', ...about, params };
};

const refunded = (event: EventOf<'PaymentRefunded'>, names: Names): Told => {
  const { params, ...about } = ofPayment(event, names);
  const { refundedMinor: refunded_minor, credits } = event.data;
  return { name: 'payment_refunded', ...about, params: { ...params, refunded_minor, credits } };
};

const disputed = (
  event: EventOf<'DisputeOpened' | 'DisputeWon' | 'DisputeLost'>,
  name: Extract<NotificationName, `dispute_${string}`>,
  names: Names,
): Told => {
  const { params, ...about } = ofPayment(event, names);
  const credits = 'credits' in event.data ? { credits: event.data.credits } : {};
  return { name, ...about, params: { ...params, ...credits } };
};

const subscription = { type: 'payment', subject: { kind: 'subscription', id: 'current' } } as const;

const untilParams = (plan: string, until: string, names: Names) => ({
  plan,
  plan_name: nameOfPlan(plan, names),
  until,
  date: localDate(until, names.zone),
});

/** Told only while there is something to lose: it ends with its period, or an overdue payment ends it. */
const changed = ({ data }: EventOf<'SubscriptionChanged'>, names: Names): Told | undefined => {
  const { status, plan, cancelAtPeriodEnd, currentPeriodEnd, graceUntil } = data;
  if (plan === null) return undefined;
  if (status === 'past_due' && graceUntil !== null) {
    const params = untilParams(plan, graceUntil, names);
    return { name: 'subscription_overdue', ...subscription, params, once: `subscription-overdue#${graceUntil}` };
  }
  const runs = status === 'active' || status === 'trialing';
  if (!runs || !cancelAtPeriodEnd || currentPeriodEnd === null) return undefined;
  const params = untilParams(plan, currentPeriodEnd, names);
  return { name: 'subscription_ending', ...subscription, params, once: `subscription-ending#${currentPeriodEnd}` };
};

const trialEnds = ({ data: { plan, endsAt } }: EventOf<'TrialEnding'>, names: Names): Told => ({
  name: 'trial_ending',
  ...subscription,
  params: untilParams(plan, endsAt, names),
  once: `trial-ending#${plan}#${endsAt}`,
});

const toldOf = (event: NotedEvent, names: Names): Told | undefined => {
  switch (event.type) {
    case 'JobSucceeded':
      // Who is answered at once from the cache sees it.
      return event.data.cached ? undefined : { name: 'generation_completed', ...ofJob(event, names) };
    case 'JobFailed':
      return failedJob(event, names);
    case 'CreditsGranted':
      return granted(event);
    case 'CreditsAdjusted':
      return adjusted(event);
    case 'LowBalanceReached': {
      const { below, available } = event.data;
      return { name: 'low_balance', type: 'credits', params: { below, available } };
    }
    case 'PaymentFailed':
      return failedPayment(event, names);
    case 'PaymentActionRequired':
      return { name: 'payment_action_required', ...ofPayment(event, names), url: event.data.url };
    case 'PaymentRefunded':
      return refunded(event, names);
    case 'DisputeOpened':
      return disputed(event, 'dispute_opened', names);
    case 'DisputeWon':
      return disputed(event, 'dispute_won', names);
    case 'DisputeLost':
      return disputed(event, 'dispute_lost', names);
    case 'SubscriptionChanged':
      return changed(event, names);
    case 'TrialEnding':
      return trialEnds(event, names);
  }
};

/** The id is made of the event's, and begins with its time: told again it is the same notification, and ids sort as things happened. */
export const notify = (event: NotedEvent, names: Names): Notice | undefined => {
  const told = toldOf(event, names);
  if (!told) return undefined;
  const { name, type, params, subject = null, url = null, once } = told;
  return {
    facts: {
      id: timedId('ntf', event.at, event.id),
      type,
      title_key: `notifications.${name}.title`,
      message_key: `notifications.${name}.message`,
      params,
      subject,
      url,
      created_at: event.at,
      correlation_id: event.correlationId,
    },
    ...(once === undefined ? {} : { once }),
  };
};
