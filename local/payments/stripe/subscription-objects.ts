/** Subscriptions, prices and invoices as Stripe's API shows them. */
import type Stripe from 'stripe';
import { apiList, type DraftLine, find, idOf, newId, type StripeAccount } from './account.ts';

export const itemOf = (subscription: Stripe.Subscription): Stripe.SubscriptionItem => {
  const [item] = subscription.items.data;
  if (!item) throw new Error(`${subscription.id} has no item`);
  return item;
};

export const intervalOf = (price: Stripe.Price): Interval => (price.recurring?.interval === 'year' ? 'year' : 'month');

export const productName = (account: StripeAccount, price: Stripe.Price): string =>
  find(account, 'product', idOf(price.product) ?? '')?.name ?? 'Plan';

/** A number with a fraction: text in JSON, which Stripe's library reads into an object of its own. */
const decimal = (value: number): Stripe.Decimal => String(value) as unknown as Stripe.Decimal;

export type Interval = 'month' | 'year';

export interface PriceTerms {
  readonly product: string;
  readonly currency: string;
  readonly unitAmount: number;
  readonly interval: Interval;
}

export const newPrice = ({ now }: StripeAccount, terms: PriceTerms): Stripe.Price => ({
  id: newId('price'),
  object: 'price',
  active: false,
  billing_scheme: 'per_unit',
  created: now(),
  currency: terms.currency,
  custom_unit_amount: null,
  livemode: false,
  lookup_key: null,
  metadata: {},
  nickname: null,
  product: terms.product,
  recurring: {
    interval: terms.interval,
    interval_count: 1,
    meter: null,
    trial_period_days: null,
    usage_type: 'licensed',
  },
  tax_behavior: 'unspecified',
  tiers_mode: null,
  transform_quantity: null,
  type: 'recurring',
  unit_amount: terms.unitAmount,
  unit_amount_decimal: decimal(terms.unitAmount),
});

/** The older form of a price, which items still have beside it. */
const planOf = (price: Stripe.Price): Stripe.Plan => ({
  id: price.id,
  object: 'plan',
  active: price.active,
  amount: price.unit_amount,
  amount_decimal: price.unit_amount_decimal,
  billing_scheme: 'per_unit',
  created: price.created,
  currency: price.currency,
  interval: price.recurring?.interval ?? 'month',
  interval_count: 1,
  livemode: false,
  metadata: {},
  meter: null,
  nickname: null,
  product: price.product,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed',
});

export const newItem = (
  { now }: StripeAccount,
  subscription: string,
  price: Stripe.Price,
  [start, end]: readonly [number, number],
): Stripe.SubscriptionItem => ({
  id: newId('si'),
  object: 'subscription_item',
  billing_thresholds: null,
  created: now(),
  current_period_end: end,
  current_period_start: start,
  current_trial: null,
  discounts: [],
  metadata: {},
  plan: planOf(price),
  price,
  quantity: 1,
  subscription,
  tax_rates: [],
});

export const priceItem = (item: Stripe.SubscriptionItem, price: Stripe.Price): void => {
  item.price = price;
  item.plan = planOf(price);
};

export const newSubscription = (
  account: StripeAccount,
  terms: {
    readonly customer: string;
    readonly price: Stripe.Price;
    readonly metadata: Readonly<Record<string, string>>;
    readonly method: string;
    readonly end: number;
    readonly trialEnd: number | null;
  },
): Stripe.Subscription => {
  const id = newId('sub');
  const at = account.now();
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: terms.trialEnd ?? at,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: null, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: at,
    currency: terms.price.currency,
    customer: terms.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: terms.method,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: apiList(`/v1/subscription_items?subscription=${id}`, [newItem(account, id, terms.price, [at, terms.end])]),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: { ...terms.metadata },
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: at,
    status: 'incomplete',
    test_clock: null,
    transfer_data: null,
    trial_end: terms.trialEnd,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    trial_start: terms.trialEnd === null ? null : at,
  };
};

export const newLine = (subscription: Stripe.Subscription, invoice: string, line: DraftLine) => {
  const item = subscription.items.data[0];
  const details = {
    proration: line.proration,
    proration_details: line.proration ? { credited_items: null } : null,
    subscription: subscription.id,
  };
  return {
    id: newId('il'),
    object: 'line_item',
    amount: line.amount,
    currency: line.price.currency,
    description: line.description,
    discount_amounts: [],
    discountable: !line.proration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: { ...subscription.metadata },
    parent: {
      invoice_item_details: null,
      subscription_item_details: { ...details, invoice_item: null, subscription_item: item?.id ?? '' },
      type: 'subscription_item_details',
    },
    period: { end: line.end, start: line.start },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: line.price.id, product: idOf(line.price.product) ?? '' },
      type: 'price_details',
      unit_amount_decimal: line.price.unit_amount_decimal,
    },
    quantity: 1,
    quantity_decimal: decimal(1),
    subscription: subscription.id,
    subtotal: line.amount,
    taxes: [],
  } satisfies Stripe.InvoiceLineItem;
};
