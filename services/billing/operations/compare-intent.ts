/** A payment as Stripe lists it, beside ours: found by the mark that we put on it, or by the invoice that it pays. */
import { ifThere } from '../callbacks/applied.ts';
import type { Fact, PaidInvoice } from '../callbacks/facts.ts';
import type { PaymentAtProvider } from '../providers/provider.ts';
import type { PaymentRow } from '../read-models/payments.ts';
import { type Came, compareCapture, compareRefunds, type Difference, moneyOf } from './compare.ts';
import { cameByInvoice, compareInvoice } from './compare-invoice.ts';
import { type Comparing, type Found, present, stateOf } from './comparing.ts';

type PaymentRef = Extract<Fact, { kind: 'refunded' }>['payment'];

const refunded = ({ reference, refundedMinor }: PaymentAtProvider, payment: PaymentRef): Fact => ({
  kind: 'refunded',
  payment,
  refunded: { totalMinor: refundedMinor },
  reference,
});

const compareMarked = async (comparing: Comparing, intent: PaymentAtProvider, found: Found): Promise<Difference[]> => {
  const { reference, refundedMinor, createdAt: at } = intent;
  comparing.seen.add(reference);
  const payment = { by: 'metadata', ...found } as const;
  const money = { reference, ...moneyOf(intent) };
  const came: Came = { ...found, at, ...money, fact: { kind: 'captured', payment, ...money } };
  const state = await stateOf(comparing, found);
  const fact = state.status === 'unknown' ? undefined : refunded(intent, payment);
  return present([compareCapture(came, state), compareRefunds(came, { reference, refundedMinor, fact }, state)]);
};

/** It bears no mark of ours: its invoice does. */
const compareInvoiced = async (
  comparing: Comparing,
  intent: PaymentAtProvider,
  invoice: PaidInvoice,
): Promise<Difference[]> => {
  const { reference, refundedMinor, createdAt: at } = intent;
  // Begun before the time that is read, and paid in it.
  const captures = comparing.seen.has(invoice.id) ? [] : await compareInvoice(comparing, invoice);
  const came = await cameByInvoice(comparing, invoice);
  if (!came) return captures;
  const fact = refunded(intent, { by: 'reference', reference });
  const back = { reference, refundedMinor, fact };
  return present([...captures, compareRefunds({ ...came, at }, back, await stateOf(comparing, came))]);
};

/** Undefined for one that bears no mark of this app. */
export const compareListed = async (
  comparing: Comparing,
  intent: PaymentAtProvider,
): Promise<Difference[] | undefined> => {
  const { app, stripe, references } = comparing;
  const { reference, status, owner, paymentId, createdAt: at } = intent;
  if (status !== 'captured') return [];
  if (owner && paymentId !== undefined) return compareMarked(comparing, intent, { owner, paymentId });
  const invoice = await ifThere(stripe.invoiceOfPayment(reference));
  if (invoice && invoice !== 'app-other') return compareInvoiced(comparing, intent, invoice);
  const known = await references.find(app, 'stripe', reference);
  if (known?.paymentId !== undefined)
    return compareMarked(comparing, intent, { owner: known.owner, paymentId: known.paymentId });
  if (!owner) return undefined;
  const what = 'it does not name its payment';
  return [{ kind: 'missing here', at, reference, user: owner.user, there: moneyOf(intent), what }];
};

const compareOne = async (comparing: Comparing, row: PaymentRow, reference: string): Promise<Difference[]> => {
  const { app, user, id: paymentId, via, requestedAt: at } = row;
  const unknown = (what: string): Difference[] => [
    { kind: 'unknown there', at, reference, user, paymentId, here: moneyOf(row), what },
  ];
  if (via === 'invoice') {
    const invoice = await ifThere(comparing.stripe.readInvoice(reference));
    return invoice ? compareInvoice(comparing, invoice) : unknown('Stripe knows no such paid invoice');
  }
  const intent = await ifThere(comparing.stripe.readPayment(reference));
  if (!intent) return unknown('Stripe knows no such payment');
  if (intent.status !== 'captured') return unknown(`Stripe says that it is ${intent.status}`);
  return compareMarked(comparing, intent, { owner: { app, user }, paymentId });
};

/** Money that came here and was not in Stripe's lists: Stripe is asked for it. */
export const compareOurs = async (comparing: Comparing, row: PaymentRow): Promise<Difference[]> => {
  const { status, reference, mismatches = [], amountMinor } = row;
  // Nothing to pay has no payment there.
  if (amountMinor === 0) return [];
  const captured = status === 'captured' && reference !== undefined ? [reference] : [];
  const differences: Difference[] = [];
  for (const came of [...captured, ...mismatches.map((mismatch) => mismatch.reference)])
    if (!comparing.seen.has(came)) differences.push(...(await compareOne(comparing, row, came)));
  return differences;
};
