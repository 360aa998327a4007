import { describe, expect, test } from '@jest/globals';
import { record } from '#shared/eventsourcing/command-handler.ts';
import type { DomainEvent } from '#shared/eventsourcing/decider.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { envelope } from '#shared/messaging/relay.ts';
import { billingEvent } from './contracts.ts';
import { payment } from './domain/payment.ts';
import type { PaymentEvent } from './domain/payment-events.ts';
import { type Order, type Payment, paymentStream } from './domain/payment-state.ts';
import { subscription } from './domain/subscription.ts';
import type { SubscriptionEvent } from './domain/subscription-events.ts';
import { type Subscription, subscriptionStream } from './domain/subscription-state.ts';
import { toPublished } from './published.ts';
import {
  actionRequired,
  at,
  captured,
  closed,
  disputed,
  expired,
  failed,
  later,
  mismatched,
  opened,
  pending,
  refunded,
  requested,
} from './test/payment-words.ts';

const owner = { app: 'sparky', user: 'user-1' };
const paymentId = 'pay_0199c2d4-7a10-8c3e-9b1a-5f6e7d8c9b0a';
const how = { at, meta: { actor: 'system:test', correlationId: 'request-1' }, ids: [] };

type Recorded = RecordedEvent<PaymentEvent | SubscriptionEvent, Payment | Subscription>;

/** What is told of each event, checked against the contract. */
const told = (history: readonly Recorded[]) =>
  history.map((event) => {
    const published = toPublished(event);
    if (!published) return undefined;
    const sent = envelope(event as RecordedEvent<DomainEvent>, published);
    expect(billingEvent.parse(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
    return published;
  });
const toldOf = (events: readonly PaymentEvent[], order: Partial<Order> = {}) =>
  told(
    record<Payment, PaymentEvent>(
      payment,
      paymentStream(owner, paymentId),
      undefined,
      [requested(order), ...events],
      how,
    ),
  ).slice(1);
const toldOfSubscription = (...events: readonly SubscriptionEvent[]) =>
  told(record<Subscription, SubscriptionEvent>(subscription, subscriptionStream(owner), undefined, events, how));

const facts = {
  paymentId,
  provider: 'stripe',
  purpose: 'pack',
  item: 'pack-500',
  amountMinor: 1000,
  currency: 'EGP',
};
const grant = { grantId: paymentId, granted: 500 };

describe('of a payment is told', () => {
  test('FS8 that it was captured, and what credits it gives', () =>
    expect(toldOf([opened('cs_1'), pending('pi_1'), captured('pi_1')])).toEqual([
      undefined,
      undefined,
      { type: 'PaymentCaptured', data: { ...facts, credits: 500 } },
    ]));

  test('X11 how a top-up goes: failed, to be confirmed, not confirmed in time, paid', () => {
    const topUp = { ...facts, topUpId: 'topup-202611-1' };
    const way = [failed('declined', { nextAttemptAt: later }), actionRequired('cs_1'), expired, captured('pi_1')];
    expect(toldOf(way, { via: 'top-up', topUpId: 'topup-202611-1' })).toEqual([
      { type: 'PaymentFailed', data: { ...topUp, reason: 'declined', nextAttemptAt: later } },
      { type: 'PaymentActionRequired', data: { ...topUp, url: 'https://pay.example/1' } },
      { type: 'PaymentFailed', data: { ...topUp, reason: 'expired' } },
      { type: 'PaymentCaptured', data: { ...topUp, credits: 500 } },
    ]);
  });

  test('that a purchase failed, and nothing when somebody only left the page', () =>
    expect(toldOf([failed('declined'), expired])).toEqual([
      { type: 'PaymentFailed', data: { ...facts, reason: 'declined' } },
      undefined,
    ]));

  test('that money came which was not asked for', () =>
    expect(toldOf([mismatched('currency', 'pi_1', 700, 'USD')])).toEqual([
      {
        type: 'PaymentMismatched',
        data: { ...facts, why: 'currency', receivedMinor: 700, receivedCurrency: 'USD' },
      },
    ]));

  test('X5 each refund, by an id of its own', () =>
    expect(
      toldOf([captured('pi_1'), refunded(300, 300, 150), refunded(700, 1000, 350, { refund: '77' })]).slice(1),
    ).toEqual([
      {
        type: 'PaymentRefunded',
        data: {
          ...facts,
          ...grant,
          revocationId: `${paymentId}.r300`,
          refundedMinor: 300,
          totalMinor: 300,
          credits: 150,
        },
      },
      {
        type: 'PaymentRefunded',
        data: {
          ...facts,
          ...grant,
          revocationId: `${paymentId}.r1000`,
          refundedMinor: 700,
          totalMinor: 1000,
          credits: 350,
        },
      },
    ]));

  test('X5 that a dispute was opened, won and lost', () => {
    const history = [
      captured('pi_1'),
      disputed('dp_1', 500, 250),
      closed('dp_1', 'won', 250),
      disputed('dp_2', 1000, 500),
      closed('dp_2', 'lost', 0),
    ];
    expect(toldOf(history).slice(1)).toEqual([
      { type: 'DisputeOpened', data: { ...facts, ...grant, revocationId: 'dp_1', reason: 'fraudulent', credits: 250 } },
      { type: 'DisputeWon', data: { ...facts, ...grant, revocationId: 'dp_1', credits: 250 } },
      { type: 'DisputeOpened', data: { ...facts, ...grant, revocationId: 'dp_2', reason: 'fraudulent', credits: 500 } },
      { type: 'DisputeLost', data: { ...facts, revocationId: 'dp_2' } },
    ]);
  });

  test("X5 the grant of a plan's period where the credits are", () => {
    const [, refund] = toldOf([captured('pi_1'), refunded(300, 300, 150)], { purpose: 'plan', via: 'invoice' });
    expect(refund?.data).toMatchObject({ grantId: `plan-${paymentId}`, granted: 500 });
  });

  test('I5 that mismatched money went back, which takes nothing and stands in the way of no refund', () => {
    const back = refunded(300, 300, 0, { of: 'pi_0' });
    const told = toldOf([mismatched('amount', 'pi_0', 300), back, captured('pi_1'), refunded(300, 300, 150)]);
    expect(told[1]?.data).toMatchObject({ revocationId: `${paymentId}.m300`, credits: 0, granted: 0 });
    expect(told[3]?.data).toMatchObject({ revocationId: `${paymentId}.r300`, credits: 150, granted: 500 });
  });

  test('nothing of a dispute about mismatched money', () =>
    expect(
      toldOf([mismatched('amount', 'pi_0', 300), disputed('dp_0', 300, 0, 'pi_0'), closed('dp_0', 'won', 0)]).slice(1),
    ).toEqual([undefined, undefined]));

  test('X5 every revocation by an id that the ledger takes, whatever the amount and the name', () => {
    const most = 1_000_000_000;
    const history = [
      captured('pi_1'),
      refunded(most, most, 500),
      disputed('d'.repeat(255), 1, 0),
      disputed('fall/№ 7', 1, 0),
      closed('fall/№ 7', 'won', 0),
    ];
    const ids = toldOf(history, { amountMinor: most }).flatMap((event) =>
      event && 'revocationId' in event.data ? [event.data.revocationId] : [],
    );
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,51}$/);
    expect(new Set(ids).size).toBe(3);
    expect(ids[3]).toBe(ids[2]);
  });
});

describe('of a subscription is told', () => {
  const observed = (changes: Partial<Extract<SubscriptionEvent, { type: 'SubscriptionObserved' }>> = {}) =>
    ({
      type: 'SubscriptionObserved',
      provider: 'stripe',
      reference: 'sub_1',
      status: 'active',
      plan: 'yearly',
      amountMinor: 999,
      currency: 'USD',
      interval: 'month',
      currentPeriodEnd: '2026-12-21T12:00:00.000Z',
      cancelAtPeriodEnd: false,
      ...changes,
    }) satisfies SubscriptionEvent;
  const period = { plan: 'monthly', credits: 300, maxRollover: 60, from: at, until: '2026-12-21T12:00:00.000Z' };
  const paid: SubscriptionEvent = {
    type: 'PeriodPaid',
    paymentId,
    provider: 'stripe',
    reference: 'sub_1',
    kind: 'period',
    ...period,
  };
  const changed = (data: object) => ({
    type: 'SubscriptionChanged',
    data: {
      status: 'active',
      plan: null,
      cancelAtPeriodEnd: false,
      currentPeriodEnd: '2026-12-21T12:00:00.000Z',
      graceUntil: null,
      ...data,
    },
  });

  test('FS8 a paid period, by its payment', () =>
    expect(toldOfSubscription(paid)).toEqual([{ type: 'SubscriptionRenewed', data: { paymentId, ...period } }]));

  test('FS7 what the user is entitled to, and when a trial ends', () =>
    expect(
      toldOfSubscription(
        { type: 'SubscriptionCheckoutOpened', session: 'cs_1', plan: 'monthly', expiresAt: later },
        { type: 'PlanEntitled', plan: 'monthly', reason: 'trial' },
        { type: 'TrialEnding', plan: 'monthly', endsAt: later },
      ),
    ).toEqual([
      undefined,
      {
        type: 'PlanEntitled',
        data: { plan: 'monthly', reason: 'trial', standing: expect.objectContaining({ status: 'none' }) },
      },
      { type: 'TrialEnding', data: { plan: 'monthly', endsAt: later } },
    ]));

  test('FS7 how it stands, with the plan that was paid for, also where the change of plan is told of only behind it', () => {
    const end = observed({ status: 'canceled', cancelAtPeriodEnd: true });
    const { plan: _, ...standing } = changed({}).data;
    const entitled: SubscriptionEvent = { type: 'PlanEntitled', plan: 'monthly', reason: 'paid' };
    const told = toldOfSubscription(observed(), paid, entitled, observed({ cancelAtPeriodEnd: true }), end);
    expect([told[0], told[2], told[3], told[4]]).toEqual([
      changed({}),
      { type: 'PlanEntitled', data: { plan: 'monthly', reason: 'paid', standing } },
      changed({ plan: 'monthly', cancelAtPeriodEnd: true }),
      changed({ status: 'canceled', cancelAtPeriodEnd: true }),
    ]);
  });

  test('SP13 nothing of a prepaid period that was given back but the plan that is left', () =>
    expect(
      toldOfSubscription(
        { type: 'PrepaidEnded', paymentId, plan: 'monthly', endedAt: later },
        { type: 'PlanEntitled', plan: null, reason: 'ended' },
      ),
    ).toMatchObject([
      undefined,
      { type: 'PlanEntitled', data: { plan: null, reason: 'ended', standing: { status: 'none' } } },
    ]));

  test('FS7 until when the plan stays while a payment is overdue', () => {
    const overdue = observed({ status: 'past_due', overdueSince: at });
    expect(toldOfSubscription(observed(), paid, overdue)[2]).toEqual(
      changed({ status: 'past_due', plan: 'monthly', graceUntil: '2026-11-28T12:00:00.000Z' }),
    );
  });
});
