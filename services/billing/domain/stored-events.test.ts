import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { fold } from '#shared/eventsourcing/decider.ts';
import { payment } from './payment.ts';
import { paymentEvent } from './payment-events.ts';
import { subscription } from './subscription.ts';
import { subscriptionEvent } from './subscription-events.ts';

const stored: unknown = JSON.parse(readFileSync(new URL('../test/stored-events.v1.json', import.meta.url), 'utf8'));
const payments = z.array(paymentEvent);
const subscriptions = z.array(subscriptionEvent);
const histories = z.object({
  payment: payments,
  prepaid: payments,
  imported: payments,
  subscription: subscriptions,
  importedSubscription: subscriptions,
});

/** These lie in tables and can never be changed: whoever breaks this test must change the code, not the fixture. */
describe('stored events, version 1', () => {
  const parsed = histories.parse(stored);

  test('parse to what was stored', () => expect(parsed).toEqual(stored));

  test('every kind of event is among them', () => {
    const types = (events: readonly { type: string }[]) => new Set(events.map(({ type }) => type));
    const kinds = (union: { options: readonly { shape: { type: { value: string } } }[] }) =>
      new Set(union.options.map(({ shape }) => shape.type.value));
    expect(types([...parsed.payment, ...parsed.prepaid, ...parsed.imported])).toEqual(kinds(paymentEvent));
    expect(types([...parsed.subscription, ...parsed.importedSubscription])).toEqual(kinds(subscriptionEvent));
  });

  test('of payments lead to the states they led to when they were stored', () => {
    expect(fold(payment, parsed.payment)).toEqual({
      provider: 'stripe',
      purpose: 'pack',
      item: 'pack-500',
      name: '500 credits',
      amountMinor: 49_900,
      currency: 'EGP',
      credits: 500,
      via: 'top-up',
      topUpId: 'topup-202611-1',
      requestedAt: '2026-11-21T12:00:00.000Z',
      status: 'captured',
      failures: [{ reference: 'ch_1', reason: 'card_declined' }],
      mismatches: [
        { reference: 'pi_1', amountMinor: 4990, refundedMinor: 4990 },
        { reference: 'pi_2', amountMinor: 49_900, refundedMinor: 0 },
        { reference: 'pi_4', amountMinor: 49_900, refundedMinor: 0 },
      ],
      reference: 'pi_3',
      receiptUrl: 'https://pay.stripe.com/receipts/3',
      capturedAt: '2026-11-21T12:05:00.000Z',
      refundedMinor: 9980,
      refunds: [],
      disputes: [
        { id: 'dp_0', amountMinor: 49_900, credits: 0, status: 'lost', of: 'pi_4' },
        { id: 'dp_1', amountMinor: 39_920, credits: 400, status: 'won' },
      ],
      clawedBack: 100,
    });
    expect(fold(payment, parsed.prepaid)).toMatchObject({
      status: 'captured',
      refundedMinor: 5000,
      refunds: ['192036470', '192036472'],
      clawedBack: 75,
      mismatches: [{ reference: '192036471', amountMinor: 20_000, refundedMinor: 20_000 }],
      refundsAsked: [
        { key: '0199c2d4-7a10-8c3e-9b1a-5f6e7d8c9b0e', amountMinor: 2500, askedAt: '2026-11-21T14:00:00.000Z' },
      ],
    });
  });

  test('of what was brought along lead to what it is worth here', () => {
    expect(fold(payment, parsed.imported)).toMatchObject({
      status: 'captured',
      via: 'import',
      reference: 'pi_9',
      refundedMinor: 49_900,
      clawedBack: 500,
    });
    expect(fold(subscription, parsed.importedSubscription)).toMatchObject({
      observations: 1,
      observed: { reference: 'sub_9', status: 'active' },
      paid: { plan: 'monthly', until: '2026-12-01T12:00:00.000Z' },
      entitledTo: 'monthly',
    });
  });

  test('of a subscription lead to who is entitled to what', () =>
    expect(fold(subscription, parsed.subscription)).toMatchObject({
      observations: 2,
      entitledTo: null,
      overdueSince: '2026-12-28T13:00:00.000Z',
      payments: ['a', 'b', 'c'].map((last) => `pay_0199c2d4-7a10-8c3e-9b1a-5f6e7d8c9b0${last}`),
      prepaid: [{ plan: 'monthly', price: { amountMinor: 24_900, currency: 'EGP', interval: 'month' } }],
      paid: { paymentId: 'pay_0199c2d4-7a10-8c3e-9b1a-5f6e7d8c9b0a', revoked: true },
    }));
});

describe('an event is refused', () => {
  test.each([
    ['of an unknown type', { type: 'PaymentLost' }],
    ['with an unknown field', { type: 'PaymentExpired', at: '2026-11-21T12:00:00.000Z' }],
    ['with a fraction of the smallest unit', { type: 'PaymentRefunded', amountMinor: 0.5, totalMinor: 1, credits: 0 }],
    ['giving credits by a refund', { type: 'PaymentRefunded', amountMinor: 1, totalMinor: 1, credits: -1 }],
    [
      'in a currency by no code',
      { type: 'PaymentMismatched', why: 'currency', reference: 'pi_1', amountMinor: 1, currency: 'usd' },
    ],
    ['without its facts', { type: 'PaymentCaptured', reference: 'pi_1' }],
  ])('%s', (_, event) => expect(paymentEvent.safeParse(event).success).toBe(false));
});
