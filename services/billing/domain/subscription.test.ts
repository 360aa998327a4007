/** The rules of a user's subscription, one by one. */
import { describe, expect, test } from '@jest/globals';
import { fold } from '#shared/eventsourcing/decider.ts';
import { given } from '#shared/testing/given.ts';
import { anObserved, day, entitled, observe, observed, periodPaid, recordPaid } from '../test/subscriptions.ts';
import { dueAt } from './entitlement.ts';
import { subscription } from './subscription.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import { subscriptionEvent } from './subscription-events.ts';
import type { Observed } from './subscription-state.ts';

const of = (...events: readonly SubscriptionEvent[]) => given(subscription, events);
const checkDue = (at: string) => ({ type: 'CheckDue', at }) as const;
/** Subscribed and paid for January. */
const subscribed = [observed(), periodPaid(), entitled('plus', 'paid')] as const;
const pastDue = observed({ status: 'past_due', overdueSince: day(31) });

describe('BM11 premium follows the subscription', () => {
  test('a paid period entitles once the subscription is known, and the other way round', () => {
    of(observed())
      .when(recordPaid(day(0)))
      .then([periodPaid(), entitled('plus', 'paid')]);
    of(periodPaid())
      .when(observe(day(0), 0))
      .then([observed(), entitled('plus', 'paid')]);
    of()
      .when(observe(day(0), 0))
      .then([observed()]);
    of()
      .when(recordPaid(day(0)))
      .then([periodPaid()]);
  });

  test('what is observed again is nothing new', () =>
    of(...subscribed)
      .when(observe(day(1), 1))
      .then([]));

  test('what a store gives back in another order is the same', () => {
    const said = Object.fromEntries(Object.entries(anObserved()).toReversed()) as unknown as Observed;
    const state = { ...fold(subscription, subscribed), observed: said };
    expect(subscription.decide(observe(day(1), 1), state)).toEqual({ accepted: true, events: [] });
  });

  test('what was asked before another observation is stale', () => {
    of(...subscribed)
      .when(observe(day(1), 0, { status: 'canceled' }))
      .thenRejected('observation-stale');
    of(...subscribed)
      .when(observe(day(1), 0))
      .thenRejected('observation-stale');
  });

  test('FS7 cancelled at the end of the period it stays until the provider says that it is over, or a day', () => {
    const cancelling = observed({ cancelAtPeriodEnd: true });
    of(...subscribed)
      .when(observe(day(3), 1, { cancelAtPeriodEnd: true }))
      .then([cancelling]);
    const over = { cancelAtPeriodEnd: true, status: 'canceled' } as const;
    of(...subscribed, cancelling)
      .when(checkDue(day(31.99)))
      .then([]);
    of(...subscribed, cancelling)
      .when(checkDue(day(32)))
      .then([entitled(null, 'ended')]);
    of(...subscribed, cancelling)
      .when(observe(day(31), 2, over))
      .then([observed(over), entitled(null, 'ended')]);
  });

  test('FS8 no plan is for good: what nobody tells of for seven days behind the paid period is over', () => {
    expect(dueAt(fold(subscription, subscribed), day(0))).toBe(day(38));
    of(...subscribed)
      .when(checkDue(day(37.99)))
      .then([]);
    of(...subscribed)
      .when(checkDue(day(38)))
      .then([entitled(null, 'ended')]);
    const next = { paymentId: 'pay_2', from: day(31), until: day(59) };
    of(...subscribed, entitled(null, 'ended'))
      .when(recordPaid(day(40), next))
      .then([periodPaid(next), entitled('plus', 'paid')]);
  });

  test('FS8 nor is a trial', () => {
    const trial = observed({ status: 'trialing', trialEnd: day(14) });
    const tried = [trial, entitled('plus', 'trial')] as const;
    expect(dueAt(fold(subscription, tried), day(0))).toBe(day(21));
    of(...tried)
      .when(checkDue(day(21)))
      .then([entitled(null, 'ended')]);
    expect(dueAt(fold(subscription, [...tried, { ...trial, cancelAtPeriodEnd: true }]), day(0))).toBe(day(15));
  });

  test.each(['canceled', 'unpaid', 'paused', 'incomplete_expired'] as const)(
    'FS7 %s it entitles to nothing',
    (status) => {
      const reason = status === 'unpaid' ? 'overdue' : 'ended';
      of(...subscribed)
        .when(observe(day(3), 1, { status }))
        .then([observed({ status }), entitled(null, reason)]);
    },
  );

  test('a trial entitles to its plan, and until its invoice is paid', () => {
    const trial = { status: 'trialing', trialEnd: day(14) } as const;
    const active = observed({ trialEnd: day(14) });
    of()
      .when(observe(day(0), 0, trial))
      .then([observed(trial), entitled('plus', 'trial')]);
    const tried = [observed(trial), entitled('plus', 'trial')] as const;
    of(...tried)
      .when(observe(day(14), 1, { trialEnd: day(14) }))
      .then([active]);
    of(...tried, active)
      .when(checkDue(day(21)))
      .then([entitled(null, 'ended')]);
    of(...tried, active, periodPaid({ from: day(14), until: day(45) }))
      .when(checkDue(day(21)))
      .then([]);
    of(...tried)
      .when(observe(day(14), 1, { plan: null }))
      .then([observed({ plan: null }), entitled(null, 'ended')]);
  });
});

describe('FS8 an overdue payment', () => {
  test('leaves the plan for seven days', () => {
    of(...subscribed)
      .when(observe(day(31), 1, { status: 'past_due' }))
      .then([pastDue]);
    of(...subscribed, pastDue)
      .when(checkDue(day(37.99)))
      .then([]);
    of(...subscribed, pastDue)
      .when(checkDue(day(38)))
      .then([entitled(null, 'overdue')]);
    of(...subscribed, pastDue, entitled(null, 'overdue'))
      .when(checkDue(day(39)))
      .then([]);
  });

  test('is overdue since it was first seen so', () => {
    const changes = { status: 'past_due', cancelAtPeriodEnd: true } as const;
    of(...subscribed, pastDue)
      .when(observe(day(34), 2, changes))
      .then([observed({ ...changes, overdueSince: day(31) })]);
    of(...subscribed, pastDue, observed())
      .when(observe(day(62), 3, { status: 'past_due' }))
      .then([observed({ status: 'past_due', overdueSince: day(62) })]);
    expect(fold(subscription, [...subscribed, pastDue, observed()])).not.toHaveProperty('overdueSince');
  });

  test('never paid before gives no grace', () => {
    of(observed())
      .when(observe(day(1), 1, { status: 'past_due' }))
      .then([observed({ status: 'past_due', overdueSince: day(1) })]);
  });

  test.each(['past_due', 'unpaid'] as const)('paid after all brings the plan back from %s', (status) => {
    const late = observed({ status, ...(status === 'past_due' ? { overdueSince: day(31) } : {}) });
    const lost = [...subscribed, late, entitled(null, 'overdue')] as const;
    of(...lost)
      .when(observe(day(37), 2))
      .then([observed(), entitled('plus', 'recovered')]);
    // Longer ago, with the payment that is heard of behind it.
    const next = { paymentId: 'pay_2', from: day(31), until: day(59) };
    of(...lost)
      .when(observe(day(45), 2))
      .then([observed()]);
    of(...lost, observed())
      .when(recordPaid(day(45), next))
      .then([periodPaid(next), entitled('plus', 'recovered')]);
  });
});

describe('FS8 a paid period', () => {
  test('is recorded once by its payment', () => {
    of(...subscribed)
      .when(recordPaid(day(1)))
      .then([]);
    of(...subscribed)
      .when(recordPaid(day(1), { plan: 'pro', credits: 9 }))
      .then([]);
  });

  test('is known by the last 24 payments, and more where it is the newest', () => {
    const later = Array.from({ length: 25 }, (_, index) =>
      periodPaid({ paymentId: `pay_old_${index}`, from: day(-400 + index) }),
    );
    const state = fold(subscription, [...subscribed, ...later]);
    expect(state.payments).toHaveLength(24);
    of(...subscribed, ...later)
      .when(recordPaid(day(1)))
      .then([]);
  });

  test('that is heard of late changes no plan, and lets no credits expire', () => {
    const next = periodPaid({ paymentId: 'pay_2', plan: 'pro', from: day(31), until: day(59) });
    of(observed({ plan: 'pro' }), next, entitled('pro', 'paid'))
      .when(recordPaid(day(32)))
      .then([periodPaid({ maxRollover: null })]);
  });

  test('FS7 an upgrade counts before the period that it is part of, whichever comes first', () => {
    const upgrade = { paymentId: 'pay_2', kind: 'upgrade', plan: 'pro', maxRollover: null, from: day(10) } as const;
    of(...subscribed)
      .when(recordPaid(day(10), upgrade))
      .then([periodPaid(upgrade), entitled('pro', 'paid')]);
    of(observed(), periodPaid(upgrade), entitled('pro', 'paid'))
      .when(recordPaid(day(11)))
      .then([periodPaid({ maxRollover: null })]);
    const atOnce = { ...upgrade, from: day(0) };
    of(observed(), periodPaid(atOnce), entitled('pro', 'paid'))
      .when(recordPaid(day(1)))
      .then([periodPaid({ maxRollover: null })]);
  });

  test('FS7 of a month follows one of a year, though it ends sooner', () => {
    const year = periodPaid({ plan: 'year', until: day(365) });
    const month = { paymentId: 'pay_2', from: day(100), until: day(131) };
    of(observed(), year, entitled('year', 'paid'))
      .when(recordPaid(day(100), month))
      .then([periodPaid(month), entitled('plus', 'paid')]);
  });

  test('FS7 a smaller plan comes with the period that is paid for it, not with the change', () => {
    of(...subscribed)
      .when(observe(day(5), 1, { plan: 'mini' }))
      .then([observed({ plan: 'mini' })]);
  });
});

test('a trial is told to end once for each end', () => {
  const told = { type: 'TrialEnding', plan: 'plus', endsAt: day(14) } as const;
  const tell = (endsAt: string) => ({ type: 'RecordTrialEnding', at: day(11), plan: 'plus', endsAt }) as const;
  of()
    .when(tell(day(14)))
    .then([told]);
  of(told)
    .when(tell(day(14)))
    .then([]);
  of(told)
    .when(tell(day(20)))
    .then([{ ...told, endsAt: day(20) }]);
});

test('BM10 a page to subscribe on is remembered, the newest one', () => {
  const page = { session: 'cs_1', plan: 'plus', expiresAt: day(1) };
  const opened = { type: 'SubscriptionCheckoutOpened', ...page } as const;
  const open = (session: string) =>
    ({ type: 'OpenSubscriptionCheckout', at: day(0), page: { ...page, session } }) as const;
  of().when(open('cs_1')).then([opened]);
  of(opened).when(open('cs_1')).then([]);
  expect(of(opened).when(open('cs_2')).state().page).toEqual({ ...page, session: 'cs_2' });
});

test('what a command holds beside its facts is not recorded', () => {
  const said = { ...anObserved(), secret: 'x' };
  const decision = subscription.decide(
    { type: 'Observe', at: day(0), observed: said, seen: 0 },
    subscription.initialState,
  );
  expect(decision).toEqual({ accepted: true, events: [observed()] });
  expect(subscriptionEvent.parse(observed())).toEqual(observed());
});
