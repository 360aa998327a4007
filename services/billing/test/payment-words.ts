/** Words to tell of payments in tests. Everything happens at noon; what is not said does not matter. */
import type {
  CloseDispute,
  OpenDispute,
  PaymentCommand,
  RecordCapture,
  RecordFailure,
} from '../domain/payment-commands.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import type { Order } from '../domain/payment-state.ts';

export const at = '2026-11-21T12:00:00.000Z';
export const later = '2026-11-21T13:00:00.000Z';

/** 500 credits for 10.00 pounds. */
export const order = (changes: Partial<Order> = {}): Order => ({
  provider: 'stripe',
  purpose: 'pack',
  item: 'pack-500',
  name: '500 credits',
  amountMinor: 1000,
  currency: 'EGP',
  credits: 500,
  via: 'checkout',
  ...changes,
});

export const requestPayment = (changes: Partial<Order> = {}): PaymentCommand => ({
  type: 'RequestPayment',
  at,
  order: order(changes),
});
export const openCheckout = (session: string): PaymentCommand => ({ type: 'OpenCheckout', at, page: { session } });
export const recordPending = (reference: string): PaymentCommand => ({ type: 'RecordPending', at, reference });
export const requireAction = (session: string): PaymentCommand => ({
  type: 'RecordActionRequired',
  at,
  page: { session, url: 'https://pay.example/1', expiresAt: later },
});
export const recordFailure = (
  reason: string,
  more: Partial<Pick<RecordFailure, 'reference' | 'nextAttemptAt'>> = {},
): PaymentCommand => ({ type: 'RecordFailure', at, reason, ...more });
export const expiryOf = (session: string): PaymentCommand => ({ type: 'RecordExpiry', at, session });
export const recordExpiry = expiryOf('cs_1');
export const recordCapture = (reference: string, changes: Partial<RecordCapture> = {}): PaymentCommand => ({
  type: 'RecordCapture',
  at,
  reference,
  amountMinor: 1000,
  currency: 'EGP',
  ...changes,
});
export const refundTotal = (totalMinor: number, reference?: string): PaymentCommand => ({
  type: 'RecordRefund',
  at,
  refunded: { totalMinor },
  ...(reference === undefined ? {} : { reference }),
});
export const refundOne = (refund: string, amountMinor: number): PaymentCommand => ({
  type: 'RecordRefund',
  at,
  refunded: { refund, amountMinor },
});
export const openDispute = (dispute: string, amountMinor: number, changes: Partial<OpenDispute> = {}) =>
  ({ type: 'OpenDispute', at, dispute, amountMinor, reason: 'fraudulent', ...changes }) satisfies PaymentCommand;
export const closeDispute = (
  dispute: string,
  outcome: CloseDispute['outcome'],
  amountMinor: number,
  changes: Partial<CloseDispute> = {},
) =>
  ({
    type: 'CloseDispute',
    at,
    dispute,
    outcome,
    amountMinor,
    reason: 'fraudulent',
    ...changes,
  }) satisfies PaymentCommand;

export const requested = (changes: Partial<Order> = {}): PaymentEvent => ({
  type: 'PaymentRequested',
  ...order(changes),
  requestedAt: at,
});
export const opened = (session: string): PaymentEvent => ({ type: 'CheckoutOpened', session });
export const pending = (reference: string): PaymentEvent => ({ type: 'PaymentPending', reference });
export const actionRequired = (session: string): PaymentEvent => ({
  type: 'PaymentActionRequired',
  session,
  url: 'https://pay.example/1',
  expiresAt: later,
});
export const failed = (
  reason: string,
  more: Partial<Extract<PaymentEvent, { type: 'PaymentFailed' }>> = {},
): PaymentEvent => ({ type: 'PaymentFailed', reason, ...more });
export const expired: PaymentEvent = { type: 'PaymentExpired' };
export const captured = (reference: string): PaymentEvent => ({ type: 'PaymentCaptured', reference, capturedAt: at });
export const mismatched = (
  why: 'amount' | 'currency' | 'paid-twice',
  reference: string,
  amountMinor = 1000,
  currency = 'EGP',
): PaymentEvent => ({ type: 'PaymentMismatched', why, reference, amountMinor, currency });
type Refunded = Extract<PaymentEvent, { type: 'PaymentRefunded' }>;
export const refunded = (
  amountMinor: number,
  totalMinor: number,
  credits: number,
  more: Partial<Pick<Refunded, 'refund' | 'of'>> = {},
): PaymentEvent => ({ type: 'PaymentRefunded', amountMinor, totalMinor, credits, ...more });
export const disputed = (dispute: string, amountMinor: number, credits: number, of?: string): PaymentEvent => ({
  type: 'DisputeOpened',
  dispute,
  amountMinor,
  reason: 'fraudulent',
  credits,
  ...(of === undefined ? {} : { of }),
});
export const closed = (dispute: string, outcome: 'won' | 'lost', credits: number): PaymentEvent => ({
  type: 'DisputeClosed',
  dispute,
  outcome,
  credits,
});
