/** What we read of Stripe's objects, in the shapes of all API versions: an account's endpoint may send events of an older one. */
import * as z from 'zod';

const id = z.string().min(1).max(255);
/** By its id, or whole where it was expanded. */
const reference = z.union([id, z.object({ id }).transform((whole) => whole.id)]);
const time = z
  .int()
  .min(0)
  .transform((seconds) => new Date(seconds * 1_000).toISOString());
const currency = z
  .string()
  .regex(/^[a-z]{3}$/i)
  .transform((code) => code.toUpperCase());
const amount = z.int().min(0);
const metadata = z.record(z.string(), z.string()).nullish();
const text = z.string().max(300);

export const checkoutSession = z.object({
  id,
  mode: z.string(),
  payment_status: z.string(),
  amount_total: amount.nullish(),
  currency: currency.nullish(),
  customer: reference.nullish(),
  payment_intent: reference.nullish(),
  subscription: reference.nullish(),
  invoice: reference.nullish(),
  metadata,
});
export const paidSession = checkoutSession.extend({ amount_total: amount, currency });
export const openSession = z.object({
  id,
  status: z.string().nullish(),
  url: z.string().min(1),
  expires_at: time,
  payment_intent: reference.nullish(),
});
export const closedSession = z.object({ status: z.string().nullish(), subscription: reference.nullish() });

const latestCharge = z.object({
  id,
  amount_refunded: amount.nullish(),
  receipt_url: z.string().nullish(),
});
export const paymentIntent = z.object({
  id,
  status: z.string(),
  amount,
  amount_received: amount.nullish(),
  currency,
  created: time,
  metadata,
  latest_charge: z.union([id.transform((charge) => ({ id: charge })), latestCharge]).nullish(),
  last_payment_error: z
    .object({ code: text.nullish(), decline_code: text.nullish(), charge: reference.nullish() })
    .nullish(),
});
export type PaymentIntent = z.infer<typeof paymentIntent>;

export const charge = z.object({
  id,
  amount_refunded: amount,
  currency,
  payment_intent: reference.nullish(),
  metadata,
});
export const dispute = z.object({
  id,
  amount,
  currency,
  reason: text,
  status: z.string(),
  payment_intent: reference.nullish(),
  metadata,
});

/** Proration and product moved into `parent` and `pricing` in 2025. */
export const invoiceLine = z
  .object({
    amount: z.int(),
    currency,
    period: z.object({ start: time, end: time }),
    metadata,
    proration: z.boolean().nullish(),
    price: z.object({ product: reference }).nullish(),
    pricing: z.object({ price_details: z.object({ product: reference }).nullish() }).nullish(),
    parent: z
      .object({
        subscription_item_details: z.object({ proration: z.boolean() }).nullish(),
        invoice_item_details: z.object({ proration: z.boolean() }).nullish(),
      })
      .nullish(),
  })
  .transform(({ amount, currency, period, metadata, proration, price, pricing, parent }) => ({
    amount,
    currency,
    from: period.start,
    until: period.end,
    metadata,
    product: pricing?.price_details?.product ?? price?.product,
    proration:
      parent?.subscription_item_details?.proration ?? parent?.invoice_item_details?.proration ?? proration ?? false,
  }));
const invoiceLines = z.object({ data: z.array(invoiceLine).max(100), has_more: z.boolean() });
export type InvoiceLine = z.infer<typeof invoiceLine>;

/** The subscription and its metadata moved into `parent` in 2025. */
export const invoice = z
  .object({
    id,
    status: z.string().nullish(),
    customer: reference.nullish(),
    currency,
    amount_paid: amount,
    amount_due: amount,
    billing_reason: z.string().nullish(),
    hosted_invoice_url: z.string().nullish(),
    next_payment_attempt: time.nullish(),
    subscription: reference.nullish(),
    subscription_details: z.object({ metadata }).nullish(),
    parent: z.object({ subscription_details: z.object({ subscription: reference, metadata }).nullish() }).nullish(),
    lines: invoiceLines,
  })
  .transform(({ subscription, subscription_details, parent, lines, ...rest }) => ({
    ...rest,
    subscription: parent?.subscription_details?.subscription ?? subscription ?? undefined,
    lines: lines.data,
    hasMoreLines: lines.has_more,
    metadatas: [
      parent?.subscription_details?.metadata,
      subscription_details?.metadata,
      ...lines.data.map((line) => line.metadata),
    ],
  }));
export type Invoice = z.infer<typeof invoice>;
/** Of an invoice that is only thought of. */
export const invoicePreview = z.object({ currency, lines: invoiceLines });

export const subscriptionNamed = z.object({ id, customer: reference, metadata, trial_end: time.nullish() });

/** The period moved from the subscription to its items in 2025. */
export const subscription = z
  .object({
    id,
    customer: reference,
    metadata,
    trial_end: time.nullish(),
    status: z.string(),
    cancel_at_period_end: z.boolean(),
    cancel_at: time.nullish(),
    current_period_end: time.nullish(),
    items: z.object({
      data: z
        .array(
          z.object({
            id,
            quantity: z.int().min(1).nullish(),
            current_period_end: time.nullish(),
            price: z.object({
              unit_amount: amount,
              currency,
              product: reference,
              recurring: z.object({ interval: z.enum(['month', 'year']), interval_count: z.literal(1) }),
            }),
          }),
        )
        .min(1)
        .max(100),
    }),
  })
  .transform(({ items, current_period_end, ...rest }, context) => {
    const item = items.data[0];
    const currentPeriodEnd = item?.current_period_end ?? current_period_end;
    if (item && currentPeriodEnd) return { ...rest, item, currentPeriodEnd };
    context.addIssue({ code: 'custom', path: ['current_period_end'], message: 'is missing' });
    return z.NEVER;
  });
export type Subscription = z.infer<typeof subscription>;

const anyMetadata = metadata.catch(undefined);
const ofSubscription = z.object({ metadata: anyMetadata }).nullish().catch(undefined);
/**
 * Whose an object is, of whatever kind and shape: nothing where it does not say so in our words. Invoices have their subscription's
 * metadata.
 */
export const owned = z
  .object({
    metadata: anyMetadata,
    subscription_details: ofSubscription,
    parent: z.object({ subscription_details: ofSubscription }).nullish().catch(undefined),
    customer: reference.nullish().catch(undefined),
  })
  .transform(({ metadata, subscription_details, parent, customer }) => ({
    metadatas: [metadata, parent?.subscription_details?.metadata, subscription_details?.metadata],
    customer,
  }))
  .catch({ metadatas: [], customer: undefined });

export const event = z.object({ id, type: z.string().min(1).max(100), data: z.object({ object: z.unknown() }) });
