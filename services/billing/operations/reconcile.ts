/** An app's payments and subscriptions at Stripe against ours, both ways. Only reads; what is missing here is applied by `mend.ts`. */
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { PaymentAtProvider } from '../providers/provider.ts';
import type { PaymentRow, PaymentRows } from '../read-models/payments.ts';
import { type Difference, moneyOf } from './compare.ts';
import { compareListed, compareOurs } from './compare-intent.ts';
import { compareInvoice } from './compare-invoice.ts';
import { compareAtPaymob } from './compare-paymob.ts';
import { compareSubscription, type DueRows, entitledUsers } from './compare-subscription.ts';
import type { Comparing } from './comparing.ts';
import type { Span } from './options.ts';

export interface Findings {
  /** Captured payments and paid invoices at Stripe. */
  readonly payments: number;
  readonly invoices: number;
  /** Payments that were asked for here. */
  readonly ours: number;
  /** At Stripe, that live and give a plan by what is known here; whenever they began. */
  readonly subscriptions: number;
  /** Of our payments, Paymob's that were not captured: Paymob has no list to look them up in. */
  readonly cannotBeChecked: number;
  /** Captured there without a mark of this app, where the account serves others too. */
  readonly unmarked: number;
  /** Oldest first. */
  readonly differences: readonly Difference[];
}

export interface ReconcileOptions extends Omit<Comparing, 'seen' | 'stripe'> {
  /** Undefined for an app without keys of Stripe. */
  readonly stripe: Comparing['stripe'] | undefined;
  readonly rows: Pick<PaymentRows, 'listOfApp'>;
  readonly due: DueRows;
  readonly span: Span;
  /** The account at Stripe serves other apps too. */
  readonly shared: boolean;
  readonly onProgress?: (counts: { readonly there: number; readonly ours: number }) => void;
}

/** Each asks Stripe two things at most, which takes 25 a second while trying out. */
const atOnce = 8;
const rowsPage = 1_000;
/** Read back from now: a page may hold fewer than it could. */
const maxOurs = 100_000;

/** Works on all of them, some at once. */
const forEach = async <Item>(items: AsyncIterable<Item> | Iterable<Item>, work: (item: Item) => Promise<void>) => {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < atOnce) continue;
    await Promise.all(batch.map(work));
    batch = [];
  }
  await Promise.all(batch.map(work));
};

const isIn = ({ since, until }: Span, time: string): boolean =>
  Date.parse(time) >= Date.parse(since) && (until === undefined || Date.parse(time) < Date.parse(until));

/** Newest first. */
const ourPayments = async ({ rows, app, span, onProgress }: ReconcileOptions): Promise<PaymentRow[]> => {
  const ours: PaymentRow[] = [];
  let cursor: string | undefined;
  for (let read = 0; read < maxOurs; read += rowsPage) {
    const page = await rows.listOfApp(app, { limit: rowsPage, ...(cursor === undefined ? {} : { cursor }) });
    ours.push(...page.rows.filter(({ requestedAt }) => isIn(span, requestedAt)));
    onProgress?.({ there: 0, ours: ours.length });
    cursor = page.next;
    const oldest = page.rows.at(-1);
    if (cursor === undefined || (oldest && Date.parse(oldest.requestedAt) < Date.parse(span.since))) return ours;
  }
  throw new OperatorError(`there are more than ${maxOurs.toLocaleString('en')} payments since then`);
};

const hasMoney = ({ status }: PaymentRow): boolean => status === 'captured' || status === 'mismatched';

const ofNobody = (intent: PaymentAtProvider): Difference => {
  const { reference, createdAt: at } = intent;
  return { kind: 'owner unknown', at, reference, there: moneyOf(intent), what: 'it bears no mark of this app' };
};

/** A refund is told of behind the payment. */
const order = (one: Difference, other: Difference): number =>
  Date.parse(one.at) - Date.parse(other.at) ||
  Number(one.kind === 'refund missing') - Number(other.kind === 'refund missing');

const mismatchedAtPaymob = async (
  options: Pick<ReconcileOptions, 'payments'>,
  ours: readonly PaymentRow[],
): Promise<Difference[]> => {
  const differences: Difference[] = [];
  await forEach(
    ours.filter(({ provider }) => provider === 'paymob'),
    async (row) => {
      differences.push(...(await compareAtPaymob(options, row)));
    },
  );
  return differences;
};

const compareAll = async (
  comparing: Comparing,
  { span, shared, due, onProgress }: ReconcileOptions,
  ours: readonly PaymentRow[],
) => {
  const { stripe } = comparing;
  const counts = { payments: 0, invoices: 0, unmarked: 0, subscriptions: 0 };
  const differences: Difference[] = [];
  const told = () => onProgress?.({ there: counts.payments + counts.invoices, ours: ours.length });
  // First, for the payments of invoices are compared with what is known of these.
  await forEach(stripe.listPaidInvoices(span.since, span.until), async (invoice) => {
    differences.push(...(await compareInvoice(comparing, invoice)));
    counts.invoices += 1;
    told();
  });
  await forEach(stripe.listPayments(span.since, span.until), async (intent) => {
    if (intent.status !== 'captured') return;
    const found = await compareListed(comparing, intent);
    if (found) differences.push(...found);
    else if (shared) counts.unmarked += 1;
    else differences.push(ofNobody(intent));
    counts.payments += 1;
    told();
  });
  await forEach(
    ours.filter((row) => row.provider === 'stripe' && hasMoney(row)),
    async (row) => {
      differences.push(...(await compareOurs(comparing, row)));
    },
  );
  await forEach(entitledUsers(due, comparing.app), async (owner) => {
    const found = await compareSubscription(comparing, owner);
    if (found === 'none') return;
    if (found) differences.push(found);
    counts.subscriptions += 1;
  });
  return { ...counts, differences };
};

/** @throws OperatorError, ProviderFailure when it cannot be told */
export const reconcile = async (options: ReconcileOptions): Promise<Findings> => {
  const { app, plans, stripe, payments, subscriptions, references } = options;
  const ours = await ourPayments(options);
  const cannotBeChecked = ours.filter((row) => row.provider === 'paymob' && !hasMoney(row)).length;
  const counted = { ours: ours.length, cannotBeChecked };
  const atPaymob = await mismatchedAtPaymob(options, ours);
  if (stripe) {
    const comparing = { app, plans, stripe, payments, subscriptions, references, seen: new Set<string>() };
    const { differences, ...counts } = await compareAll(comparing, options, ours);
    return { ...counts, ...counted, differences: [...differences, ...atPaymob].toSorted(order) };
  }
  if (ours.some((row) => row.provider === 'stripe' && hasMoney(row)))
    throw new OperatorError(`${app} has payments at Stripe, and its secret has no keys of Stripe`);
  return { payments: 0, invoices: 0, unmarked: 0, subscriptions: 0, differences: atPaymob.toSorted(order), ...counted };
};
