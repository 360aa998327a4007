/** Invoices of subscriptions: made, paid by the saved card, tried again, given up. */
import type Stripe from 'stripe';
import { add, find, get, idOf, listOf, type StripeAccount } from './account.ts';
import { attempt, attemptOffSession, type Ending, moodOf } from './charging.ts';
import { type InvoiceTerms, newInvoice, newInvoicePayment } from './invoice-object.ts';
import { newIntent } from './payment-objects.ts';
import { badRequest } from './stripe-error.ts';

/** Stripe tries for some two weeks. */
export const attemptLimit = 4;
const retrySeconds = 3 * 24 * 3_600;

export const customerOf = (account: StripeAccount, { customer }: Stripe.Subscription): Stripe.Customer =>
  get(account, 'customer', idOf(customer) ?? '');

export const subscriptionOf = (account: StripeAccount, invoice: Stripe.Invoice): Stripe.Subscription =>
  get(account, 'subscription', idOf(invoice.parent?.subscription_details?.subscription) ?? '');

/** Made and final at once; at Stripe an hour may lie between. */
export const openInvoice = (account: StripeAccount, terms: Omit<InvoiceTerms, 'customer'>): Stripe.Invoice => {
  const customer = customerOf(account, terms.subscription);
  const invoice = add(account, newInvoice(account, { ...terms, customer }));
  customer.balance = invoice.ending_balance ?? 0;
  customer.next_invoice_sequence = (customer.next_invoice_sequence ?? 1) + 1;
  terms.subscription.latest_invoice = invoice.id;
  account.emit('invoice.created', invoice);
  account.emit('invoice.finalized', invoice);
  return invoice;
};

const paymentOf = (account: StripeAccount, invoice: string): Stripe.InvoicePayment | undefined =>
  listOf(account, 'invoice_payment').find((payment) => idOf(payment.invoice) === invoice);

/** Each invoice has one intent, which every attempt is of. Our metadata is not on it. */
export const intentOf = (account: StripeAccount, invoice: Stripe.Invoice): Stripe.PaymentIntent => {
  const known = paymentOf(account, invoice.id);
  if (known) return get(account, 'payment_intent', idOf(known.payment.payment_intent) ?? '');
  const intent = add(
    account,
    newIntent(account, {
      amount: invoice.amount_due,
      currency: invoice.currency,
      customer: idOf(invoice.customer),
      description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
    }),
  );
  add(account, newInvoicePayment(account, invoice, intent.id));
  account.emit('payment_intent.created', intent);
  return intent;
};

const markPaid = (account: StripeAccount, invoice: Stripe.Invoice): void => {
  const previous = { status: invoice.status, amount_paid: 0, amount_remaining: invoice.amount_remaining };
  Object.assign(invoice, {
    status: 'paid',
    attempted: true,
    attempt_count: invoice.attempt_count + 1,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    next_payment_attempt: null,
  });
  invoice.status_transitions.paid_at = account.now();
  const payment = paymentOf(account, invoice.id);
  if (payment) {
    payment.status = 'paid';
    payment.amount_paid = invoice.amount_due;
    payment.status_transitions.paid_at = account.now();
  }
  account.emit('invoice.updated', invoice, previous);
  account.emit('invoice.paid', invoice);
  account.emit('invoice.payment_succeeded', invoice);
  if (payment) account.emit('invoice_payment.paid', payment);
};

const markFailed = (account: StripeAccount, invoice: Stripe.Invoice, intent: Stripe.PaymentIntent): void => {
  invoice.attempted = true;
  invoice.attempt_count += 1;
  invoice.next_payment_attempt = invoice.attempt_count >= attemptLimit ? null : account.now() + retrySeconds;
  if (intent.last_payment_error?.code === 'authentication_required')
    account.emit('invoice.payment_action_required', invoice);
  account.emit('invoice.payment_failed', invoice);
};

/** Answers whether it is paid. Without an ending the saved card decides. @throws StripeRefusal unless it is open */
export const payInvoice = (account: StripeAccount, invoice: Stripe.Invoice, ending?: Ending): boolean => {
  if (invoice.status !== 'open')
    throw badRequest(`Invoice ${invoice.id} is ${invoice.status}.`, { code: 'invoice_not_editable' });
  if (invoice.amount_due === 0) {
    markPaid(account, invoice);
    return true;
  }
  const intent = intentOf(account, invoice);
  const method = idOf(subscriptionOf(account, invoice).default_payment_method);
  intent.payment_method = method ?? null;
  if (ending === undefined) attemptOffSession(account, intent, moodOf(account, method));
  else attempt(account, intent, ending);
  if (intent.status !== 'succeeded') {
    markFailed(account, invoice, intent);
    return false;
  }
  markPaid(account, invoice);
  return true;
};

/** The invoice that waits for its money. */
export const openInvoiceOf = (
  account: StripeAccount,
  subscription: Stripe.Subscription,
): Stripe.Invoice | undefined => {
  const invoice = find(account, 'invoice', idOf(subscription.latest_invoice) ?? '');
  return invoice?.status === 'open' ? invoice : undefined;
};
