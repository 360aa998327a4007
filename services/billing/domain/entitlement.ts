/**
 * Which plan a user has by what they pay, and when the clock alone changes it. A subscription that renews itself comes first, as far
 * as it is paid; then what was prepaid; then a trial.
 */
import type { SubscriptionEvent } from './subscription-events.ts';
import { graceDays, type Observed, type PrepaidPeriod, type Subscription } from './subscription-state.ts';

export type EntitlementReason = Extract<SubscriptionEvent, { type: 'PlanEntitled' }>['reason'];
export interface Entitlement {
  /** Null: the app's default plan. */
  readonly plan: string | null;
  readonly reason: EntitlementReason;
}

const dayMs = 86_400_000;
/** How long the provider has to tell that a subscription which is cancelled has ended. */
const endingDays = 1;
const daysBehind = (time: string, days: number): string => new Date(Date.parse(time) + days * dayMs).toISOString();
const withGrace = (time: string): string => daysBehind(time, graceDays);
const isBefore = (one: string, other: string): boolean => Date.parse(one) < Date.parse(other);

/** Whether a subscription of that status is paid for, or may be again without a new one. */
export const isAlive = (status: Observed['status']): boolean => {
  switch (status) {
    case 'active':
    case 'trialing':
    case 'past_due':
    case 'unpaid':
    case 'paused':
      return true;
    // A first payment that never came through.
    case 'incomplete':
    case 'incomplete_expired':
    case 'canceled':
      return false;
  }
};

/** The user's subscription at the provider, while it lives. */
export const livingSubscription = ({ observed }: Subscription): Observed | undefined =>
  observed && isAlive(observed.status) ? observed : undefined;

/** Whether a payment of this subscription is one beside another that lives. A late one of a subscription that ended before is not. */
export const isBesideAnother = (state: Subscription, reference: string): boolean => {
  const living = livingSubscription(state)?.reference ?? reference;
  return living !== reference && !state.ended?.includes(reference);
};

/** What was paid for the subscription that is observed. */
export const paidOfObserved = ({ observed, paid }: Subscription): Subscription['paid'] =>
  paid && paid.reference === observed?.reference ? paid : undefined;

/** Until when the plan stays though its payment is overdue; undefined when none is. */
export const graceEnd = ({ overdueSince }: Pick<Subscription, 'overdueSince'>): string | undefined =>
  overdueSince === undefined ? undefined : withGrace(overdueSince);

/** The prepaid plan that was begun last of those that run. */
export const runningPrepaid = ({ prepaid = [] }: Subscription, at: string): PrepaidPeriod | undefined =>
  prepaid
    .filter(({ until }) => isBefore(at, until))
    .reduce<PrepaidPeriod | undefined>(
      (newest, period) => (newest && isBefore(period.from, newest.from) ? newest : period),
      undefined,
    );

/**
 * Until when the subscription at the provider entitles by what is known of it. Behind the end of what is paid the provider renews
 * within hours, or ends it, and tells; what it tells may be lost, so nothing is for good. Behind a trial its invoice is paid.
 */
export const subscriptionEnd = (state: Subscription): string | undefined => {
  const { observed } = state;
  if (!observed) return undefined;
  const { trialEnd, currentPeriodEnd, cancelAtPeriodEnd } = observed;
  const toldBy = (end: string): string => daysBehind(end, cancelAtPeriodEnd ? endingDays : graceDays);
  switch (observed.status) {
    case 'active': {
      const paid = paidOfObserved(state);
      if (paid) return toldBy(paid.until);
      return trialEnd === undefined ? undefined : toldBy(trialEnd);
    }
    case 'trialing':
      return toldBy(trialEnd ?? currentPeriodEnd);
    case 'past_due':
      return graceEnd(state);
    case 'unpaid':
    case 'incomplete':
    case 'incomplete_expired':
    case 'paused':
    case 'canceled':
      return undefined;
  }
};

const ofSubscription = (state: Subscription, at: string): Entitlement => {
  const { observed } = state;
  const ended: Entitlement = { plan: null, reason: 'ended' };
  if (!observed) return ended;
  const end = subscriptionEnd(state);
  const runs = end !== undefined && isBefore(at, end);
  const last = paidOfObserved(state);
  const paid = last && !last.revoked ? last : undefined;
  switch (observed.status) {
    case 'active': {
      if (!runs) return ended;
      if (paid) return { plan: paid.plan, reason: 'paid' };
      return last || observed.plan === null ? ended : { plan: observed.plan, reason: 'trial' };
    }
    case 'past_due':
      return paid && runs ? { plan: paid.plan, reason: 'paid' } : { plan: null, reason: 'overdue' };
    case 'unpaid':
      return { plan: null, reason: 'overdue' };
    case 'trialing':
      return runs && observed.plan !== null ? { plan: observed.plan, reason: 'trial' } : ended;
    case 'incomplete':
    case 'incomplete_expired':
    case 'paused':
    case 'canceled':
      return ended;
  }
};

/** Which plan the user has at that time, and why. */
export const entitledTo = (state: Subscription, at: string): Entitlement => {
  const renewing = ofSubscription(state, at);
  if (renewing.plan !== null && renewing.reason === 'paid') return renewing;
  const prepaid = runningPrepaid(state, at);
  return prepaid ? { plan: prepaid.plan, reason: 'paid' } : renewing;
};

/** When, behind `after`, the clock alone first entitles the user to another plan than they have been told; undefined: never. */
export const dueAt = (state: Subscription, after: string): string | undefined =>
  [subscriptionEnd(state), ...(state.prepaid ?? []).map(({ until }) => until)]
    .filter((end) => end !== undefined)
    .filter((end) => isBefore(after, end))
    .toSorted((one, other) => Date.parse(one) - Date.parse(other))
    .find((end) => entitledTo(state, end).plan !== state.entitledTo);
