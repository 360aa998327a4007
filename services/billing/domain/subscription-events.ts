/** What happens to a user's subscription. Stored for ever, as payments' events are. */
import * as z from 'zod';
import { amountMinor, currency, paymentProvider, subscriptionStatus } from '../contracts.ts';
import { reference } from './payment-events.ts';

const time = z.iso.datetime();
const plan = z.string().min(1).max(60);
const credits = z.int().min(0).max(2_000_000);

/** A page to subscribe on was opened. */
export const subscriptionCheckoutOpened = z.strictObject({
  type: z.literal('SubscriptionCheckoutOpened'),
  session: reference,
  plan,
  expiresAt: time,
});

/** How it stands at the provider, as the provider said when it was asked. */
export const subscriptionObserved = z.strictObject({
  type: z.literal('SubscriptionObserved'),
  provider: paymentProvider,
  /** The provider's id of it. */
  reference,
  status: subscriptionStatus.exclude(['none']),
  /** What the next period will be of, and cost. */
  plan: plan.nullable(),
  amountMinor,
  currency,
  interval: z.enum(['month', 'year']),
  currentPeriodEnd: time,
  cancelAtPeriodEnd: z.boolean(),
  trialEnd: time.optional(),
  /** Since when a payment is overdue, by our clock. */
  overdueSince: time.optional(),
});

/** Money for a period came. */
export const periodPaid = z.strictObject({
  type: z.literal('PeriodPaid'),
  /** `pay_…`, which the credits are granted by. */
  paymentId: z.string().min(1).max(64),
  provider: paymentProvider,
  reference,
  /** `upgrade`: the rest of a period, for a better plan. `prepaid`: one period, nothing follows by itself. */
  kind: z.enum(['period', 'upgrade', 'prepaid']),
  plan,
  credits,
  /** What may stay of the periods before; null: all. */
  maxRollover: z.int().min(0).nullable(),
  /** What a whole period of the plan cost then. Absent in older events, and where nobody knows. */
  price: z.strictObject({ amountMinor, currency, interval: z.enum(['month', 'year']) }).optional(),
  from: time,
  until: time,
});

/** The money of a prepaid period went back whole: what was left of that period is over. */
export const prepaidEnded = z.strictObject({
  type: z.literal('PrepaidEnded'),
  paymentId: z.string().min(1).max(64),
  plan,
  endedAt: time,
});
export type PrepaidEnded = Readonly<z.infer<typeof prepaidEnded>>;

/** The money of a period of a subscription went back whole: it entitles to nothing, until another one is paid. */
export const periodRevoked = z.strictObject({
  type: z.literal('PeriodRevoked'),
  paymentId: z.string().min(1).max(64),
  plan,
  revokedAt: time,
});

/** What the user is entitled to is another plan now; null: the app's default one. */
export const planEntitled = z.strictObject({
  type: z.literal('PlanEntitled'),
  plan: plan.nullable(),
  reason: z.enum(['paid', 'trial', 'ended', 'overdue', 'recovered']),
});

/** Told three days before its end. */
export const trialEnding = z.strictObject({ type: z.literal('TrialEnding'), plan, endsAt: time });

/** One that runs already where the app was before, and its period that is paid for. Nobody is told: it is no news. */
export const subscriptionImported = z.strictObject({
  type: z.literal('SubscriptionImported'),
  provider: paymentProvider,
  reference,
  plan,
  amountMinor,
  currency,
  interval: z.enum(['month', 'year']),
  /** What the period gave, there. */
  credits,
  /** Of the running period's payment. */
  paymentId: z.string().min(1).max(64),
  currentPeriodStart: time,
  currentPeriodEnd: time,
  cancelAtPeriodEnd: z.boolean(),
});

export const subscriptionEvent = z.discriminatedUnion('type', [
  subscriptionCheckoutOpened,
  subscriptionObserved,
  periodPaid,
  prepaidEnded,
  periodRevoked,
  planEntitled,
  trialEnding,
  subscriptionImported,
]);
export type SubscriptionEvent = Readonly<z.infer<typeof subscriptionEvent>>;
