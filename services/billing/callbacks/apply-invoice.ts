/** What a subscription's invoices tell: a paid one is a payment of its own and pays for a period, an unpaid one has failed for now. */
import type { Plan } from '#services/catalog/contracts.ts';
import type { Owner } from '#shared/owner.ts';
import { isBesideAnother } from '../domain/entitlement.ts';
import { type InvoicePeriod, type PeriodFacts, periodOf } from '../domain/paid-period.ts';
import { type KnownPayment, type Order, paymentStream } from '../domain/payment-state.ts';
import { paidPeriods } from '../domain/renewing.ts';
import { type RenewingPeriod, type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import { type Applied, handled, ifThere, mismatched, unmatched } from './applied.ts';
import { observe } from './apply-to-subscription.ts';
import type { Fact, PaidInvoice } from './facts.ts';
import { findOwner } from './find-owner.ts';
import { type Found, paymentOfInvoice } from './find-payment.ts';
import { type Scope, stripeOf } from './scope.ts';
import { revokeWhereGone } from './settle-period.ts';

/** An invoice, whose it is, and what it pays for by the catalog of now. */
interface Read {
  readonly found: Found;
  readonly invoice: PaidInvoice;
  readonly paidFor: InvoicePeriod;
  /** The user has another subscription that lives. */
  readonly isOther: boolean;
  readonly nameOf: (plan: string) => string;
  readonly priceOf: (plan: string) => RenewingPeriod['price'];
}

/** Another's terms say nothing of this one. */
const termsOf = ({ observed }: Subscription, { subscription }: PaidInvoice) =>
  observed?.reference === subscription ? observed : undefined;

/** Whoever subscribed before a price changed keeps theirs, which is the provider's to say; the catalog's is that of the others. */
const priceOf = (plans: readonly Plan[], terms: Subscription['observed'], plan: string): RenewingPeriod['price'] => {
  if (terms?.plan === plan) {
    const { amountMinor, currency, interval } = terms;
    return { amountMinor, currency, interval };
  }
  const price = plans.find(({ id }) => id === plan)?.price;
  return price ? { amountMinor: price.amount_minor, currency: price.currency, interval: price.interval } : undefined;
};

const read = async (scope: Scope, owner: Owner, invoice: PaidInvoice): Promise<Read | Applied> => {
  const observed = await observe(scope, owner, invoice.subscription);
  if ('outcome' in observed) return observed;
  const { state } = observed;
  const definition = await scope.catalog.app(scope.app);
  if (!definition) return unmatched('app-unknown', { owner });
  const { plans } = definition;
  return {
    found: { owner, paymentId: paymentOfInvoice(scope.app, invoice.id) },
    invoice,
    paidFor: periodOf(invoice, plans, {
      terms: termsOf(state, invoice),
      before: paidPeriods(state, invoice.subscription),
    }),
    isOther: !observed.accepted || isBesideAnother(state, invoice.subscription),
    nameOf: (id) => plans.find((plan) => plan.id === id)?.name ?? id,
    priceOf: (id) => priceOf(plans, termsOf(state, invoice), id),
  };
};

/** Asks for the payment as it stands in the invoice. Known already, it stays what it was when it was heard of first. */
const request = async (
  { handlePayment, references, meta, now }: Scope,
  found: Found,
  invoice: string,
  order: Pick<Order, 'item' | 'name' | 'amountMinor' | 'currency' | 'credits'>,
): Promise<void> => {
  const whole = { provider: 'stripe', purpose: 'plan', via: 'invoice', ...order } as const;
  const stream = paymentStream(found.owner, found.paymentId);
  const requested = await handlePayment(stream, { type: 'RequestPayment', at: now(), order: whole }, meta);
  if (!requested.accepted && requested.rejection !== 'order-differs') throw new Error(requested.rejection);
  await references.keep('stripe', invoice, found);
};

/** The payment as it is known now. */
const capture = async (
  { handlePayment, meta, now }: Scope,
  { found, invoice: { id, amountMinor, currency, receiptUrl } }: Read,
): Promise<KnownPayment> => {
  const receipt = receiptUrl === undefined ? {} : { receiptUrl };
  const { state } = await handlePayment(
    paymentStream(found.owner, found.paymentId),
    { type: 'RecordCapture', at: now(), reference: id, amountMinor, currency, ...receipt },
    meta,
  );
  if (state.status === 'unknown') throw new Error(`${found.paymentId} was asked for and is not known`);
  return state;
};

/** The credits that were promised first are those that are granted, and that a refund takes back. */
const recordPeriod = async (
  { handleSubscription, meta, now }: Scope,
  { found, invoice, priceOf }: Read,
  { credits }: KnownPayment,
  { kind, plan, maxRollover, from, until }: PeriodFacts,
): Promise<Applied> => {
  const { owner, paymentId } = found;
  const { id, subscription } = invoice;
  const price = priceOf(plan);
  const period = { kind, plan, credits, maxRollover, ...(price ? { price } : {}), from, until };
  const paid = { paymentId, provider: 'stripe', reference: subscription, ...period } as const;
  const recorded = await handleSubscription(
    subscriptionStream(owner),
    { type: 'RecordPeriodPaid', at: now(), paid },
    meta,
  );
  if (recorded.accepted) return handled(found);
  if (recorded.rejection === 'subscription-other') return mismatched(recorded.rejection, found);
  throw new Error(`the period of ${id} is not recorded: ${recorded.rejection}`);
};

/** What was paid is known as a payment also where nothing is granted for it: people see it, and can give it back. */
const applyPaid = async (scope: Scope, reading: Read): Promise<Applied> => {
  const { found, invoice, paidFor, isOther, nameOf } = reading;
  const { amountMinor, currency } = invoice;
  switch (paidFor.outcome) {
    case 'nothing':
      return { outcome: 'ignored', owner: found.owner };
    case 'mismatched': {
      if (paidFor.why === 'plan-unknown') return unmatched(paidFor.why, { owner: found.owner });
      const { expected, period } = paidFor;
      const { plan: item } = period;
      await request(scope, found, invoice.id, { item, name: nameOf(item), ...expected, credits: 0 });
      await capture(scope, reading);
      return mismatched(paidFor.why, found);
    }
    case 'paid': {
      const { plan: item, credits } = paidFor.period;
      const name = nameOf(item);
      await request(scope, found, invoice.id, { item, name, amountMinor, currency, credits: isOther ? 0 : credits });
      const payment = await capture(scope, reading);
      if (payment.status !== 'captured') return mismatched('money-differs', found);
      const applied = await recordPeriod(scope, reading, payment, paidFor.period);
      // It may have gone back before its period was recorded.
      await revokeWhereGone(scope, found, payment);
      return applied;
    }
  }
};

export const applyInvoicePaid = async (scope: Scope, invoice: PaidInvoice): Promise<Applied> => {
  const owner = await findOwner(scope, invoice);
  if ('outcome' in owner) return owner;
  const reading = await read(scope, owner, invoice);
  return 'outcome' in reading ? reading : applyPaid(scope, reading);
};

export const applyInvoiceNamed = async (scope: Scope, named: string): Promise<Applied> => {
  const invoice = await ifThere(stripeOf(scope).readInvoice(named));
  return invoice ? applyInvoicePaid(scope, invoice) : unmatched('invoice-unknown');
};

type InvoiceFailed = Extract<Fact, { kind: 'invoice-failed' }>;

/** The provider has no name for an attempt: the next one's time tells them apart. */
const attemptOf = ({ invoice, nextAttemptAt = 'last' }: InvoiceFailed): string => `${invoice}:${nextAttemptAt}`;

/**
 * What was to be paid: a whole period, as the subscription is seen to cost, while it waits for that money. What an upgrade would have
 * given is not known before it is paid; nobody has it meanwhile.
 */
const owedOf = (
  { observed }: Subscription,
  { subscription, amountMinor, currency }: InvoiceFailed,
  plans: readonly Plan[],
): Plan | undefined => {
  const waits = observed?.status === 'past_due' || observed?.status === 'unpaid' || observed?.status === 'incomplete';
  const isPeriod = observed?.amountMinor === amountMinor && observed.currency === currency;
  if (!waits || !isPeriod || observed.reference !== subscription) return undefined;
  return plans.find(({ id }) => id === observed.plan);
};

/** The user need not wait for the next attempt: the invoice has a page of its own. It stays the same, whichever attempt fails. */
const openInvoice = async (
  { handlePayment, meta, now }: Scope,
  { owner, paymentId }: Found,
  { invoice: session, url }: InvoiceFailed,
): Promise<void> => {
  if (url === undefined) return;
  const command = { type: 'OpenCheckout', at: now(), page: { session, url } } as const;
  const opened = await handlePayment(paymentStream(owner, paymentId), command, meta);
  if (!opened.accepted) throw new Error(`the payment of ${session} refused its page: ${opened.rejection}`);
};

export const applyInvoiceFailed = async (scope: Scope, fact: InvoiceFailed): Promise<Applied> => {
  const owner = await findOwner(scope, fact);
  if ('outcome' in owner) return owner;
  const observed = await observe(scope, owner, fact.subscription);
  if ('outcome' in observed) return observed;
  if (!observed.accepted) return mismatched(observed.rejection, { owner });
  const { invoice, amountMinor, currency, nextAttemptAt } = fact;
  const plan = owedOf(observed.state, fact, (await scope.catalog.app(scope.app))?.plans ?? []);
  if (!plan) return handled({ owner });
  const found = { owner, paymentId: paymentOfInvoice(scope.app, invoice) };
  const { id: item, name, monthly_credits: credits } = plan;
  await request(scope, found, invoice, { item, name, amountMinor, currency, credits });
  await openInvoice(scope, found, fact);
  const again = nextAttemptAt === undefined ? {} : { nextAttemptAt };
  await scope.handlePayment(
    paymentStream(owner, found.paymentId),
    { type: 'RecordFailure', at: scope.now(), reason: 'invoice-payment-failed', reference: attemptOf(fact), ...again },
    scope.meta,
  );
  return handled(found);
};
