/** What a provider's callback tells, in words that all providers share. A callback tells of none, one or several. */
import type { Owner } from '#shared/owner.ts';
import type { PaymentProvider } from '../contracts.ts';

/** Which payment. Only what the provider signed, or what we keep of what it told us, leads to one. */
export type PaymentRef =
  /** Named by metadata that we gave the provider and that it signs; never of another app. */
  | { readonly by: 'metadata'; readonly owner: Owner; readonly paymentId: string }
  /** By the provider's own id: `pi_…`, `cs_…`, `ch_…`, or an order's number. */
  | { readonly by: 'reference'; readonly reference: string };

export interface PaidLine {
  /** The catalog's plan, from the product's id; undefined for what is no plan of ours. */
  readonly plan: string | undefined;
  readonly amountMinor: number;
  /** Part of a period, because of a change of plan: below zero for what is given back of the old one. */
  readonly proration: boolean;
  readonly from: string;
  readonly until: string;
}

/** An invoice of a subscription that was paid. */
export interface PaidInvoice {
  readonly id: string;
  readonly subscription: string;
  readonly customer: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly reason: 'create' | 'cycle' | 'update' | 'other';
  readonly lines: readonly PaidLine[];
  readonly receiptUrl?: string;
}

export type Fact =
  | {
      readonly kind: 'captured';
      readonly payment: PaymentRef;
      /** The payment intent or transaction. */
      readonly reference: string;
      readonly amountMinor: number;
      readonly currency: string;
      /** Other ids of the provider that will stand for this payment, such as its payment intent's. */
      readonly alias?: string;
    }
  | { readonly kind: 'pending'; readonly payment: PaymentRef; readonly reference: string; readonly alias?: string }
  | { readonly kind: 'failed'; readonly payment: PaymentRef; readonly reference: string; readonly reason: string }
  /** `session`: the page whose time is over. The payment may have another one by then. */
  | { readonly kind: 'expired'; readonly payment: PaymentRef; readonly session: string }
  | {
      readonly kind: 'refunded';
      readonly payment: PaymentRef;
      readonly refunded: { readonly totalMinor: number } | { readonly refund: string; readonly amountMinor: number };
      /** The payment intent or transaction whose money went back: Stripe is asked by it where its capture was not heard of. */
      readonly reference?: string;
      /** All of it is taken back before the bank settles, so there may have been no capture. */
      readonly voids?: true;
    }
  | {
      readonly kind: 'dispute-opened' | 'dispute-won' | 'dispute-lost';
      readonly payment: PaymentRef;
      readonly dispute: string;
      readonly amountMinor: number;
      readonly reason: string;
      /** As of a refund. */
      readonly reference?: string;
    }
  /** Something about a subscription is new: the provider is asked what. */
  | { readonly kind: 'subscription-touched'; readonly subscription: string; readonly customer: string }
  | { readonly kind: 'invoice-paid'; readonly invoice: PaidInvoice }
  /** A page was paid that this invoice is of: the provider is asked for it. */
  | { readonly kind: 'invoice-named'; readonly invoice: string; readonly customer: string }
  | {
      readonly kind: 'invoice-failed';
      readonly invoice: string;
      readonly subscription: string;
      readonly customer: string;
      readonly amountMinor: number;
      readonly currency: string;
      readonly nextAttemptAt?: string;
      /** Where the user can pay it themselves. */
      readonly url?: string;
    }
  | {
      readonly kind: 'trial-ending';
      readonly subscription: string;
      readonly customer: string;
      readonly endsAt: string;
    };

/** A callback that is authentic. */
export interface Callback {
  readonly provider: PaymentProvider;
  /** The same for every delivery of it: the event's id, or what it is made of. */
  readonly id: string;
  /** As the provider names it. */
  readonly type: string;
  /** Empty for a type that concerns nobody here. */
  readonly facts: readonly Fact[];
  /** Whose it is, or their customer at the provider, where it says so: its body goes with its user, whatever it tells. */
  readonly owner?: Owner;
  readonly customer?: string;
}

/** `forged`: not signed by any of the secrets. `stale`: signed longer ago than is taken. `malformed`: signed, and not understood. */
export type CallbackFault = 'forged' | 'stale' | 'malformed';
export type ReadCallback =
  | { readonly callback: Callback }
  /** Whose it is, as far as what is signed says so. */
  | ({
      readonly fault: CallbackFault;
      /** Of what is `malformed`, where other bytes may be the same. */
      readonly id?: string;
      /** For the log. */
      readonly why?: string;
    } & Pick<Callback, 'owner' | 'customer'>);

export interface CallbackRequest {
  /** The very bytes as text. */
  readonly body: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly receivedAtMs: number;
}
