/** A user's second subscription: after the first one, never beside it. */
import { describe, expect, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import { day, entitled, observe, observed, periodPaid, recordPaid } from '../test/subscriptions.ts';
import { subscription } from './subscription.ts';
import type { SubscriptionEvent } from './subscription-events.ts';

const of = (...events: readonly SubscriptionEvent[]) => given(subscription, events);
/** Subscribed and paid for January. */
const subscribed = [observed(), periodPaid(), entitled('plus', 'paid')] as const;

describe('another subscription of the user', () => {
  test('is refused while the known one lives: two are paid for', () => {
    of(...subscribed)
      .when(observe(day(1), 1, { reference: 'sub_2' }))
      .thenRejected('subscription-other');
    of(...subscribed)
      .when(recordPaid(day(1), { reference: 'sub_2', paymentId: 'pay_2' }))
      .thenRejected('subscription-other');
  });

  test('before it may have been paid for though that is heard of late: its credits come, its plan does not', () => {
    const second = observed({ reference: 'sub_2' });
    const next = [
      observed({ status: 'canceled' }),
      second,
      periodPaid({ reference: 'sub_2', paymentId: 'pay_2' }),
    ] as const;
    const late = { paymentId: 'pay_3', plan: 'pro', from: day(12) };
    of(...subscribed, ...next)
      .when(recordPaid(day(12), late))
      .then([periodPaid({ ...late, maxRollover: null })]);
    expect(
      of(...subscribed, ...next)
        .when(recordPaid(day(12), late))
        .state().paid?.paymentId,
    ).toBe('pay_2');
  });

  test('that is over says nothing beside one that lives', () =>
    of(...subscribed)
      .when(observe(day(1), 1, { reference: 'sub_0', status: 'canceled' }))
      .then([]));

  test('follows one that is over, and entitles by its own payment', () => {
    const over = observed({ status: 'canceled' });
    const second = { reference: 'sub_2', currentPeriodEnd: day(41) };
    const before = [...subscribed, over, entitled(null, 'ended')] as const;
    of(...before)
      .when(observe(day(10), 2, second))
      .then([observed(second)]);
    const paid = { reference: 'sub_2', paymentId: 'pay_2', plan: 'pro', from: day(10), until: day(41) };
    of(...before, observed(second))
      .when(recordPaid(day(10), paid))
      .then([periodPaid(paid), entitled('pro', 'paid')]);
    of(...before, periodPaid(paid))
      .when(observe(day(10), 2, second))
      .then([observed(second), entitled('pro', 'paid')]);
  });

  test('is known by its payment at times before it is observed, and no late one of the subscription before displaces that', () => {
    const over = [...subscribed, observed({ status: 'canceled' }), entitled(null, 'ended')] as const;
    const second = periodPaid({ reference: 'sub_2', paymentId: 'pay_2', plan: 'pro', from: day(10) });
    const late = { paymentId: 'pay_3', kind: 'upgrade', from: day(9) } as const;
    of(...over, second)
      .when(recordPaid(day(11), late))
      .then([periodPaid({ ...late, maxRollover: null })]);
    of(...over, second, periodPaid({ ...late, maxRollover: null }))
      .when(observe(day(12), 2, { reference: 'sub_2' }))
      .then([observed({ reference: 'sub_2' }), entitled('pro', 'paid')]);
  });

  test('that lives entitles by its own payment, however short its period', () => {
    const year = periodPaid({ plan: 'year', from: day(20), until: day(385) });
    const own = { reference: 'sub_2', paymentId: 'pay_2', from: day(10) };
    of(year, observed({ reference: 'sub_2' }))
      .when(recordPaid(day(20), own))
      .then([periodPaid(own), entitled('plus', 'paid')]);
  });

  test('is overdue by its own clock', () => {
    const over = observed({ status: 'incomplete_expired' });
    of(over)
      .when(observe(day(40), 1, { reference: 'sub_2', status: 'past_due' }))
      .then([observed({ reference: 'sub_2', status: 'past_due', overdueSince: day(40) })]);
  });

  test('of two that are over the one that would have lasted longer stays, in any order', () => {
    const one = { reference: 'sub_1', status: 'canceled', currentPeriodEnd: day(20) } as const;
    const two = { reference: 'sub_2', status: 'canceled', currentPeriodEnd: day(50) } as const;
    of(observed(one))
      .when(observe(day(60), 1, two))
      .then([observed(two)]);
    of(observed(two))
      .when(observe(day(60), 1, one))
      .then([]);
  });
});
