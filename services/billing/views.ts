/** What billing's routes take and answer. */
import * as z from 'zod';
import { slug } from '#services/catalog/contracts.ts';
import { pageOf } from '#shared/http/page.ts';
import { idSchema } from '#shared/ids.ts';
import { currency, paymentProvider, purpose, subscriptionStatus } from './contracts.ts';

const time = z.iso.datetime();
const address = z.url({ protocol: /^https?$/ }).max(2_000);
const amount = z.int();
const name = z.string().trim().min(1).max(100);

/** Paymob asks for it on its page; what is not given is sent as unknown. */
export const billingData = z.strictObject({
  first_name: name.optional(),
  last_name: name.optional(),
  phone_number: z
    .string()
    .regex(/^\+?[\d ()-]{5,30}$/)
    .optional(),
  email: z.email().max(254).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2,3}$/)
    .optional(),
  city: name.optional(),
});

const isOne = ({ pack_id, plan_id }: { pack_id?: unknown; plan_id?: unknown }): boolean =>
  (pack_id === undefined) !== (plan_id === undefined);
export const newCheckout = z
  .strictObject({
    pack_id: slug.optional(),
    plan_id: slug.optional(),
    /** The app's first one by default. */
    provider: paymentProvider.optional(),
    /** On the app's own origins. Default: the app's own pages. */
    success_url: address.optional(),
    cancel_url: address.optional(),
    /** Keeps the card for automatic top-ups. Stripe only. */
    save_payment_method: z.boolean().optional(),
    billing_data: billingData.optional(),
  })
  .refine(isOne, { path: ['pack_id'], message: 'is needed, or plan_id; not both' });
export const checkout = z.object({
  /** Null: the page is for a subscription, whose payments come with its invoices. */
  payment_id: idSchema('pay').nullable(),
  provider: paymentProvider,
  session_id: z.string(),
  checkout_url: z.string(),
  expires_at: time,
});

export const newPaymentIntent = z.strictObject({ pack_id: slug, save_payment_method: z.boolean().optional() });
export const paymentIntent = z.object({
  payment_id: idSchema('pay'),
  client_secret: z.string(),
  /** What the client's Stripe library is made with; null where the app has not told us. */
  publishable_key: z.string().nullable(),
  amount_minor: amount,
  currency,
});

export const paymentStatus = z.enum([
  'requested',
  'pending',
  'action_required',
  'failed',
  'expired',
  'paid',
  'partially_refunded',
  'refunded',
  'disputed',
  /** Money came that is not what was asked for. */
  'mismatched',
]);
export type PaymentStatus = z.infer<typeof paymentStatus>;
export const payment = z.object({
  id: idSchema('pay'),
  status: paymentStatus,
  provider: paymentProvider,
  purpose,
  /** Id and name of the pack or plan, as it was sold. */
  item: z.object({ id: z.string(), name: z.string() }),
  amount_minor: amount,
  currency,
  credits: z.int(),
  refunded_minor: amount,
  automatic: z.boolean(),
  failure: z.string().nullable(),
  /** Where the user goes on, while it waits for them. */
  action_url: z.string().nullable(),
  created_at: time,
  paid_at: time.nullable(),
});
export const adminPayment = z.object({ ...payment.shape, user: z.string(), provider_reference: z.string().nullable() });
export const receipt = z.object({ url: z.string() });

const price = z.object({ amount_minor: amount, currency, interval: z.enum(['month', 'year']) });
export const subscription = z.object({
  status: subscriptionStatus,
  provider: paymentProvider.nullable(),
  /** What the user has by it now; null: the app's default plan. */
  plan: z.string().nullable(),
  /** What the next period will be of, where it is another plan. */
  next_plan: z.string().nullable(),
  /** Of a whole period of `plan`, as the user pays it; of what is to be paid, where nothing is paid yet. */
  price: price.nullable(),
  /** Of the next period, where it is another one. */
  next_price: price.nullable(),
  /** The provider's id of it and of the customer. */
  subscription_id: z.string().nullable(),
  customer_id: z.string().nullable(),
  current_period_end: time.nullable(),
  /** The end of what is paid: before `current_period_end` while that period is not. */
  paid_until: time.nullable(),
  cancel_at_period_end: z.boolean(),
  trial_end: time.nullable(),
  /** While a payment is overdue: until then the plan stays. */
  grace_until: time.nullable(),
  /** Paid by the period, and not renewed by itself. */
  prepaid: z.boolean(),
});
const proration = z.object({
  /** Paid now for the rest of the period; below zero: credited to the next invoice. 0 for a change that waits for the next period. */
  amount_minor: amount,
  currency,
  takes_effect: z.enum(['now', 'period_end']),
});
export const planChange = z.strictObject({ plan_id: slug });
export const changePreview = z.object({ plan: z.string(), price, proration });
export const changedSubscription = z.object({ subscription, proration });
export const cancellation = z.strictObject({ when: z.enum(['now', 'period_end']) });
export const newPortal = z.strictObject({ return_url: address.optional() });
export const portal = z.object({ url: z.string() });

export const newRefund = z.strictObject({
  /** Default: all that is left. */
  amount_minor: z.int().min(1).max(1_000_000_000).optional(),
  reason: z.string().trim().min(1).max(200),
});
/** The whole payment, on the day it was made, before the bank has settled it. */
export const newVoid = z.strictObject({ reason: z.string().trim().min(1).max(200) });

export const callbackOutcome = z.enum([
  /** Not looked at yet. */
  'received',
  'handled',
  /** Of a type that concerns nobody here. */
  'ignored',
  /** Of a payment, subscription or customer that is not known here. */
  'unmatched',
  /** Money that is not what was asked for. */
  'mismatched',
]);
export type CallbackOutcome = z.infer<typeof callbackOutcome>;
export const callback = z.object({
  id: z.string(),
  provider: paymentProvider,
  type: z.string(),
  outcome: callbackOutcome,
  payment_id: idSchema('pay').nullable(),
  received_at: time,
});
/** `raw`: the body as it came, as text. Null where it told nothing here, when it was removed with its user, or after 400 days. */
export const callbackWithRaw = z.object({ ...callback.shape, raw: z.string().nullable() });

export const paymentPage = pageOf(payment);
export const adminPaymentPage = pageOf(adminPayment);
export const callbackPage = pageOf(callback);
