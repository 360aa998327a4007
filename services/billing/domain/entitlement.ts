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
const withGrace = (time: string): string => new Date(Date.parse(time) + graceDays * dayMs).toISOString();
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

/** The trial's invoice is paid an hour or so after the trial: until it is, the plan stays. */
const trialEnd = (state: Subscription): string | undefined =>
  state.observed?.status === 'active' && state.observed.trialEnd !== undefined && !paidOfObserved(state)
    ? withGrace(state.observed.trialEnd)
    : undefined;

const ofSubscription = (state: Subscription, at: string): Entitlement => {
  const { observed } = state;
  const paid = paidOfObserved(state);
  const ended: Entitlement = { plan: null, reason: 'ended' };
  if (!observed) return ended;
  switch (observed.status) {
    // Also behind the end of what is paid: the provider renews within hours, and says so when it cannot.
    case 'active': {
      if (paid) return { plan: paid.plan, reason: 'paid' };
      const end = trialEnd(state);
      return end !== undefined && isBefore(at, end) ? { plan: observed.plan, reason: 'trial' } : ended;
    }
    case 'past_due': {
      const end = graceEnd(state);
      const isInGrace = end !== undefined && isBefore(at, end);
      return paid && isInGrace ? { plan: paid.plan, reason: 'paid' } : { plan: null, reason: 'overdue' };
    }
    case 'unpaid':
      return { plan: null, reason: 'overdue' };
    case 'trialing':
      return observed.plan === null ? ended : { plan: observed.plan, reason: 'trial' };
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
  [graceEnd(state), trialEnd(state), ...(state.prepaid ?? []).map(({ until }) => until)]
    .filter((end) => end !== undefined)
    .filter((end) => isBefore(after, end))
    .toSorted((one, other) => Date.parse(one) - Date.parse(other))
    .find((end) => entitledTo(state, end).plan !== state.entitledTo);
