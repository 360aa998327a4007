/** Plans that are paid by the period, alone and beside a subscription. */
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
  recordPrepaid,
} from '../test/subscriptions.ts';
import { subscription } from './subscription.ts';
import type { SubscriptionEvent } from './subscription-events.ts';

const of = (...events: readonly SubscriptionEvent[]) => given(subscription, events);
const checkDue = (at: string) => ({ type: 'CheckDue', at }) as const;

describe('SP13 a prepaid plan', () => {
  const january = prepaid(day(0), '2027-02-01T00:00:00.000Z');
  const bought = [january, entitled('plus', 'paid')] as const;

  test('entitles from its payment for a calendar month, and ends by the clock', () => {
    of()
      .when(recordPrepaid(day(0)))
      .then(bought);
    of(...bought)
      .when(checkDue(day(30.99)))
      .then([]);
    of(...bought)
      .when(checkDue(day(31)))
      .then([entitled(null, 'ended')]);
  });

  test('paid again begins where the running one ends, once, and takes none of its credits', () => {
    const again = { paymentId: 'pay_2', reference: '7002' };
    const extension = prepaid(day(31), day(59), { ...again, maxRollover: null });
    of(...bought)
      .when(recordPrepaid(day(20), again))
      .then([extension]);
    of(...bought, extension)
      .when(recordPrepaid(day(20), again))
      .then([]);
    of(...bought, extension)
      .when(recordPrepaid(day(20)))
      .then([]);
    of(...bought, extension)
      .when(checkDue(day(58)))
      .then([]);
    of(...bought, extension)
      .when(checkDue(day(59)))
      .then([entitled(null, 'ended')]);
    of(...bought)
      .when(recordPrepaid(day(40), again))
      .then([prepaid(day(40), '2027-03-10T00:00:00.000Z', again)]);
  });

  test('of another plan begins at once; the one before has its rest behind it', () => {
    const pro = { paymentId: 'pay_2', plan: 'pro' };
    const beside = prepaid(day(10), day(41), { ...pro, maxRollover: null });
    const both = [prepaid(day(0), day(365)), entitled('plus', 'paid'), beside] as const;
    of(both[0], both[1])
      .when(recordPrepaid(day(10), pro))
      .then([both[2], entitled('pro', 'paid')]);
    of(...both, entitled('pro', 'paid'))
      .when(checkDue(day(41)))
      .then([entitled('plus', 'paid')]);
  });

  test('stays behind a subscription that is paid, and comes back with its end', () => {
    const live = [...bought, observed({ plan: 'pro' })] as const;
    of(...bought)
      .when(observe(day(5), 0, { plan: 'pro' }))
      .then([observed({ plan: 'pro' })]);
    const paid = periodPaid({ plan: 'pro' });
    of(...live)
      .when(recordPaid(day(5), { plan: 'pro' }))
      .then([paid, entitled('pro', 'paid')]);
    of(...live, paid, entitled('pro', 'paid'))
      .when(observe(day(9), 1, { plan: 'pro', status: 'canceled' }))
      .then([observed({ plan: 'pro', status: 'canceled' }), entitled('plus', 'paid')]);
  });

  test('goes before a trial', () =>
    of(...bought)
      .when(observe(day(5), 0, { plan: 'pro', status: 'trialing' }))
      .then([observed({ plan: 'pro', status: 'trialing' })]));

  test('of more plans than there are is bounded', () => {
    const many = Array.from({ length: 20 }, (_, index) => prepaid(day(0), day(31), { plan: `plan-${index}` }));
    expect(fold(subscription, many).prepaid).toHaveLength(12);
  });
});
