/** X5 A period of a subscription whose money went back whole entitles to nothing, until another one is paid. */
import { describe, expect, test } from '@jest/globals';
import { fold } from '#shared/eventsourcing/decider.ts';
import { given } from '#shared/testing/given.ts';
import {
  day,
  entitled,
  observe,
  observed,
  periodPaid,
  prepaid,
  recordPaid,
  revokePeriod,
} from '../test/subscriptions.ts';
import { dueAt } from './entitlement.ts';
import { paidPeriods } from './renewing.ts';
import { subscription } from './subscription.ts';
import type { SubscriptionEvent } from './subscription-events.ts';

const of = (...events: readonly SubscriptionEvent[]) => given(subscription, events);
const subscribed = [observed(), periodPaid(), entitled('plus', 'paid')] as const;
const revoked = (paymentId: string, plan: string, days = 9): SubscriptionEvent => ({
  type: 'PeriodRevoked',
  paymentId,
  plan,
  revokedAt: day(days),
});
const lost = [...subscribed, revoked('pay_1', 'plus'), entitled(null, 'ended')] as const;

describe('X5 FS7 a period whose money went back whole', () => {
  test('entitles no more, and is revoked once', () => {
    of(...subscribed)
      .when(revokePeriod(day(9), 'pay_1'))
      .then([revoked('pay_1', 'plus'), entitled(null, 'ended')]);
    of(...lost)
      .when(revokePeriod(day(10), 'pay_1'))
      .then([]);
    of(...lost)
      .when(recordPaid(day(10)))
      .then([]);
    expect(dueAt(fold(subscription, lost), day(9))).toBeUndefined();
  });

  test('entitles neither in the grace of the next payment, nor as the trial before it', () => {
    of(...lost)
      .when(observe(day(31), 1, { status: 'past_due' }))
      .then([observed({ status: 'past_due', overdueSince: day(31) })]);
    of(...lost)
      .when(observe(day(10), 1, { trialEnd: day(8) }))
      .then([observed({ trialEnd: day(8) })]);
  });

  test('comes before another one that is paid: that one entitles', () => {
    const next = { paymentId: 'pay_2', from: day(31), until: day(59) };
    of(...lost)
      .when(recordPaid(day(31), next))
      .then([periodPaid(next), entitled('plus', 'paid')]);
  });

  test('leaves what was prepaid', () =>
    of(prepaid(day(0), day(31), { plan: 'mini' }), ...subscribed)
      .when(revokePeriod(day(9), 'pay_1'))
      .then([revoked('pay_1', 'plus'), entitled('mini', 'paid')]));

  test('of nobody knows what is nothing', () =>
    of(...subscribed)
      .when(revokePeriod(day(9), 'pay_7'))
      .then([]));
});

describe('X5 FS7 an upgrade whose money went back whole', () => {
  const upgrade = { paymentId: 'pay_2', kind: 'upgrade', plan: 'pro', maxRollover: null, from: day(5) } as const;
  const upgraded = [...subscribed, periodPaid(upgrade), entitled('pro', 'paid')] as const;
  const back = [revoked('pay_2', 'pro'), entitled('plus', 'paid')] as const;

  test('leaves the period that it was part of, whichever is heard of first', () => {
    of(...upgraded)
      .when(revokePeriod(day(9), 'pay_2'))
      .then(back);
    of(observed(), periodPaid(upgrade), entitled('pro', 'paid'), revoked('pay_2', 'pro'), entitled(null, 'ended'))
      .when(recordPaid(day(10)))
      .then([periodPaid({ maxRollover: null }), entitled('plus', 'paid')]);
    of(...upgraded, ...back)
      .when(revokePeriod(day(10), 'pay_1'))
      .then([revoked('pay_1', 'plus', 10), entitled(null, 'ended')]);
  });

  test('stays where only what it replaced went back, and is all that is left then', () => {
    const base = [...upgraded, revoked('pay_1', 'plus')] as const;
    of(...upgraded)
      .when(revokePeriod(day(9), 'pay_1'))
      .then([revoked('pay_1', 'plus')]);
    of(...base)
      .when(revokePeriod(day(10), 'pay_2'))
      .then([revoked('pay_2', 'pro', 10), entitled(null, 'ended')]);
  });

  test('FS8 is remembered with what it replaced until the period is over, of each plan once', () => {
    const down = periodPaid({ ...upgrade, paymentId: 'pay_3', plan: 'plus', from: day(7) });
    const again = periodPaid({ ...upgrade, paymentId: 'pay_4', from: day(8) });
    const plansOf = (...events: readonly SubscriptionEvent[]) =>
      paidPeriods(fold(subscription, events), 'sub_1').map(({ paymentId }) => paymentId);
    expect(plansOf(...upgraded, down, again)).toEqual(['pay_2', 'pay_3', 'pay_4']);
    expect(plansOf(...upgraded, down, again, periodPaid({ paymentId: 'pay_5', from: day(31) }))).toEqual(['pay_5']);
    expect(paidPeriods(fold(subscription, upgraded), 'sub_2')).toEqual([]);
  });
});
