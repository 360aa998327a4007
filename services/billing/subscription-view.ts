/** A user's subscription as the API shows it. */
import type * as z from 'zod';
import { entitledTo, graceEnd, livingSubscription, paidOfObserved, runningPrepaid } from './domain/entitlement.ts';
import type { Observed, Subscription } from './domain/subscription-state.ts';
import type { subscription } from './views.ts';

export type SubscriptionView = z.infer<typeof subscription>;

/** What the next period will be of, where that is another plan; nothing where none will come. */
const nextPlan = (state: Subscription, { plan, cancelAtPeriodEnd }: Observed): string | null => {
  const paid = paidOfObserved(state);
  return paid && plan !== paid.plan && !cancelAtPeriodEnd ? plan : null;
};

const nothing = {
  next_plan: null,
  price: null,
  subscription_id: null,
  customer_id: null,
  current_period_end: null,
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
      current_period_end: prepaid.until,
      prepaid: true,
    };
  if (!observed) return { ...base, status: 'none', provider: null };
  const { status, provider, reference } = observed;
  if (!living) return { ...base, status, provider, subscription_id: reference };
  const { amountMinor, currency, interval } = living;
  return {
    ...base,
    status,
    provider,
    next_plan: nextPlan(state, living),
    price: { amount_minor: amountMinor, currency, interval },
    subscription_id: reference,
    current_period_end: living.currentPeriodEnd,
    cancel_at_period_end: living.cancelAtPeriodEnd,
    trial_end: living.trialEnd ?? null,
    grace_until: graceEnd(state) ?? null,
  };
};
