/**
 * What happens to a payment. Stored for ever: a change adds an optional field or a new event, and `test/stored-events.v1.json`
 * must always parse. Amounts are in the currency's smallest unit.
 */
import * as z from 'zod';
import { amountMinor, currency, paymentProvider, purpose } from '../contracts.ts';

const time = z.iso.datetime();
/** A provider's own id: of a payment intent, a transaction, a session, an order, a dispute. */
export const reference = z.string().min(1).max(255);
const credits = z.int().min(0).max(2_000_000);
const url = z.string().min(1).max(4_000);
const text = z.string().max(300);

/** Asked for: what is to be paid and what it gives is fixed from here on, whatever the catalog says later. */
export const paymentRequested = z.strictObject({
  type: z.literal('PaymentRequested'),
  provider: paymentProvider,
  purpose,
  item: z.string().min(1).max(60),
  name: z.string().max(60),
  amountMinor,
  currency,
  credits,
  /** `invoice`: a subscription's provider asked for it. `import`: it was made where the app was before. */
  via: z.enum(['checkout', 'intent', 'top-up', 'invoice', 'import']),
  topUpId: z.string().max(64).optional(),
  /** Of a plan that is paid once for one period: how long that is, and what may stay of the credits before. */
  period: z.strictObject({ interval: z.enum(['month', 'year']), maxRollover: z.int().min(0) }).optional(),
  requestedAt: time,
});
/** The provider has a page for it, or a secret that the client pays by. */
export const checkoutOpened = z.strictObject({
  type: z.literal('CheckoutOpened'),
  session: reference,
  /** Of the page; absent for a payment intent. */
  url: url.optional(),
  expiresAt: time.optional(),
});
/** The user has paid; the money is on its way. */
export const paymentPending = z.strictObject({ type: z.literal('PaymentPending'), reference });
/** The bank wants the user to confirm, on a page at `url`. */
export const paymentActionRequired = z.strictObject({
  type: z.literal('PaymentActionRequired'),
  session: reference,
  url,
  expiresAt: time,
});
export const paymentFailed = z.strictObject({
  type: z.literal('PaymentFailed'),
  reason: text,
  /** Which attempt: one is told of once. */
  reference: reference.optional(),
  nextAttemptAt: time.optional(),
});
/** Its page was not used in time. */
export const paymentExpired = z.strictObject({ type: z.literal('PaymentExpired') });
export const paymentCaptured = z.strictObject({
  type: z.literal('PaymentCaptured'),
  reference,
  /** Where the provider shows the receipt. */
  receiptUrl: url.optional(),
  capturedAt: time,
});
/** Money came, and not as it was asked for. */
export const paymentMismatched = z.strictObject({
  type: z.literal('PaymentMismatched'),
  why: z.enum(['amount', 'currency', 'paid-twice']),
  reference,
  amountMinor,
  currency,
});
/**
 * Money that came and was not what was asked for, by the capture's reference. Nothing was granted for it, so nothing is taken back,
 * and its refunds have a total of their own.
 */
const mismatchedMoney = reference;
export const paymentRefunded = z.strictObject({
  type: z.literal('PaymentRefunded'),
  /** This time. */
  amountMinor,
  /** Of all refunds so far. */
  totalMinor: amountMinor,
  /** To be taken back for it. */
  credits,
  /** The refund's own id, where the provider tells of each; absent where it tells the total. */
  refund: reference.optional(),
  of: mismatchedMoney.optional(),
});
/** A refund that was told as a total before is told of by its own id as well. */
export const refundNamed = z.strictObject({
  type: z.literal('RefundNamed'),
  refund: reference,
  of: mismatchedMoney.optional(),
});
/** An admin asks the provider to give money back. Nothing went back yet: the provider tells when it did. */
export const refundAsked = z.strictObject({
  type: z.literal('RefundAsked'),
  /** Stands for the request's idempotency key. */
  key: z.string().min(1).max(64),
  amountMinor,
  askedAt: time,
});
/** The provider refused it. */
export const refundRefused = z.strictObject({ type: z.literal('RefundRefused'), key: z.string().min(1).max(64) });
export const disputeOpened = z.strictObject({
  type: z.literal('DisputeOpened'),
  dispute: reference,
  amountMinor,
  reason: text,
  /** Taken back for it. */
  credits,
  of: mismatchedMoney.optional(),
});
export const disputeClosed = z.strictObject({
  type: z.literal('DisputeClosed'),
  dispute: reference,
  outcome: z.enum(['won', 'lost']),
  /** Given back. */
  credits,
});

/** It was made where the app was before, and gave its credits there: nobody is told, and nothing is granted. */
export const paymentImported = z.strictObject({
  type: z.literal('PaymentImported'),
  provider: paymentProvider,
  purpose,
  item: z.string().min(1).max(60),
  name: z.string().max(60),
  amountMinor,
  currency,
  credits,
  status: z.enum(['captured', 'failed']),
  reference: reference.optional(),
  receiptUrl: url.optional(),
  failure: text.optional(),
  refundedMinor: amountMinor,
  requestedAt: time,
  capturedAt: time.optional(),
});

export const paymentEvent = z.discriminatedUnion('type', [
  paymentRequested,
  checkoutOpened,
  paymentPending,
  paymentActionRequired,
  paymentFailed,
  paymentExpired,
  paymentCaptured,
  paymentMismatched,
  paymentRefunded,
  refundNamed,
  refundAsked,
  refundRefused,
  disputeOpened,
  disputeClosed,
  paymentImported,
]);
export type PaymentEvent = Readonly<z.infer<typeof paymentEvent>>;
