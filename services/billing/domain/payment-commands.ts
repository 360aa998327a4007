/** What can be asked of a payment, and why it may say no. What comes from a provider comes more than once and in any order. */
import type { DomainCommand } from '#shared/eventsourcing/decider.ts';
import type { PaymentEvent } from './payment-events.ts';
import type { OpenPage, Order } from './payment-state.ts';

export interface RequestPayment extends DomainCommand {
  readonly type: 'RequestPayment';
  readonly order: Order;
}
/** Keeps what was paid before the app moved here. */
export interface ImportPayment extends DomainCommand {
  readonly type: 'ImportPayment';
  readonly facts: Omit<Extract<PaymentEvent, { type: 'PaymentImported' }>, 'type'>;
}
export interface OpenCheckout extends DomainCommand {
  readonly type: 'OpenCheckout';
  readonly page: OpenPage;
}
export interface RecordPending extends DomainCommand {
  readonly type: 'RecordPending';
  readonly reference: string;
}
export interface RecordActionRequired extends DomainCommand {
  readonly type: 'RecordActionRequired';
  readonly page: OpenPage & { readonly url: string; readonly expiresAt: string };
}
export interface RecordFailure extends DomainCommand {
  readonly type: 'RecordFailure';
  readonly reason: string;
  /** Which attempt failed. */
  readonly reference?: string;
  readonly nextAttemptAt?: string;
}
export interface RecordExpiry extends DomainCommand {
  readonly type: 'RecordExpiry';
  /** Of the page whose time is over. */
  readonly session: string;
}
export interface RecordCapture extends DomainCommand {
  readonly type: 'RecordCapture';
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly receiptUrl?: string;
}
/** Either the total of all refunds so far, or one refund by its id. */
export interface RecordRefund extends DomainCommand {
  readonly type: 'RecordRefund';
  readonly refunded: { readonly totalMinor: number } | { readonly refund: string; readonly amountMinor: number };
  /** The money that went back, as its capture named it, where the provider tells: a payment may have come twice. */
  readonly reference?: string;
}
/** An admin wants money to go back. Said before the provider is asked. */
export interface AskRefund extends DomainCommand {
  readonly type: 'AskRefund';
  /** Stands for the request's idempotency key. */
  readonly key: string;
  /** Absent: all that is left. */
  readonly amountMinor?: number;
}
/** The provider said no: nothing goes back by this request. */
export interface RefuseRefund extends DomainCommand {
  readonly type: 'RefuseRefund';
  readonly key: string;
}
export interface OpenDispute extends DomainCommand {
  readonly type: 'OpenDispute';
  readonly dispute: string;
  readonly amountMinor: number;
  readonly reason: string;
  /** As of a refund. */
  readonly reference?: string;
}
export interface CloseDispute extends DomainCommand {
  readonly type: 'CloseDispute';
  readonly dispute: string;
  readonly outcome: 'won' | 'lost';
  /** The whole of what was disputed, for one whose opening was not heard of. */
  readonly amountMinor: number;
  readonly reason: string;
  /** As of a refund. */
  readonly reference?: string;
}

export type PaymentCommand =
  | ImportPayment
  | RequestPayment
  | OpenCheckout
  | RecordPending
  | RecordActionRequired
  | RecordFailure
  | RecordExpiry
  | RecordCapture
  | RecordRefund
  | AskRefund
  | RefuseRefund
  | OpenDispute
  | CloseDispute;

export type PaymentRejection =
  | 'payment-unknown'
  /** The id stands for another order: an idempotency key used twice. */
  | 'order-differs'
  /** Money goes back that is not known to have come: first the capture is to be recorded. */
  | 'payment-uncaptured'
  /** No more goes back than came. */
  | 'refund-exceeds'
  /** The key stands for a refund of another amount. */
  | 'refund-differs';
