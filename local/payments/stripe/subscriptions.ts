/** Subscriptions as time goes by: begun, renewed, overdue, ended. */
import type Stripe from 'stripe';
import { add, type CheckoutTerms, type DraftLine, get, idOf, listOf, type StripeAccount } from './account.ts';
import { periodEnd } from './calendar.ts';
import { attach, type Ending } from './charging.ts';
import { attemptLimit, openInvoice, openInvoiceOf, payInvoice } from './invoicing.ts';
import { newCard } from './payment-objects.ts';
import { badRequest, missing } from './stripe-error.ts';
import { applyPendingUpdate } from './subscription-changes.ts';
import { intervalOf, itemOf, newPrice, newSubscription, productName } from './subscription-objects.ts';

const daySeconds = 24 * 3_600;

const periodLine = (account: StripeAccount, item: Stripe.SubscriptionItem, trial = false): DraftLine => ({
  amount: trial ? 0 : (item.price.unit_amount ?? 0),
  description: trial
    ? `Trial period for ${productName(account, item.price)}`
    : `1 × ${productName(account, item.price)}`,
  price: item.price,
  start: item.current_period_start,
  end: item.current_period_end,
  proration: false,
});

const setStatus = (
  account: StripeAccount,
  subscription: Stripe.Subscription,
  status: Stripe.Subscription.Status,
): void => {
  const previous = { status: subscription.status };
  if (previous.status === status) return;
  subscription.status = status;
  account.emit('customer.subscription.updated', subscription, previous);
};

/** The first period is paid by the card of the checkout's page. Answers the subscription and its invoice. */
export const beginSubscription = (
  account: StripeAccount,
  customer: Stripe.Customer,
  terms: CheckoutTerms,
): { readonly subscription: Stripe.Subscription; readonly invoice: Stripe.Invoice } => {
  const interval = terms.interval ?? 'month';
  const price = newPrice(account, { ...terms, interval });
  const card = add(account, newCard(account));
  attach(account, card, customer.id);
  const start = account.now();
  const trialEnd = terms.trialDays === undefined ? null : start + terms.trialDays * daySeconds;
  const subscription = add(
    account,
    newSubscription(account, {
      customer: customer.id,
      price,
      metadata: terms.metadata,
      method: card.id,
      end: trialEnd ?? periodEnd(start, interval, start),
      trialEnd,
    }),
  );
  if (trialEnd !== null) subscription.status = 'trialing';
  const lines = [periodLine(account, itemOf(subscription), trialEnd !== null)];
  const invoice = openInvoice(account, { subscription, reason: 'subscription_create', lines });
  account.emit('customer.subscription.created', subscription);
  payInvoice(account, invoice, 'pay');
  if (trialEnd === null) setStatus(account, subscription, 'active');
  return { subscription, invoice };
};

export const endSubscription = (
  account: StripeAccount,
  subscription: Stripe.Subscription,
  reason: 'cancellation_requested' | 'payment_failed',
): void => {
  const at = account.now();
  subscription.status = 'canceled';
  subscription.canceled_at ??= at;
  subscription.ended_at = at;
  if (subscription.cancellation_details) subscription.cancellation_details.reason = reason;
  const unpaid = openInvoiceOf(account, subscription);
  if (unpaid) unpaid.next_payment_attempt = null;
  account.emit('customer.subscription.deleted', subscription);
};

/** An invoice that is overdue is tried again; the last failure ends the subscription. */
const tryAgain = (
  account: StripeAccount,
  subscription: Stripe.Subscription,
  invoice: Stripe.Invoice,
  ending: Ending | undefined,
): void => {
  if (payInvoice(account, invoice, ending)) {
    if (subscription.pending_update) applyPendingUpdate(account, subscription);
    setStatus(account, subscription, 'active');
    return;
  }
  if (subscription.status === 'past_due' && invoice.attempt_count >= attemptLimit)
    endSubscription(account, subscription, 'payment_failed');
};

const renew = (account: StripeAccount, subscription: Stripe.Subscription, ending: Ending | undefined): void => {
  const item = itemOf(subscription);
  const previous = {
    items: structuredClone(subscription.items),
    status: subscription.status,
  };
  item.current_period_start = item.current_period_end;
  item.current_period_end = periodEnd(
    item.current_period_start,
    intervalOf(item.price),
    subscription.billing_cycle_anchor,
  );
  if (subscription.status === 'trialing') subscription.status = 'active';
  const lines = [...(account.state.pendingLines[subscription.id] ?? []), periodLine(account, item)];
  delete account.state.pendingLines[subscription.id];
  const invoice = openInvoice(account, { subscription, reason: 'subscription_cycle', lines });
  account.emit('customer.subscription.updated', subscription, previous);
  if (!payInvoice(account, invoice, ending)) setStatus(account, subscription, 'past_due');
};

const over: readonly string[] = ['canceled', 'incomplete_expired'];

/**
 * What comes next by itself: an overdue invoice is tried again; a subscription that was cancelled ends; else the next period begins.
 * Without an ending the saved card decides. @throws StripeRefusal when it is over
 */
export const advance = (account: StripeAccount, id: string, ending?: Ending): Stripe.Subscription => {
  const subscription = get(account, 'subscription', id);
  if (over.includes(subscription.status)) throw badRequest(`Subscription ${id} is ${subscription.status}.`);
  const unpaid = openInvoiceOf(account, subscription);
  if (unpaid) tryAgain(account, subscription, unpaid, ending);
  else if (subscription.cancel_at_period_end) endSubscription(account, subscription, 'cancellation_requested');
  else renew(account, subscription, ending);
  return subscription;
};

/** As Stripe does three days before the end of a trial. @throws StripeRefusal */
export const warnTrialEnd = (account: StripeAccount, id: string): void => {
  const subscription = get(account, 'subscription', id);
  if (subscription.status !== 'trialing') throw badRequest(`Subscription ${id} is ${subscription.status}.`);
  account.emit('customer.subscription.trial_will_end', subscription);
};

/** @throws StripeRefusal */
export const cancelAtPeriodEnd = (account: StripeAccount, id: string, cancels: boolean): Stripe.Subscription => {
  const subscription = get(account, 'subscription', id);
  if (over.includes(subscription.status)) throw badRequest('A canceled subscription can only update its metadata.');
  if (subscription.cancel_at_period_end === cancels) return subscription;
  const { cancel_at, canceled_at, cancel_at_period_end } = subscription;
  subscription.cancel_at_period_end = cancels;
  subscription.cancel_at = cancels ? itemOf(subscription).current_period_end : null;
  subscription.canceled_at = cancels ? account.now() : null;
  if (subscription.cancellation_details)
    subscription.cancellation_details.reason = cancels ? 'cancellation_requested' : null;
  account.emit('customer.subscription.updated', subscription, { cancel_at, canceled_at, cancel_at_period_end });
  return subscription;
};

/** @throws StripeRefusal when it is over: then Stripe does not find it */
export const cancelNow = (account: StripeAccount, id: string): Stripe.Subscription => {
  const subscription = get(account, 'subscription', id);
  if (over.includes(subscription.status)) throw missing('subscription', id);
  endSubscription(account, subscription, 'cancellation_requested');
  return subscription;
};

/** With everything they subscribed to. */
export const deleteCustomer = (account: StripeAccount, customer: Stripe.Customer): void => {
  for (const subscription of listOf(account, 'subscription'))
    if (idOf(subscription.customer) === customer.id && !over.includes(subscription.status))
      endSubscription(account, subscription, 'cancellation_requested');
  account.state.deletedCustomers[customer.id] = true;
  account.emit('customer.deleted', customer);
};
