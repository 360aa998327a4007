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
const cost = (amountMinor: number) => ({ amountMinor, currency: 'USD', interval: 'month' as const });
const shownCost = (amount_minor: number) => ({ amount_minor, currency: 'USD', interval: 'month' });
const none = {
  status: 'none',
  provider: null,
  plan: null,
  next_plan: null,
  price: null,
  next_price: null,
  subscription_id: null,
  customer_id: 'cus_1',
  current_period_end: null,
  paid_until: null,
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
      paid_until: day(31),
    }));

  test('of nobody is none; without a customer there is none', () => {
    expect(viewAt(day(0))).toEqual(none);
    expect(subscriptionView(fold(decider, []), day(0)).customer_id).toBeNull();
  });

  test('FS7 says what the next period will be of, unless none will come', () => {
    const downgrade = { plan: 'mini', amountMinor: 500 };
    const paid = [observed(), periodPaid({ price: cost(1_000) }), entitled('plus', 'paid')];
    const next = { next_plan: 'mini', price: shownCost(1_000), next_price: shownCost(500) };
    expect(viewAt(day(3), ...paid, observed(downgrade))).toMatchObject({ plan: 'plus', ...next });
    const over = viewAt(day(3), ...paid, observed({ ...downgrade, cancelAtPeriodEnd: true }));
    expect(over).toMatchObject({
      plan: 'plus',
      ...next,
      next_plan: null,
      next_price: null,
      cancel_at_period_end: true,
    });
  });

  test('FS7 of whose running period nobody knows the price any more says that of the next one alone', () =>
    expect(viewAt(day(3), ...subscribed, observed({ plan: 'mini', amountMinor: 500 }))).toMatchObject({
      price: null,
      next_price: shownCost(500),
    }));

  test('FS7 whose price changes with the next period says both', () => {
    const paid = [observed(), periodPaid({ price: cost(1_000) }), entitled('plus', 'paid')];
    const dearer = viewAt(day(3), ...paid, observed({ amountMinor: 1_200 }));
    expect(dearer).toMatchObject({ next_plan: null, price: shownCost(1_000), next_price: shownCost(1_200) });
  });

  test('FS8 is paid until the end of the period that was paid, though the next one has begun', () => {
    const late = observed({ status: 'past_due', overdueSince: day(31), currentPeriodEnd: day(62) });
    const shown = { current_period_end: day(62), paid_until: day(31), price: shownCost(1_000), next_price: null };
    for (const at of [day(33), day(45)]) expect(viewAt(at, ...subscribed, late)).toMatchObject(shown);
  });

  test('FS8 whose money went back is paid no more', () => {
    const back = { type: 'PeriodRevoked', paymentId: 'pay_1', plan: 'plus', revokedAt: day(2) } as const;
    expect(viewAt(day(3), ...subscribed, back)).toMatchObject({
      plan: null,
      paid_until: null,
      price: shownCost(1_000),
    });
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
    const bought = [prepaid(day(0), day(31), { price: cost(900) }), entitled('plus', 'paid')] as const;
    const shown = { ...none, status: 'active', provider: 'paymob', plan: 'plus', prepaid: true, price: shownCost(900) };
    const end = { current_period_end: day(31), paid_until: day(31) };
    expect(viewAt(day(30), ...bought)).toEqual({ ...shown, ...end });
    expect(viewAt(day(30), prepaid(day(0), day(31)))).toEqual({ ...shown, ...end, price: null });
    expect(viewAt(day(31), ...bought)).toEqual(none);
  });

  test('beside a prepaid plan is the one that is shown, while it lives', () => {
    const both = [prepaid(day(0), day(365)), observed({ plan: 'pro' }), periodPaid({ plan: 'pro' })] as const;
    expect(viewAt(day(3), ...both)).toMatchObject({ plan: 'pro', prepaid: false, provider: 'stripe' });
    const unpaid = viewAt(day(3), prepaid(day(0), day(365), { price: cost(700) }), observed({ status: 'unpaid' }));
    expect(unpaid).toMatchObject({
      status: 'unpaid',
      plan: 'plus',
      price: shownCost(700),
      next_price: shownCost(1_000),
      paid_until: day(365),
    });
    const over = viewAt(day(3), ...both, observed({ status: 'canceled' }));
    expect(over).toMatchObject({ plan: 'plus', prepaid: true, provider: 'paymob', subscription_id: null });
  });
});
