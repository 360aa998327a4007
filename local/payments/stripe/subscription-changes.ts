/** Changes of a subscription's plan: at once with a proration that is invoiced, or from the next period on. */
import type Stripe from 'stripe';
import { type DraftLine, get, type StripeAccount } from './account.ts';
import { periodEnd } from './calendar.ts';
import { newInvoice } from './invoice-object.ts';
import { customerOf, intentOf, openInvoice, payInvoice } from './invoicing.ts';
import { badRequest, cardError, missing } from './stripe-error.ts';
import { intervalOf, newPrice, type PriceTerms, priceItem, productName } from './subscription-objects.ts';

export type ProrationBehavior = 'always_invoice' | 'create_prorations' | 'none';
export type PaymentBehavior = 'allow_incomplete' | 'error_if_incomplete' | 'pending_if_incomplete';

export interface PlanChange {
  /** Absent: the only item. */
  readonly item?: string | undefined;
  readonly price: PriceTerms;
  readonly prorates: ProrationBehavior;
  readonly pays: PaymentBehavior;
  /** Unix seconds. */
  readonly at?: number | undefined;
}

/** What is not paid by then is not changed. */
const pendingSeconds = 23 * 3_600;

const itemNamed = (subscription: Stripe.Subscription, id: string | undefined): Stripe.SubscriptionItem => {
  const item = subscription.items.data.find((candidate) => id === undefined || candidate.id === id);
  if (!item) throw missing('subscription_item', id ?? '', 'items[0][id]');
  return item;
};

interface Planned {
  readonly item: Stripe.SubscriptionItem;
  readonly price: Stripe.Price;
  readonly lines: readonly DraftLine[];
  /** Where the interval is another one, a new period begins now. */
  readonly period: readonly [number, number];
}

const linesOf = (
  account: StripeAccount,
  item: Stripe.SubscriptionItem,
  price: Stripe.Price,
  at: number,
): { readonly lines: readonly DraftLine[]; readonly period: readonly [number, number] } => {
  const { current_period_start: start, current_period_end: end } = item;
  const left = Math.min(1, Math.max(0, (end - at) / (end - start)));
  const unused: DraftLine = {
    amount: -Math.round((item.price.unit_amount ?? 0) * left),
    description: `Unused time on ${productName(account, item.price)}`,
    price: item.price,
    start: Math.max(at, start),
    end,
    proration: true,
  };
  if (intervalOf(item.price) === intervalOf(price)) {
    const rest: DraftLine = {
      ...unused,
      amount: Math.round((price.unit_amount ?? 0) * left),
      description: `Remaining time on ${productName(account, price)}`,
      price,
    };
    return { lines: [unused, rest], period: [start, end] };
  }
  const newEnd = periodEnd(at, intervalOf(price), at);
  const whole = {
    amount: price.unit_amount ?? 0,
    description: `1 × ${productName(account, price)}`,
    price,
    start: at,
    end: newEnd,
    proration: false,
  };
  return { lines: [unused, whole], period: [at, newEnd] };
};

const plan = (account: StripeAccount, subscription: Stripe.Subscription, change: PlanChange): Planned => {
  const item = itemNamed(subscription, change.item);
  get(account, 'product', change.price.product, 'items[0][price_data][product]');
  if (change.price.currency !== subscription.currency)
    throw badRequest(
      `The price's currency (${change.price.currency}) is not the subscription's (${subscription.currency}).`,
    );
  const price = newPrice(account, change.price);
  const { lines, period } = linesOf(account, item, price, change.at ?? account.now());
  return { item, price, period, lines: subscription.status === 'trialing' ? [] : lines };
};

const apply = (account: StripeAccount, subscription: Stripe.Subscription, { item, price, period }: Planned): void => {
  const previous = { items: structuredClone(subscription.items) };
  priceItem(item, price);
  if (item.current_period_end !== period[1]) subscription.billing_cycle_anchor = period[0];
  [item.current_period_start, item.current_period_end] = period;
  account.emit('customer.subscription.updated', subscription, previous);
};

const hold = (account: StripeAccount, subscription: Stripe.Subscription, { item, price, period }: Planned): void => {
  const wanted = structuredClone(item);
  priceItem(wanted, price);
  [wanted.current_period_start, wanted.current_period_end] = period;
  subscription.pending_update = {
    billing_cycle_anchor: null,
    cancel_at_period_end: null,
    discount: null,
    discounts: [],
    expires_at: account.now() + pendingSeconds,
    metadata: null,
    subscription_items: [wanted],
    trial_end: null,
    trial_from_plan: null,
  };
  account.emit('customer.subscription.updated', subscription, { pending_update: null });
};

/** Its invoice was paid after all. */
export const applyPendingUpdate = (account: StripeAccount, subscription: Stripe.Subscription): void => {
  const [wanted] = subscription.pending_update?.subscription_items ?? [];
  subscription.pending_update = null;
  const item = subscription.items.data[0];
  if (!wanted || !item) return;
  apply(account, subscription, {
    item,
    price: wanted.price,
    period: [wanted.current_period_start, wanted.current_period_end],
    lines: [],
  });
  account.emit('customer.subscription.pending_update_applied', subscription);
};

const invoiceNow = (
  account: StripeAccount,
  subscription: Stripe.Subscription,
  planned: Planned,
  pays: PaymentBehavior,
): void => {
  const invoice = openInvoice(account, { subscription, reason: 'subscription_update', lines: planned.lines });
  if (payInvoice(account, invoice)) {
    apply(account, subscription, planned);
    return;
  }
  switch (pays) {
    case 'pending_if_incomplete':
      hold(account, subscription, planned);
      break;
    case 'allow_incomplete':
      apply(account, subscription, planned);
      subscription.status = 'past_due';
      account.emit('customer.subscription.updated', subscription, { status: 'active' });
      break;
    case 'error_if_incomplete':
      invoice.status = 'void';
      throw cardError({ code: 'card_declined', message: 'Your card was declined.' }, intentOf(account, invoice));
  }
};

/** @throws StripeRefusal */
export const changePlan = (account: StripeAccount, subscription: Stripe.Subscription, change: PlanChange): void => {
  const planned = plan(account, subscription, change);
  if (change.prorates === 'always_invoice' && planned.lines.length > 0) {
    invoiceNow(account, subscription, planned, change.pays);
    return;
  }
  if (change.prorates === 'create_prorations') {
    const waiting = account.state.pendingLines[subscription.id] ?? [];
    account.state.pendingLines[subscription.id] = [...waiting, ...planned.lines];
  }
  apply(account, subscription, planned);
};

/** The invoice that would come of it: at once, or with the next period. @throws StripeRefusal */
export const previewChange = (
  account: StripeAccount,
  subscription: Stripe.Subscription,
  change: PlanChange | undefined,
): Stripe.Invoice => {
  const item = itemNamed(subscription, change?.item);
  const planned = change && plan(account, subscription, change);
  const price = planned?.price ?? item.price;
  const next: DraftLine = {
    amount: price.unit_amount ?? 0,
    description: `1 × ${productName(account, price)}`,
    price,
    start: item.current_period_end,
    end: periodEnd(item.current_period_end, intervalOf(price), subscription.billing_cycle_anchor),
    proration: false,
  };
  const prorations = change?.prorates === 'none' ? [] : (planned?.lines ?? []);
  const lines = change?.prorates === 'always_invoice' ? prorations : [...prorations, next];
  return newInvoice(account, {
    subscription,
    customer: customerOf(account, subscription),
    reason: 'upcoming',
    lines,
  });
};
