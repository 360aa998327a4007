/** Stripe's objects as its API and events have them: of today, and of versions before 2025. */
import { app, paymentId } from './account-at.ts';

export const day = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1_000;

export const ours = { tessera_app: app, tessera_user: 'user_1', tessera_payment: paymentId };
export const oursOfPlan = { tessera_app: app, tessera_user: 'user_1' };
export const anothers = { ...ours, tessera_app: 'flirt-studio' };

export const session = (over: object = {}) => ({
  id: 'cs_1',
  object: 'checkout.session',
  mode: 'payment',
  status: 'complete',
  payment_status: 'paid',
  amount_total: 500,
  currency: 'usd',
  customer: 'cus_1',
  payment_intent: 'pi_1',
  subscription: null,
  invoice: null,
  metadata: ours,
  url: 'https://checkout.stripe.com/c/pay/cs_1',
  expires_at: day('2026-11-22'),
  ...over,
});
export const planSession = (over: object = {}) =>
  session({
    mode: 'subscription',
    payment_intent: null,
    subscription: 'sub_1',
    invoice: 'in_1',
    metadata: oursOfPlan,
    ...over,
  });

export const intent = (over: object = {}) => ({
  id: 'pi_1',
  object: 'payment_intent',
  status: 'succeeded',
  amount: 500,
  amount_received: 500,
  currency: 'usd',
  client_secret: 'pi_1_secret_2',
  created: day('2026-11-21'),
  metadata: ours,
  latest_charge: 'ch_1',
  last_payment_error: null,
  ...over,
});

export const charge = (over: object = {}) => ({
  id: 'ch_1',
  object: 'charge',
  amount: 500,
  amount_refunded: 200,
  currency: 'usd',
  payment_intent: 'pi_1',
  metadata: ours,
  receipt_url: 'https://pay.stripe.com/receipts/1',
  ...over,
});

export const dispute = (over: object = {}) => ({
  id: 'dp_1',
  object: 'dispute',
  amount: 500,
  currency: 'usd',
  reason: 'fraudulent',
  status: 'needs_response',
  charge: 'ch_1',
  payment_intent: 'pi_1',
  metadata: {},
  ...over,
});

const period = { start: day('2026-11-21'), end: day('2026-12-21') };
const product = `tessera_${app}_plan_pro`;

export const line = (over: object = {}) => ({
  id: 'il_1',
  object: 'line_item',
  amount: 1_000,
  currency: 'usd',
  metadata: oursOfPlan,
  period,
  pricing: { type: 'price_details', price_details: { price: 'price_1', product } },
  parent: { type: 'subscription_item_details', subscription_item_details: { proration: false } },
  ...over,
});
export const oldLine = (over: object = {}) => ({
  id: 'il_1',
  object: 'line_item',
  amount: 1_000,
  currency: 'usd',
  metadata: oursOfPlan,
  period,
  proration: false,
  price: { id: 'price_1', product },
  ...over,
});

const bill = {
  id: 'in_1',
  object: 'invoice',
  status: 'paid',
  customer: 'cus_1',
  currency: 'usd',
  amount_paid: 1_000,
  amount_due: 1_000,
  billing_reason: 'subscription_cycle',
  hosted_invoice_url: 'https://invoice.stripe.com/i/1',
  next_payment_attempt: null,
};
export const linesOf = (data: readonly object[], hasMore = false) => ({ object: 'list', data, has_more: hasMore });
export const invoice = (over: object = {}) => ({
  ...bill,
  parent: { type: 'subscription_details', subscription_details: { subscription: 'sub_1', metadata: oursOfPlan } },
  lines: linesOf([line()]),
  ...over,
});
export const oldInvoice = (over: object = {}) => ({
  ...bill,
  subscription: 'sub_1',
  subscription_details: { metadata: oursOfPlan },
  lines: linesOf([oldLine()]),
  ...over,
});
/** What both shapes say. */
export const invoiceRead = {
  id: 'in_1',
  subscription: 'sub_1',
  customer: 'cus_1',
  amountMinor: 1_000,
  currency: 'USD',
  reason: 'cycle',
  lines: [
    {
      plan: 'pro',
      amountMinor: 1_000,
      proration: false,
      from: '2026-11-21T00:00:00.000Z',
      until: '2026-12-21T00:00:00.000Z',
    },
  ],
  receiptUrl: 'https://invoice.stripe.com/i/1',
};

const item = (over: object = {}) => ({
  id: 'si_1',
  object: 'subscription_item',
  quantity: 1,
  current_period_end: period.end,
  price: {
    id: 'price_1',
    unit_amount: 1_000,
    currency: 'usd',
    product,
    recurring: { interval: 'month', interval_count: 1 },
  },
  ...over,
});
export const subscription = (over: object = {}) => ({
  id: 'sub_1',
  object: 'subscription',
  customer: 'cus_1',
  status: 'active',
  metadata: oursOfPlan,
  cancel_at_period_end: false,
  cancel_at: null,
  trial_end: null,
  items: { object: 'list', data: [item()], has_more: false },
  ...over,
});
export const oldSubscription = (over: object = {}) =>
  subscription({
    current_period_end: period.end,
    items: { object: 'list', data: [item({ current_period_end: undefined })], has_more: false },
    ...over,
  });
