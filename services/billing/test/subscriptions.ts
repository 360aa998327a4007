/** What a user's subscription is told of, for tests: each with what it is mostly of. */
import type { Plan } from '#services/catalog/contracts.ts';
import type { Observe, RecordPeriodPaid, RevokePeriod } from '../domain/subscription-commands.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import type { Observed, PrepaidPeriod, RenewingPeriod } from '../domain/subscription-state.ts';

type EventOf<Type extends SubscriptionEvent['type']> = Extract<SubscriptionEvent, { type: Type }>;

/** So many days, or parts of one, behind the beginning of 2027. */
export const day = (days: number): string => new Date(Date.UTC(2027, 0, 1) + days * 86_400_000).toISOString();

/** The plan that the facts here are mostly of. */
export const plus: Plan = {
  id: 'plus',
  name: 'Plus',
  monthly_credits: 100,
  max_rollover: 50,
  daily_credits: 0,
  daily_cap: null,
  pro: true,
  price: { amount_minor: 1_000, currency: 'USD', interval: 'month' },
  limits: { jobs_per_hour: null, concurrent_jobs: null },
};

export const anObserved = (changes: Partial<Observed> = {}): Observed => ({
  provider: 'stripe',
  reference: 'sub_1',
  status: 'active',
  plan: 'plus',
  amountMinor: 1_000,
  currency: 'USD',
  interval: 'month',
  currentPeriodEnd: day(31),
  cancelAtPeriodEnd: false,
  ...changes,
});
export const observe = (at: string, seen: number, changes: Partial<Observed> = {}): Observe => ({
  type: 'Observe',
  at,
  observed: anObserved(changes),
  seen,
});
export const observed = (
  changes: Partial<Omit<EventOf<'SubscriptionObserved'>, 'type'>> = {},
): EventOf<'SubscriptionObserved'> => ({ type: 'SubscriptionObserved', ...anObserved(), ...changes });

export const aPeriod = (changes: Partial<RenewingPeriod> = {}): RenewingPeriod => ({
  paymentId: 'pay_1',
  provider: 'stripe',
  reference: 'sub_1',
  kind: 'period',
  plan: 'plus',
  credits: 100,
  maxRollover: 50,
  from: day(0),
  until: day(31),
  ...changes,
});
export const recordPaid = (at: string, changes: Partial<RenewingPeriod> = {}): RecordPeriodPaid => ({
  type: 'RecordPeriodPaid',
  at,
  paid: aPeriod(changes),
});
export const periodPaid = (changes: Partial<Omit<EventOf<'PeriodPaid'>, 'type'>> = {}): EventOf<'PeriodPaid'> => ({
  type: 'PeriodPaid',
  ...aPeriod(),
  ...changes,
});

type Prepaid = Extract<RecordPeriodPaid['paid'], { kind: 'prepaid' }>;
/** Paid at `from`, for a month. */
export const recordPrepaid = (from: string, changes: Partial<Prepaid> = {}): RecordPeriodPaid => ({
  type: 'RecordPeriodPaid',
  at: from,
  paid: {
    paymentId: 'pay_prepaid',
    provider: 'paymob',
    reference: '7001',
    kind: 'prepaid',
    plan: 'plus',
    credits: 100,
    maxRollover: 50,
    from,
    interval: 'month',
    ...changes,
  },
});
export const prepaid = (from: string, until: string, changes: Partial<PrepaidPeriod> = {}): EventOf<'PeriodPaid'> => ({
  type: 'PeriodPaid',
  paymentId: 'pay_prepaid',
  provider: 'paymob',
  reference: '7001',
  kind: 'prepaid',
  plan: 'plus',
  credits: 100,
  maxRollover: 50,
  from,
  until,
  ...changes,
});

export const revokePeriod = (at: string, paymentId = 'pay_prepaid'): RevokePeriod => ({
  type: 'RevokePeriod',
  at,
  paymentId,
});
export const prepaidEnded = (endedAt: string, paymentId = 'pay_prepaid', plan = 'plus'): EventOf<'PrepaidEnded'> => ({
  type: 'PrepaidEnded',
  paymentId,
  plan,
  endedAt,
});

export const entitled = (plan: string | null, reason: EventOf<'PlanEntitled'>['reason']): EventOf<'PlanEntitled'> => ({
  type: 'PlanEntitled',
  plan,
  reason,
});
