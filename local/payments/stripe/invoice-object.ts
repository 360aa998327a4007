/** An invoice of a subscription as Stripe's API shows it. */
import type Stripe from 'stripe';
import { apiList, type DraftLine, newId, type StripeAccount } from './account.ts';
import { newLine } from './subscription-objects.ts';

export interface InvoiceTerms {
  readonly subscription: Stripe.Subscription;
  readonly customer: Stripe.Customer;
  readonly reason: 'subscription_create' | 'subscription_cycle' | 'subscription_update' | 'upcoming';
  readonly lines: readonly DraftLine[];
}

/** What is owed from before adds to it, what is in the customer's favour lessens it; below zero nothing is due. */
const dueOf = (total: number, balance: number): { due: number; endingBalance: number } => {
  const due = Math.max(0, total + balance);
  return { due, endingBalance: balance + total - due };
};

export const newInvoice = (
  { app, now, url }: StripeAccount,
  { subscription, customer, reason, lines }: InvoiceTerms,
): Stripe.Invoice => {
  const upcoming = reason === 'upcoming';
  const id = newId(upcoming ? 'upcoming_in' : 'in');
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const { due, endingBalance } = dueOf(total, customer.balance);
  const sequence = customer.next_invoice_sequence ?? 1;
  const at = now();
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: app,
    account_tax_ids: null,
    amount_due: due,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: due,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: at,
    currency: subscription.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: upcoming ? null : at,
    ending_balance: endingBalance,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: upcoming ? null : `${url}/invoices/${id}`,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: apiList(
      `/v1/invoices/${id}/lines`,
      lines.map((line) => newLine(subscription, id, line)),
    ),
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: upcoming ? null : `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: { ...subscription.metadata }, subscription: subscription.id },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: at,
    period_start: at,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: upcoming ? 'draft' : 'open',
    status_transitions: {
      finalized_at: upcoming ? null : at,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
};

/** Which intent pays which invoice: the two do not name each other. */
export const newInvoicePayment = (
  { now }: StripeAccount,
  invoice: Stripe.Invoice,
  intent: string,
): Stripe.InvoicePayment => ({
  id: newId('inpay'),
  object: 'invoice_payment',
  amount_paid: null,
  amount_requested: invoice.amount_due,
  created: now(),
  currency: invoice.currency,
  invoice: invoice.id,
  is_default: true,
  livemode: false,
  payment: { payment_intent: intent, type: 'payment_intent' },
  status: 'open',
  status_transitions: { canceled_at: null, paid_at: null },
});
