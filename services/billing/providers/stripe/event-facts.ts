/** What an event of Stripe tells. Two apps may share an account: what another one made tells nothing here. */
import type { Fact, PaymentRef } from '../../callbacks/facts.ts';
import { fromStripeAmount } from '../../domain/money.ts';
import { isOfSubscription, paidInvoice } from './invoices.ts';
import { isAnothers, paymentNamed } from './metadata.ts';
import { wantsUser } from './saved-method.ts';
import { charge, checkoutSession, dispute, invoice, paidSession, paymentIntent, subscriptionNamed } from './shapes.ts';

interface About {
  readonly app: string;
  readonly eventId: string;
}
/** @throws z.ZodError for an object that is not understood */
type Reader = (object: unknown, about: About) => readonly Fact[];

const byMetadata = (app: string, metadata: Parameters<typeof paymentNamed>[1]): PaymentRef | undefined => {
  const named = paymentNamed(app, metadata);
  return named && { by: 'metadata', ...named };
};

/** The payment intent stands for the payment, and the page's session too; a page of nothing to pay has no intent. */
const idsOf = ({ id, payment_intent }: { id: string; payment_intent?: string | null | undefined }) =>
  payment_intent ? { reference: payment_intent, alias: id } : { reference: id };

const sessionOfPlan: Reader = (object, { app }) => {
  const { subscription, customer, invoice, payment_status, metadata } = checkoutSession.parse(object);
  if (!subscription || !customer || isAnothers(app, metadata)) return [];
  const touched = { kind: 'subscription-touched', subscription, customer } as const;
  return payment_status === 'paid' && invoice ? [touched, { kind: 'invoice-named', invoice, customer }] : [touched];
};

/** Of a page to pay once `once` reads it, when it is ours; of one to subscribe on `sessionOfPlan`. */
const session =
  (once: (object: unknown, payment: PaymentRef) => Fact): Reader =>
  (object, about) => {
    const { mode, metadata } = checkoutSession.parse(object);
    if (mode === 'subscription') return sessionOfPlan(object, about);
    const payment = mode === 'payment' ? byMetadata(about.app, metadata) : undefined;
    return payment ? [once(object, payment)] : [];
  };

const sessionPaid = (object: unknown, payment: PaymentRef): Fact => {
  const paid = paidSession.parse(object);
  const ids = idsOf(paid);
  if (paid.payment_status === 'unpaid') return { kind: 'pending', payment, ...ids };
  const { currency } = paid;
  return { kind: 'captured', payment, ...ids, amountMinor: fromStripeAmount(paid.amount_total, currency), currency };
};

const sessionFailed = (object: unknown, payment: PaymentRef): Fact => ({
  kind: 'failed',
  payment,
  reference: idsOf(checkoutSession.parse(object)).reference,
  reason: 'async-payment-failed',
});

const sessionExpired = (object: unknown, payment: PaymentRef): Fact => ({
  kind: 'expired',
  payment,
  session: checkoutSession.parse(object).id,
});

/** Only with our metadata: one without is an invoice's, whose own event tells of it. */
const intentSucceeded: Reader = (object, { app }) => {
  const { id, metadata, amount, amount_received, currency } = paymentIntent.parse(object);
  const payment = byMetadata(app, metadata);
  if (!payment) return [];
  const amountMinor = fromStripeAmount(amount_received ?? amount, currency);
  return [{ kind: 'captured', payment, reference: id, amountMinor, currency }];
};

const intentFailed: Reader = (object, { app, eventId }) => {
  const { metadata, latest_charge, last_payment_error: error } = paymentIntent.parse(object);
  const payment = byMetadata(app, metadata);
  // That the user must confirm is no failure: whoever charged off session was told so, and goes on.
  if (!payment || error?.code === wantsUser || error?.decline_code === wantsUser) return [];
  const reference = error?.charge ?? latest_charge?.id ?? eventId;
  return [{ kind: 'failed', payment, reference, reason: error?.decline_code ?? error?.code ?? 'declined' }];
};

const invoicePaid: Reader = (object, { app }) => {
  const found = invoice.parse(object);
  if (!isOfSubscription(app, found)) return [];
  // An event holds the first lines only.
  if (found.hasMoreLines) return [{ kind: 'invoice-named', invoice: found.id, customer: found.customer }];
  return [{ kind: 'invoice-paid', invoice: paidInvoice(app, found) }];
};

const invoiceFailed: Reader = (object, { app }) => {
  const found = invoice.parse(object);
  if (!isOfSubscription(app, found)) return [];
  const { id, subscription, customer, amount_due, currency, next_payment_attempt, hosted_invoice_url } = found;
  return [
    {
      kind: 'invoice-failed',
      invoice: id,
      subscription,
      customer,
      amountMinor: fromStripeAmount(amount_due, currency),
      currency,
      ...(next_payment_attempt ? { nextAttemptAt: next_payment_attempt } : {}),
      ...(hosted_invoice_url ? { url: hosted_invoice_url } : {}),
    },
    { kind: 'subscription-touched', subscription, customer },
  ];
};

const subscriptionTouched: Reader = (object, { app }) => {
  const { id, customer, metadata } = subscriptionNamed.parse(object);
  return isAnothers(app, metadata) ? [] : [{ kind: 'subscription-touched', subscription: id, customer }];
};

const trialEnding: Reader = (object, { app }) => {
  const { id, customer, metadata, trial_end } = subscriptionNamed.parse(object);
  if (isAnothers(app, metadata) || !trial_end) return [];
  return [{ kind: 'trial-ending', subscription: id, customer, endsAt: trial_end }];
};

/** A charge has its intent's metadata, a dispute has not. One without an intent was not made by us. */
const paymentOf = (
  app: string,
  {
    metadata,
    payment_intent,
  }: { metadata?: Parameters<typeof paymentNamed>[1]; payment_intent?: string | null | undefined },
): PaymentRef | undefined => {
  if (isAnothers(app, metadata) || !payment_intent) return undefined;
  return byMetadata(app, metadata) ?? { by: 'reference', reference: payment_intent };
};

/** Which money it is, where a payment was paid twice. */
const intentOf = ({ payment_intent }: { payment_intent?: string | null | undefined }) =>
  payment_intent ? { reference: payment_intent } : {};

const chargeRefunded: Reader = (object, { app }) => {
  const found = charge.parse(object);
  const payment = paymentOf(app, found);
  const totalMinor = fromStripeAmount(found.amount_refunded, found.currency);
  return payment ? [{ kind: 'refunded', payment, ...intentOf(found), refunded: { totalMinor } }] : [];
};

type DisputeFact = 'dispute-opened' | 'dispute-won' | 'dispute-lost';

const disputed =
  (kindOf: (status: string) => DisputeFact | undefined): Reader =>
  (object, { app }) => {
    const found = dispute.parse(object);
    const { id, amount, currency, reason, status } = found;
    const [payment, kind] = [paymentOf(app, found), kindOf(status)];
    if (!payment || !kind) return [];
    const amountMinor = fromStripeAmount(amount, currency);
    return [{ kind, payment, ...intentOf(found), dispute: id, amountMinor, reason }];
  };

/** While it is only asked about, no money moves. */
const disputeOpened = disputed((status) => (status.startsWith('warning_') ? undefined : 'dispute-opened'));
const disputeClosed = disputed((status) => {
  if (status === 'won') return 'dispute-won';
  return status === 'lost' ? 'dispute-lost' : undefined;
});

const readers: ReadonlyMap<string, Reader> = new Map([
  ['checkout.session.completed', session(sessionPaid)],
  ['checkout.session.async_payment_succeeded', session(sessionPaid)],
  ['checkout.session.async_payment_failed', session(sessionFailed)],
  ['checkout.session.expired', session(sessionExpired)],
  ['payment_intent.succeeded', intentSucceeded],
  ['payment_intent.payment_failed', intentFailed],
  ['invoice.paid', invoicePaid],
  ['invoice.payment_failed', invoiceFailed],
  ['customer.subscription.created', subscriptionTouched],
  ['customer.subscription.updated', subscriptionTouched],
  ['customer.subscription.deleted', subscriptionTouched],
  ['customer.subscription.paused', subscriptionTouched],
  ['customer.subscription.resumed', subscriptionTouched],
  ['customer.subscription.trial_will_end', trialEnding],
  ['charge.refunded', chargeRefunded],
  ['charge.dispute.created', disputeOpened],
  // A question that became a dispute is not created again: the money that is taken tells.
  ['charge.dispute.funds_withdrawn', disputeOpened],
  ['charge.dispute.closed', disputeClosed],
]);

/** Types that tell something; all others have no facts. */
export const eventTypes: readonly string[] = [...readers.keys()];

/** @throws z.ZodError for an object that is not understood */
export const factsOf = (type: string, object: unknown, about: About): readonly Fact[] =>
  readers.get(type)?.(object, about) ?? [];
