import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { eventType, webhookMessage } from '../contracts.ts';
import { at, billed, captured, payment } from '../test/samples.ts';
import { paymentEvent, paymentMessage } from './payment-message.ts';

const about = {
  app: 'sparky',
  user: 'user-1',
  id: payment.paymentId,
  provider: 'stripe',
  purpose: 'pack',
  item: 'pack-100',
  amount_minor: 1_000,
  currency: 'USD',
};
const grant = { grantId: payment.paymentId, granted: 100 };
const failed = billed('PaymentFailed', { ...payment, reason: 'card_declined' });
const refunded = billed('PaymentRefunded', {
  ...payment,
  ...grant,
  revocationId: 're_1',
  refundedMinor: 200,
  totalMinor: 300,
  credits: 20,
});
const disputed = billed('DisputeOpened', {
  ...payment,
  ...grant,
  revocationId: 'dp_1',
  reason: 'fraudulent',
  credits: 70,
});
const changed = billed('SubscriptionChanged', {
  status: 'past_due',
  plan: 'plus',
  cancelAtPeriodEnd: false,
  currentPeriodEnd: '2026-12-20T10:00:00.000Z',
  graceUntil: '2026-11-27T10:00:00.000Z',
});

describe('X9 what a receiver is told of money', () => {
  test.each([
    ['a payment that came: what it brings', captured(), 'payment.captured', { ...about, credits: 100 }],
    [
      'one that failed: why, and when it is tried again',
      failed,
      'payment.failed',
      { ...about, reason: 'card_declined', next_attempt_at: null },
    ],
    [
      'a refund: how much this time, how much in all, and the credits that it takes',
      refunded,
      'payment.refunded',
      { ...about, refunded_minor: 200, total_refunded_minor: 300, credits: 20 },
    ],
    ['a dispute', disputed, 'payment.disputed', { ...about, reason: 'fraudulent', credits: 70 }],
    [
      'a subscription: how it stands',
      changed,
      'subscription.changed',
      {
        app: 'sparky',
        user: 'user-1',
        status: 'past_due',
        plan: 'plus',
        cancel_at_period_end: false,
        current_period_end: '2026-12-20T10:00:00.000Z',
        grace_until: '2026-11-27T10:00:00.000Z',
      },
    ],
  ] as const)('%s', (_, event, type, data) => {
    expect(paymentEvent.parse(event)).toEqual(event);
    expect(paymentMessage(event)).toEqual({ type, timestamp: at, data });
    expect(webhookMessage.parse(paymentMessage(event))).toEqual(paymentMessage(event));
  });
  test('of a failure that is tried again: when', () => {
    const nextAttemptAt = '2026-11-23T10:00:00.000Z';
    const message = paymentMessage(billed('PaymentFailed', { ...failed.data, nextAttemptAt }));
    expect(message.data).toMatchObject({ next_attempt_at: nextAttemptAt });
  });
});

describe('X9 docs/webhooks.md', () => {
  const text = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');
  test('names every event that an endpoint may ask for', () => {
    const named = [...text.matchAll(/^\| `([a-z.]+)` \|/gm)].map(([, type]) => type);
    expect(named.toSorted()).toEqual([...eventType.options, 'test.ping'].toSorted());
  });
  test('shows bodies as they are sent', () => {
    const bodies = [...text.matchAll(/```json\n(.+?)```/gs)].map(([, body]) => JSON.parse(body ?? ''));
    expect(bodies.map(({ type }) => type)).toEqual(['generation.completed', 'payment.captured']);
    for (const body of bodies) expect(webhookMessage.parse(body)).toEqual(body);
  });
});
