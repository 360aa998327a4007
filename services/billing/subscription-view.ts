/** A user's subscription as the API shows it. */
import type * as z from 'zod';
import { entitledTo, graceEnd, livingSubscription, paidOfObserved, runningPrepaid } from './domain/entitlement.ts';
import type { Observed, PrepaidPeriod, RenewingPeriod, Subscription } from './domain/subscription-state.ts';
import type { subscription } from './views.ts';

export type SubscriptionView = z.infer<typeof subscription>;
type Price = NonNullable<SubscriptionView['price']>;

const priceView = ({ amountMinor, currency, interval }: NonNullable<RenewingPeriod['price']>): Price => ({
  amount_minor: amountMinor,
  currency,
  interval,
});

const isSamePrice = (one: Price, other: Price | null): boolean =>
  one.amount_minor === other?.amount_minor && one.currency === other.currency && one.interval === other.interval;

/** What was given back is paid no more. */
const paidPeriod = (state: Subscription): RenewingPeriod | undefined => {
  const paid = paidOfObserved(state);
  return paid?.revoked ? undefined : paid;
};

/** The period that gives the plan of now; undefined where a trial or nothing does. */
const givingPeriod = (
  state: Subscription,
  { plan, at }: { readonly plan: string | null; readonly at: string },
): RenewingPeriod | PrepaidPeriod | undefined => {
  const paid = paidPeriod(state);
  if (paid?.plan === plan) return paid;
  const prepaid = runningPrepaid(state, at);
  return prepaid?.plan === plan ? prepaid : undefined;
};

/** What follows the paid period, where that is another plan or price; nothing where none will come. */
const nextOf = (state: Subscription, living: Observed, price: Price | null) => {
  const paid = paidOfObserved(state);
  const next = priceView(living);
  const follows = !living.cancelAtPeriodEnd;
  return {
    next_plan: paid && living.plan !== paid.plan && follows ? living.plan : null,
    next_price: follows && !isSamePrice(next, price) ? next : null,
  };
};

const nothing = {
  next_plan: null,
  price: null,
  next_price: null,
  subscription_id: null,
  customer_id: null,
  current_period_end: null,
  paid_until: null,
  cancel_at_period_end: false,
  trial_end: null,
  grace_until: null,
  prepaid: false,
} as const satisfies Partial<SubscriptionView>;

/** As it stands at `at`. `customer`: the provider's id of the user, which is kept apart from the stream. */
export const subscriptionView = (state: Subscription, at: string, customer?: string): SubscriptionView => {
  const { plan } = entitledTo(state, at);
  const { observed } = state;
  const living = livingSubscription(state);
  const base = { ...nothing, plan, customer_id: customer ?? null };
  const prepaid = living ? undefined : runningPrepaid(state, at);
  if (prepaid)
    return {
      ...base,
      status: 'active',
      provider: prepaid.provider,
      price: prepaid.price ? priceView(prepaid.price) : null,
      current_period_end: prepaid.until,
      paid_until: prepaid.until,
      prepaid: true,
    };
  if (!observed) return { ...base, status: 'none', provider: null };
  const { status, provider, reference } = observed;
  if (!living) return { ...base, status, provider, subscription_id: reference };
  const giving = givingPeriod(state, { plan, at });
  const known = giving?.price ?? (giving && giving.plan !== living.plan ? undefined : living);
  const price = known ? priceView(known) : null;
  return {
    ...base,
    status,
    provider,
    ...nextOf(state, living, price),
    price,
    subscription_id: reference,
    current_period_end: living.currentPeriodEnd,
    paid_until: (giving ?? paidPeriod(state))?.until ?? null,
    cancel_at_period_end: living.cancelAtPeriodEnd,
    trial_end: living.trialEnd ?? null,
    grace_until: graceEnd(state) ?? null,
  };
};
