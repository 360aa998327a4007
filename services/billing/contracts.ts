/** What others know of billing: the events that tell of money. Amounts are in the currency's smallest unit. */
import * as z from 'zod';
import { paymentProvider } from '#services/catalog/contracts.ts';
import { publishedEvent } from '#shared/messaging/published-event.ts';

export { type PaymentProvider, paymentProvider } from '#services/catalog/contracts.ts';

/** ISO 4217, capital letters. */
export const currency = z.string().regex(/^[A-Z]{3}$/);
export const amountMinor = z.int().min(0).max(1_000_000_000);

/** A pack is bought once; a plan's payment pays for one period of it. */
export const purpose = z.enum(['pack', 'plan']);

/** As the providers call them; `none`: the user never had one. */
export const subscriptionStatus = z.enum([
  'none',
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
]);
export type SubscriptionStatus = z.infer<typeof subscriptionStatus>;

const payment = {
  paymentId: z.string(),
  provider: paymentProvider,
  purpose,
  /** Id of the pack or plan. */
  item: z.string(),
  amountMinor,
  currency,
};
/** Of an automatic top-up. */
const topUpId = z.string().max(64).optional();
/** The grant that the payment's credits are in, and how many they were. */
const grant = { grantId: z.string(), granted: z.int().min(0) };

/** The money is there. Of a pack: its credits are to be granted, once by the payment's id. */
export const paymentCaptured = publishedEvent(
  'PaymentCaptured',
  z.object({ ...payment, credits: z.int().min(0), topUpId }),
);
/** It came to nothing, for now at least: a later attempt may still capture it. */
export const paymentFailed = publishedEvent(
  'PaymentFailed',
  z.object({ ...payment, reason: z.string(), topUpId, nextAttemptAt: z.iso.datetime().optional() }),
);
/** Only the user can go on, at this address. */
export const paymentActionRequired = publishedEvent(
  'PaymentActionRequired',
  z.object({ ...payment, url: z.string(), topUpId }),
);
/** Money came that is not what was asked for: nothing is granted, and people look at it. */
export const paymentMismatched = publishedEvent(
  'PaymentMismatched',
  z.object({ ...payment, why: z.string(), receivedMinor: amountMinor, receivedCurrency: currency }),
);
/** So much of it went back. `credits` are to be taken back, once by `revocationId`. */
export const paymentRefunded = publishedEvent(
  'PaymentRefunded',
  z.object({
    ...payment,
    revocationId: z.string(),
    refundedMinor: amountMinor,
    /** Of all refunds so far. */
    totalMinor: amountMinor,
    credits: z.int().min(0),
    ...grant,
  }),
);
/** The bank took the money back until it is decided whose it is: `credits` are taken back too, once by `revocationId`. */
export const disputeOpened = publishedEvent(
  'DisputeOpened',
  z.object({ ...payment, revocationId: z.string(), reason: z.string(), credits: z.int().min(0), ...grant }),
);
/** `credits` of that revocation are to be given back. */
export const disputeWon = publishedEvent(
  'DisputeWon',
  z.object({ ...payment, revocationId: z.string(), credits: z.int().min(0), ...grant }),
);
/** The bank has decided: the money is gone for good, and so are the credits that were taken back. */
export const disputeLost = publishedEvent('DisputeLost', z.object({ ...payment, revocationId: z.string() }));

/** A period was paid: the plan's credits for it are to be granted, once by the payment's id. */
export const subscriptionRenewed = publishedEvent(
  'SubscriptionRenewed',
  z.object({
    paymentId: z.string(),
    plan: z.string(),
    credits: z.int().min(0),
    /** What may stay of the periods before; null: all of it. */
    maxRollover: z.int().min(0).nullable(),
    from: z.iso.datetime(),
    until: z.iso.datetime(),
  }),
);
/** Which plan the user has by what they pay; null: the app's default one. Versions of one user are in order: only the newest counts. */
export const planEntitled = publishedEvent(
  'PlanEntitled',
  z.object({
    plan: z.string().nullable(),
    reason: z.string(),
    /** How the subscription, or what was prepaid, stands with it. Earlier ones do not say. */
    standing: z
      .object({
        status: subscriptionStatus,
        cancelAtPeriodEnd: z.boolean(),
        currentPeriodEnd: z.iso.datetime().nullable(),
        graceUntil: z.iso.datetime().nullable(),
      })
      .optional(),
  }),
);
/** How the user's subscription stands. */
export const subscriptionChanged = publishedEvent(
  'SubscriptionChanged',
  z.object({
    status: subscriptionStatus,
    plan: z.string().nullable(),
    cancelAtPeriodEnd: z.boolean(),
    currentPeriodEnd: z.iso.datetime().nullable(),
    /** While a payment is overdue: until then the plan stays. */
    graceUntil: z.iso.datetime().nullable(),
  }),
);
/** A free trial is over soon. */
export const trialEnding = publishedEvent('TrialEnding', z.object({ plan: z.string(), endsAt: z.iso.datetime() }));

/** Everything billing publishes. */
export const billingEvent = z.discriminatedUnion('type', [
  paymentCaptured,
  paymentFailed,
  paymentActionRequired,
  paymentMismatched,
  paymentRefunded,
  disputeOpened,
  disputeWon,
  disputeLost,
  subscriptionRenewed,
  planEntitled,
  subscriptionChanged,
  trialEnding,
]);
export type BillingEvent = z.infer<typeof billingEvent>;
