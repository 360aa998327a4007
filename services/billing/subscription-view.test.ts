/** A subscription as it is shown: its record (NB7) at any time. */
import { describe, expect, test } from '@jest/globals';
import { fold } from '#shared/eventsourcing/decider.ts';
import { subscription as decider } from './domain/subscription.ts';
import type { SubscriptionEvent } from './domain/subscription-events.ts';
import { subscriptionView } from './subscription-view.ts';
import { day, entitled, observed, periodPaid, prepaid } from './test/subscriptions.ts';
import { subscription } from './views.ts';

const viewAt = (at: string, ...events: readonly SubscriptionEvent[]) => {
  const view = subscriptionView(fold(decider, events), at, 'cus_1');
  expect(subscription.parse(view)).toEqual(view);
  return view;
};
const subscribed = [observed(), periodPaid(), entitled('plus', 'paid')] as const;
const none = {
  status: 'none',
  provider: null,
  plan: null,
  next_plan: null,
  price: null,
  subscription_id: null,
  customer_id: 'cus_1',
  current_period_end: null,
  cancel_at_period_end: false,
  trial_end: null,
  grace_until: null,
  prepaid: false,
};

describe('NB7 a subscription', () => {
  test('has a status, plan, price, customer and the current period’s end', () =>
    expect(viewAt(day(3), ...subscribed)).toEqual({
      ...none,
      status: 'active',
      provider: 'stripe',
      plan: 'plus',
      price: { amount_minor: 1_000, currency: 'USD', interval: 'month' },
      subscription_id: 'sub_1',
      current_period_end: day(31),
    }));

  test('of nobody is none; without a customer there is none', () => {
    expect(viewAt(day(0))).toEqual(none);
    expect(subscriptionView(fold(decider, []), day(0)).customer_id).toBeNull();
  });

  test('FS7 says what the next period will be of, unless none will come', () => {
    const downgrade = { plan: 'mini', amountMinor: 500 };
    const next = viewAt(day(3), ...subscribed, observed(downgrade));
    expect(next).toMatchObject({ plan: 'plus', next_plan: 'mini', price: { amount_minor: 500 } });
    const over = viewAt(day(3), ...subscribed, observed({ ...downgrade, cancelAtPeriodEnd: true }));
    expect(over).toMatchObject({ plan: 'plus', next_plan: null, cancel_at_period_end: true });
  });

  test('in its trial has the trial’s end', () =>
    expect(viewAt(day(1), observed({ status: 'trialing', trialEnd: day(14) }))).toMatchObject({
      status: 'trialing',
      plan: 'plus',
      next_plan: null,
      trial_end: day(14),
    }));

  test('FS8 past due has its grace’s end, also before the clock has taken the plan', () => {
    const late = observed({ status: 'past_due', overdueSince: day(31) });
    expect(viewAt(day(33), ...subscribed, late)).toMatchObject({ plan: 'plus', grace_until: day(38) });
    expect(viewAt(day(39), ...subscribed, late)).toMatchObject({ status: 'past_due', plan: null });
  });

  test('BM11 that is over has its status and id, no price and no period', () =>
    expect(viewAt(day(3), ...subscribed, observed({ status: 'canceled' }))).toEqual({
      ...none,
      status: 'canceled',
      provider: 'stripe',
      subscription_id: 'sub_1',
    }));

  test('SP13 that is prepaid is active until its end, and then none', () => {
    const bought = [prepaid(day(0), day(31)), entitled('plus', 'paid')] as const;
    const shown = { ...none, status: 'active', provider: 'paymob', plan: 'plus', prepaid: true };
    expect(viewAt(day(30), ...bought)).toEqual({ ...shown, current_period_end: day(31) });
    expect(viewAt(day(31), ...bought)).toEqual(none);
  });

  test('beside a prepaid plan is the one that is shown, while it lives', () => {
    const both = [prepaid(day(0), day(365)), observed({ plan: 'pro' }), periodPaid({ plan: 'pro' })] as const;
    expect(viewAt(day(3), ...both)).toMatchObject({ plan: 'pro', prepaid: false, provider: 'stripe' });
    const over = viewAt(day(3), ...both, observed({ status: 'canceled' }));
    expect(over).toMatchObject({ plan: 'plus', prepaid: true, provider: 'paymob', subscription_id: null });
  });
});
