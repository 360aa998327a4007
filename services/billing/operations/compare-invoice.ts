/** A subscription's invoice that was paid there, beside the payment and the period that it makes here. */
import type { Owner } from '#shared/owner.ts';
import { ifThere } from '../callbacks/applied.ts';
import type { PaidInvoice } from '../callbacks/facts.ts';
import { paymentOfInvoice } from '../callbacks/find-payment.ts';
import { periodOf } from '../domain/paid-period.ts';
import type { KnownPayment } from '../domain/payment-state.ts';
import { aboutOf, type Came, compareCapture, type Difference, moneyOf } from './compare.ts';
import { type Comparing, present, stateOf, subscriptionOf } from './comparing.ts';

/** A subscription's stream knows so many of its payments. */
const knownPeriods = 24;

/** An invoice tells no time of its own: that of its newest line is within seconds of it. */
const timeOf = ({ lines }: PaidInvoice): string =>
  lines.reduce(
    (newest, { from }) => (Date.parse(from) > Date.parse(newest) ? from : newest),
    new Date(0).toISOString(),
  );

/** As callbacks find it, but nothing is kept. */
const ownerOf = async (
  { app, references, stripe }: Comparing,
  { customer, subscription }: PaidInvoice,
): Promise<Owner | undefined> => {
  const known = await references.find(app, 'stripe', customer);
  const owner = known?.owner ?? (await ifThere(stripe.ownerOfSubscription(subscription)));
  return owner?.app === app ? owner : undefined;
};

/** Undefined when nobody knows whose it is. */
export const cameByInvoice = async (comparing: Comparing, invoice: PaidInvoice): Promise<Came | undefined> => {
  const owner = await ownerOf(comparing, invoice);
  if (!owner) return undefined;
  const { id: reference, amountMinor, currency } = invoice;
  const paymentId = paymentOfInvoice(comparing.app, reference);
  const fact = { kind: 'invoice-paid', invoice } as const;
  return { owner, paymentId, at: timeOf(invoice), reference, amountMinor, currency, fact };
};

const ofNobody = (invoice: PaidInvoice): Difference[] => {
  const { id: reference, lines, customer } = invoice;
  // Of a subscription that was not made here.
  if (lines.every(({ plan }) => plan === undefined)) return [];
  const what = `of the customer ${customer}, who is nobody here`;
  return [{ kind: 'owner unknown', at: timeOf(invoice), reference, there: moneyOf(invoice), what }];
};

/** Nothing is here of it; nothing needs to be where it pays for nothing, as a trial's. */
const unheard = async (comparing: Comparing, came: Came, invoice: PaidInvoice): Promise<Difference | undefined> => {
  const { observed } = await subscriptionOf(comparing, came.owner);
  const terms = observed?.reference === invoice.subscription ? observed : undefined;
  const paidFor = periodOf(invoice, comparing.plans, { terms });
  if (paidFor.outcome === 'nothing') return undefined;
  const what =
    paidFor.outcome === 'mismatched' && paidFor.why === 'plan-unknown'
      ? `the app sells no plan "${paidFor.plan}"`
      : 'its invoice was not heard of';
  return { kind: 'missing here', ...aboutOf(came), there: moneyOf(came), what, fact: came.fact };
};

/** The payment is here; what it pays for may not be. */
const unrecorded = async (comparing: Comparing, came: Came, state: KnownPayment): Promise<Difference | undefined> => {
  // Of a second subscription nothing is recorded: it is a difference until its money went back.
  if (state.status !== 'captured' || state.refundedMinor >= state.amountMinor) return undefined;
  const { payments: periods } = await subscriptionOf(comparing, came.owner);
  if (periods.includes(came.paymentId) || periods.length >= knownPeriods) return undefined;
  const money = { there: moneyOf(came), here: moneyOf(state) };
  return { kind: 'missing here', ...aboutOf(came), ...money, what: 'its period is not recorded', fact: came.fact };
};

export const compareInvoice = async (comparing: Comparing, invoice: PaidInvoice): Promise<Difference[]> => {
  comparing.seen.add(invoice.id);
  const came = await cameByInvoice(comparing, invoice);
  if (!came) return ofNobody(invoice);
  const state = await stateOf(comparing, came);
  if (state.status === 'unknown') return present([await unheard(comparing, came, invoice)]);
  return present([compareCapture(came, state) ?? (await unrecorded(comparing, came, state))]);
};
