/** What was paid before the app moved here: it entitles as long as it was paid for, and goes back like any other. */
import { describe, expect, test } from '@jest/globals';
import { payment } from './payment.ts';
import type { PaymentCommand } from './payment-commands.ts';
import { subscription } from './subscription.ts';
import type { ImportSubscription, SubscriptionCommand } from './subscription-commands.ts';
import { noSubscription, type Observed, type Subscription } from './subscription-state.ts';

const at = '2026-11-21T10:00:00.000Z';
const facts = {
  provider: 'stripe',
  reference: 'sub_1',
  plan: 'premium',
  amountMinor: 999,
  currency: 'USD',
  interval: 'month',
  credits: 300,
  paymentId: 'pay_1',
  currentPeriodStart: '2026-11-15T00:00:00.000Z',
  currentPeriodEnd: '2026-12-15T00:00:00.000Z',
  cancelAtPeriodEnd: false,
} as const;
const bring: ImportSubscription = { type: 'ImportSubscription', at, facts };

const applied = (state: Subscription, command: SubscriptionCommand) => {
  const decision = subscription.decide(command, state);
  if (!decision.accepted) throw new Error(decision.rejection);
  return { events: decision.events, state: decision.events.reduce(subscription.evolve, state) };
};
const brought = applied(noSubscription, bring);

describe('BM11 NB7 FS7 a subscription that runs already', () => {
  test('entitles at once, by one event that says so', () => {
    expect(brought.events.map(({ type }) => type)).toEqual(['SubscriptionImported']);
    expect(brought.state).toMatchObject({ entitledTo: 'premium', observations: 1 });
    expect(applied(brought.state, bring).events).toEqual([]);
  });

  test('that is paid no more ends by the clock, a week behind its period', () => {
    const check = (time: string) => applied(brought.state, { type: 'CheckDue', at: time }).events;
    expect(check('2026-12-21T23:00:00.000Z')).toEqual([]);
    expect(check('2026-12-22T01:00:00.000Z')).toMatchObject([{ type: 'PlanEntitled', plan: null }]);
  });

  test('that Stripe says is over takes the plan', () => {
    const { provider, reference, plan, amountMinor, currency, interval, currentPeriodEnd } = facts;
    const terms = { provider, reference, plan, amountMinor, currency, interval, currentPeriodEnd };
    const observed: Observed = { ...terms, status: 'canceled', cancelAtPeriodEnd: false };
    const { events } = applied(brought.state, { type: 'Observe', at, observed, seen: 1 });
    expect(events.map(({ type }) => type)).toEqual(['SubscriptionObserved', 'PlanEntitled']);
    expect(events.at(-1)).toMatchObject({ plan: null });
  });

  test('is extended by a later export, its plan changes silently, and an older export changes nothing', () => {
    const next = '2027-01-15T00:00:00.000Z';
    const later: ImportSubscription = {
      ...bring,
      facts: { ...facts, plan: 'ultimate', amountMinor: 1_999, paymentId: 'pay_2', currentPeriodEnd: next },
    };
    const extended = applied(brought.state, later);
    expect(extended.events.map(({ type }) => type)).toEqual(['SubscriptionImported']);
    expect(extended.state).toMatchObject({
      entitledTo: 'ultimate',
      observed: { plan: 'ultimate', currentPeriodEnd: next },
      paid: { until: next, paymentId: 'pay_2' },
      payments: ['pay_2'],
    });
    expect(extended.state).not.toHaveProperty('earlier');
    expect(applied(extended.state, later).events).toEqual([]);
    expect(applied(extended.state, bring).events).toEqual([]);
    expect(applied(extended.state, { type: 'CheckDue', at: '2026-12-22T01:00:00.000Z' }).events).toEqual([]);
  });

  test('that the clock ended, for nobody told of it, runs again by a later export, and that is told', () => {
    const lapsed = applied(brought.state, { type: 'CheckDue', at: '2026-12-22T01:00:00.000Z' }).state;
    const again = {
      ...bring,
      at: '2026-12-23T00:00:00.000Z',
      facts: { ...facts, currentPeriodEnd: '2027-01-15T00:00:00.000Z' },
    };
    expect(applied(lapsed, again).events).toMatchObject([
      { type: 'SubscriptionImported' },
      { type: 'PlanEntitled', plan: 'premium', reason: 'paid' },
    ]);
  });

  test('is not extended once the provider has spoken of it', () => {
    const { credits: _, paymentId: __, currentPeriodStart: ___, ...terms } = facts;
    const observed: Observed = { ...terms, status: 'active', cancelAtPeriodEnd: true };
    const { state } = applied(brought.state, { type: 'Observe', at, observed, seen: 1 });
    const later = { ...bring, facts: { ...facts, currentPeriodEnd: '2027-01-15T00:00:00.000Z' } };
    expect(applied(state, later).events).toEqual([]);
  });

  test('is not brought over what is known here', () => {
    const { credits: _, paymentId: __, currentPeriodStart: ___, ...terms } = facts;
    const observed: Observed = { ...terms, reference: 'sub_newer', status: 'active' };
    const { state } = applied(noSubscription, { type: 'Observe', at, observed, seen: 0 });
    expect(applied(state, bring).events).toEqual([]);
  });
});

describe('SP6 PP8 a payment of before', () => {
  const asked: PaymentCommand = {
    type: 'ImportPayment',
    at,
    facts: {
      provider: 'stripe',
      purpose: 'pack',
      item: 'imported',
      name: 'Payment',
      amountMinor: 900,
      currency: 'USD',
      credits: 0,
      status: 'captured',
      reference: 'pi_1',
      refundedMinor: 0,
      requestedAt: '2025-02-02T09:00:00.000Z',
      capturedAt: '2025-02-02T09:00:00.000Z',
    },
  };
  const decide = (command: PaymentCommand, state = payment.initialState) => {
    const decision = payment.decide(command, state);
    if (!decision.accepted) throw new Error(decision.rejection);
    return { events: decision.events, state: decision.events.reduce(payment.evolve, state) };
  };

  test('is kept once, and a refund of it is recorded and takes no credits', () => {
    const { events, state } = decide(asked);
    expect(events).toMatchObject([{ type: 'PaymentImported' }]);
    expect(decide(asked, state).events).toEqual([]);
    const refund = decide({ type: 'RecordRefund', at, refunded: { totalMinor: 900 } }, state);
    expect(refund.events).toMatchObject([{ type: 'PaymentRefunded', amountMinor: 900, credits: 0 }]);
  });
});
