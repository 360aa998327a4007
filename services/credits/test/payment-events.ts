/** Billing's events for tests: say what matters, the rest is filled in. Of a pack of 100 credits for 10.00, unless it says otherwise. */
import type { PaymentEvent } from '../payments/follow-payment.ts';
import { noon } from './commands.ts';
import { owner } from './doubles.ts';

type EventOf<Type extends PaymentEvent['type']> = Extract<PaymentEvent, { type: Type }>;
type Data<Type extends PaymentEvent['type']> = Partial<EventOf<Type>['data']>;

/** As long as real ones are. */
export const paymentId = 'pay_0199c2d4-3f0e-7cc1-a4b5-6d7e8f901234';

const envelope = {
  id: 'event-1',
  schemaVersion: 1,
  ...owner,
  version: 2,
  at: noon,
  correlationId: 'request-1',
  causationId: 'callback-1',
} as const;
const payment = {
  paymentId,
  provider: 'stripe',
  purpose: 'pack',
  item: 'pack-100',
  amountMinor: 1_000,
  currency: 'USD',
} as const;
const grant = { grantId: paymentId, granted: 100 };

export const captured = (more: Data<'PaymentCaptured'> = {}): EventOf<'PaymentCaptured'> => ({
  ...envelope,
  type: 'PaymentCaptured',
  data: { ...payment, credits: 100, ...more },
});
export const failed = (more: Data<'PaymentFailed'> = {}): EventOf<'PaymentFailed'> => ({
  ...envelope,
  type: 'PaymentFailed',
  data: { ...payment, reason: 'card_declined', ...more },
});
export const refunded = (credits: number, more: Data<'PaymentRefunded'> = {}): EventOf<'PaymentRefunded'> => ({
  ...envelope,
  type: 'PaymentRefunded',
  data: {
    ...payment,
    ...grant,
    revocationId: `${paymentId}.r300`,
    refundedMinor: 300,
    totalMinor: 300,
    credits,
    ...more,
  },
});
export const disputed = (credits: number, more: Data<'DisputeOpened'> = {}): EventOf<'DisputeOpened'> => ({
  ...envelope,
  type: 'DisputeOpened',
  data: { ...payment, ...grant, revocationId: 'dp_1', reason: 'fraudulent', credits, ...more },
});
export const won = (credits: number, more: Data<'DisputeWon'> = {}): EventOf<'DisputeWon'> => ({
  ...envelope,
  type: 'DisputeWon',
  data: { ...payment, ...grant, revocationId: 'dp_1', credits, ...more },
});
export const renewed = (more: Data<'SubscriptionRenewed'> = {}): EventOf<'SubscriptionRenewed'> => ({
  ...envelope,
  type: 'SubscriptionRenewed',
  data: {
    paymentId,
    plan: 'monthly',
    credits: 100,
    maxRollover: 20,
    from: noon,
    until: '2026-12-05T12:00:00.000Z',
    ...more,
  },
});
export const entitled = (plan: string | null, version: number): EventOf<'PlanEntitled'> => ({
  ...envelope,
  type: 'PlanEntitled',
  version,
  data: { plan, reason: plan === null ? 'ended' : 'paid' },
});
