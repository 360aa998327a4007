/** What billing asks of payment providers. Stripe does all of it, Paymob the first part. */
import type { Owner } from '#shared/owner.ts';
import type { CallbackRequest, PaidInvoice, ReadCallback } from '../callbacks/facts.ts';
import type { Observed } from '../domain/subscription-state.ts';

/**
 * `unavailable`: nobody answered, or asked to wait; the same may go well later. `refused`: the provider said no to the request itself.
 * `key-taken`: it knows the idempotency key, with another request.
 */
export type FailureKind = 'unavailable' | 'refused' | 'unknown-there' | 'key-taken';

/** A call of a provider that came to nothing. Its message is for operators: no keys, no addresses. */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  readonly kind: FailureKind;
  readonly retryAfterSeconds: number | undefined;
  /** The parameter that the provider complains of. */
  readonly param: string | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    { retryAfterSeconds, param }: { retryAfterSeconds?: number; param?: string } = {},
  ) {
    super(message);
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
    this.param = param;
  }
}

/** What is sold, as the provider's page shows it. */
export interface Sale {
  readonly kind: 'pack' | 'plan';
  /** The catalog's id. */
  readonly id: string;
  readonly name: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Of a plan. */
  readonly interval?: 'month' | 'year';
}

export interface Buyer {
  readonly owner: Owner;
  readonly email?: string | undefined;
}

/** As Paymob asks for it; what is not known is sent as `NA`. */
export interface BillingData {
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
  readonly phone_number?: string | undefined;
  readonly email?: string | undefined;
  readonly country?: string | undefined;
  readonly city?: string | undefined;
}

export interface CheckoutRequest {
  readonly buyer: Buyer;
  readonly sale: Sale;
  /** `pay_…`; of a subscription's page there is no payment yet. */
  readonly paymentId?: string;
  readonly customer?: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
  /** The same key is the same page, for a day at least. */
  readonly idempotencyKey: string;
  /** The user lets the card be kept for automatic top-ups. */
  readonly savesMethod?: boolean;
  readonly billingData?: BillingData;
  /** Where Paymob calls back. */
  readonly notificationUrl: string;
}

export interface CheckoutPage {
  readonly session: string;
  readonly url: string;
  readonly expiresAt: string;
  /** The provider's other ids that its callbacks will name the payment by. */
  readonly aliases: readonly string[];
}

/** What the provider says of a payment when it is asked. */
export interface PaymentAtProvider {
  readonly reference: string;
  readonly status: 'captured' | 'pending' | 'failed';
  readonly amountMinor: number;
  readonly currency: string;
  /** Money that went back so far. */
  readonly refundedMinor: number;
  readonly createdAt: string;
  /** By our own metadata, where it has some. */
  readonly owner?: Owner;
  readonly paymentId?: string;
  readonly receiptUrl?: string;
}

export interface PaymentProviderApi {
  readonly readCallback: (request: CallbackRequest) => ReadCallback;
  /** @throws ProviderFailure */
  readonly openCheckout: (request: CheckoutRequest) => Promise<CheckoutPage>;
  /** Gives money back; the callback tells of it. `reference`: of the captured payment, or the paid invoice. `amountMinor` absent: all that is left. @throws ProviderFailure */
  readonly refund: (
    reference: string,
    how: { readonly amountMinor: number; readonly idempotencyKey: string; readonly voids: boolean },
  ) => Promise<void>;
}

export interface SubscriptionAtProvider {
  readonly observed: Observed;
  readonly customer: string;
  readonly owner?: Owner;
  /** The item that a change of plan replaces. */
  readonly item: string;
}

/** How a payment of a saved card ended at once. */
export type ChargeOutcome =
  | {
      readonly outcome: 'captured';
      readonly reference: string;
      readonly amountMinor: number;
      readonly currency: string;
    }
  | { readonly outcome: 'pending'; readonly reference: string }
  /** The bank wants the user to confirm. */
  | { readonly outcome: 'action-required'; readonly reference: string }
  | { readonly outcome: 'declined'; readonly reason: string; readonly reference?: string };

/** How a page stands that is to be paid on no more. `complete`: it was paid on; of a plan's page by this subscription. */
export type ClosedPage =
  | { readonly outcome: 'expired' | 'gone' }
  | { readonly outcome: 'complete'; readonly subscription?: string };

export interface Proration {
  /** What is paid now, or credited when below zero. */
  readonly amountMinor: number;
  readonly currency: string;
}

/** What only Stripe does. Every method @throws ProviderFailure */
export interface StripeApi extends PaymentProviderApi {
  readonly publishableKey: string | undefined;
  /** `replaced`: the customer before, who is gone there. */
  createCustomer(buyer: Buyer, replaced?: string): Promise<string>;
  /** Removes the person, their cards and subscriptions there. One that is gone already is fine. */
  removeCustomer(customer: string): Promise<void>;
  createPaymentIntent(
    request: Pick<CheckoutRequest, 'buyer' | 'sale' | 'idempotencyKey' | 'savesMethod'> & {
      readonly paymentId: string;
      readonly customer: string;
    },
  ): Promise<{ readonly reference: string; readonly clientSecret: string }>;
  /** For whoever asks for the secret again. */
  readClientSecret(reference: string): Promise<string>;
  /** Off session, by the customer's saved card; `undefined` when there is none. */
  chargeSavedMethod(
    request: Pick<CheckoutRequest, 'buyer' | 'sale' | 'idempotencyKey'> & {
      readonly paymentId: string;
      readonly customer: string;
    },
  ): Promise<ChargeOutcome | undefined>;
  /** How the charges of a payment that this customer made since then ended, at best; `undefined` when there is none. */
  findCharge(
    customer: string,
    of: { readonly paymentId: string; readonly since: string },
  ): Promise<ChargeOutcome | undefined>;
  expireCheckout(session: string): Promise<ClosedPage>;
  openPortal(customer: string, returnUrl: string): Promise<string>;
  readSubscription(subscription: string): Promise<SubscriptionAtProvider>;
  /** Of any subscription of the account, whatever it is of: its owner may be another app's, or nobody's here. */
  ownerOfSubscription(subscription: string): Promise<Owner | undefined>;
  /** What a change to this plan would cost now. */
  previewChange(subscription: string, sale: Sale): Promise<Proration>;
  /** `upgrade`: the difference is invoiced at once, and the change is made when it is paid. Else the next period is of the new plan. */
  changePlan(
    subscription: string,
    sale: Sale,
    how: { readonly upgrade: boolean; readonly idempotencyKey: string },
  ): Promise<void>;
  cancel(subscription: string, when: 'now' | 'period-end'): Promise<void>;
  resume(subscription: string): Promise<void>;
  /** By its payment intent, or the paid invoice's id. The owner may be another app's. */
  readPayment(reference: string): Promise<PaymentAtProvider>;
  /** The paid invoice behind a payment intent; undefined where it has none, `app-other` where it is another app's. */
  invoiceOfPayment(reference: string): Promise<PaidInvoice | 'app-other' | undefined>;
  readInvoice(invoice: string): Promise<PaidInvoice>;
  /** Made since then, and before `until` where it is given; oldest last, page by page; for reconciliation. */
  listPayments(since: string, until?: string): AsyncIterable<PaymentAtProvider>;
  listPaidInvoices(since: string, until?: string): AsyncIterable<PaidInvoice>;
}

export interface Providers {
  readonly stripe?: StripeApi;
  readonly paymob?: PaymentProviderApi;
}
/** An app's providers; none for an app without the secret. @throws SourceUnavailable when the secret cannot be read */
export type ProvidersOf = (app: string) => Promise<Providers>;
