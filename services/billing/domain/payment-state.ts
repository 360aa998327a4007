/** A payment: what was asked for, how far it came, and what went back of it. */
import { type Owner, ownerKey, parseOwnerKey } from '#shared/owner.ts';
import type { PaymentEvent } from './payment-events.ts';

/** What was asked for. */
export type Order = Omit<Extract<PaymentEvent, { type: 'PaymentRequested' }>, 'type' | 'requestedAt'>;

export interface OpenPage {
  readonly session: string;
  readonly url?: string;
  readonly expiresAt?: string;
}

export interface Dispute {
  readonly id: string;
  readonly amountMinor: number;
  /** Taken back for it. */
  readonly credits: number;
  readonly status: 'open' | 'won' | 'lost';
  /** Mismatched money that it is about: it takes no credits. */
  readonly of?: string;
}

/** What an admin asked the provider to give back. */
export interface AskedRefund {
  readonly key: string;
  readonly amountMinor: number;
  readonly askedAt: string;
}

/** Why an attempt failed whose money was only reserved, and is free again. */
export const voidedReason = 'voided';

/** Money that came and was not what was asked for. */
export interface Mismatch {
  /** The payment intent or transaction. */
  readonly reference: string;
  readonly amountMinor: number;
  readonly refundedMinor: number;
  /** As of captured money. */
  readonly voided?: true;
}

export interface KnownPayment extends Order {
  readonly status: 'requested' | 'pending' | 'action-required' | 'failed' | 'expired' | 'captured' | 'mismatched';
  readonly requestedAt: string;
  readonly page?: OpenPage;
  readonly failure?: string;
  /** Attempts that failed; the last 20. */
  readonly failures?: readonly { readonly reference: string; readonly reason: string }[];
  /** The last 20. */
  readonly mismatches?: readonly Mismatch[];
  /** Of captured money: the payment intent or transaction. */
  readonly reference?: string;
  readonly receiptUrl?: string;
  readonly capturedAt?: string;
  /** Of the captured money. */
  readonly refundedMinor: number;
  /** Refunds that the provider told of one by one; the last 50. */
  readonly refunds: readonly string[];
  /** Paymob told by the captured money itself that it went back; by the refund's own id it may tell so again. */
  readonly voided?: true;
  /** Refunds that the provider was asked for and did not refuse; the last 20. */
  readonly refundsAsked?: readonly AskedRefund[];
  /** At most 20. */
  readonly disputes: readonly Dispute[];
  /** Taken back by refunds and disputes, less what was given back. */
  readonly clawedBack: number;
}
export type Payment = { readonly status: 'unknown' } | KnownPayment;

export const unknownPayment: Payment = { status: 'unknown' };

/** The stream of a payment. */
export const paymentStream = (owner: Owner, paymentId: string): string => `${ownerKey(owner)}#${paymentId}`;

export const parsePaymentStream = (stream: string): { readonly owner: Owner; readonly paymentId: string } => {
  const { app, user, rest } = parseOwnerKey(stream);
  return { owner: { app, user }, paymentId: rest[0] ?? '' };
};

/** The grant that holds a payment's credits. Ledger ids of plan periods are `plan-<period>`. */
export const grantIdOf = (purpose: Order['purpose'], paymentId: string): string =>
  purpose === 'plan' ? `plan-${paymentId}` : paymentId;
