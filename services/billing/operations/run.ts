/** The operators' commands over payments: `reconcile`, `show`, `rebuild`. */
import { randomUUID } from 'node:crypto';
import type { Catalog } from '#services/catalog/contracts.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { runRebuild } from '#shared/operations/rebuild.ts';
import { runCommand } from '#shared/operations/run-command.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import { applyFact } from '../callbacks/apply-fact.ts';
import { callbackTable } from '../callbacks/callback-table.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import type { Payment } from '../domain/payment-state.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import type { Subscription } from '../domain/subscription-state.ts';
import { paymentHandler } from '../handle-payment.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import type { ProvidersOf } from '../providers/provider.ts';
import { setupSecret } from '../providers/setup.ts';
import { paymentRows } from '../read-models/payments.ts';
import { referenceTable } from '../storage/references.ts';
import { dueTable } from '../subscriptions/due-table.ts';
import { observeSubscription } from '../subscriptions/observe.ts';
import { type Books, connect, explain } from './connect.ts';
import { mend } from './mend.ts';
import { type BillingOptions, readOptions, usage } from './options.ts';
import { listsIn, writesOf } from './rebuild.ts';
import { type ReconcileOptions, reconcile } from './reconcile.ts';
import { findingsReport, historyReport, mendedReport } from './reports.ts';
import { historyOf } from './show.ts';

type Options<Command extends BillingOptions['command']> = Extract<BillingOptions, { readonly command: Command }>;

export interface BillingParts {
  /** Default: the catalog's function where the payments are. */
  readonly catalog?: Catalog;
  /** Default: by the app's secret there. */
  readonly providersOf?: ProvidersOf;
  /** Default: the clock. */
  readonly now?: () => string;
}

const storesIn = ({ client, tables }: Books) => ({
  payments: dynamoEventStore<Payment, PaymentEvent>(client, tables.events),
  subscriptions: dynamoEventStore<Subscription, SubscriptionEvent>(client, tables.events),
  references: referenceTable(client, tables.references),
  rows: paymentRows(client, tables.payments),
  due: dueTable(client, tables.subscriptions),
});

type Stores = ReturnType<typeof storesIn>;

const applierOf = (
  { payments, subscriptions, references }: Stores,
  { catalog, providersOf }: Books,
  now: () => string,
) => {
  const handleSubscription = subscriptionHandler(subscriptions);
  return applyFact({
    catalog,
    providersOf,
    references,
    handlePayment: paymentHandler(payments),
    handleSubscription,
    observe: observeSubscription({ store: subscriptions, handle: handleSubscription, now }),
    now,
  });
};

const plansOf = async (catalog: Catalog, app: string) => {
  const definition = await catalog.app(app);
  if (!definition) throw new OperatorError(`there is no app "${app}"`);
  return definition.plans;
};

const stripeOf = async ({ providersOf, place }: Books, app: string) => {
  const { stripe, paymob } = await providersOf(app);
  if (!stripe && !paymob)
    throw new OperatorError(`${app} has no payment provider: there is no secret ${setupSecret(app)} in ${place}`);
  return stripe;
};

const reconcilePayments = async (
  books: Books,
  options: Options<'reconcile'>,
  output: Output,
  now: () => string,
): Promise<number> => {
  const { app, span, shared, fix, json } = options;
  const stores = storesIn(books);
  const compared: ReconcileOptions = {
    ...stores,
    app,
    span,
    shared,
    plans: await plansOf(books.catalog, app),
    stripe: await stripeOf(books, app),
    onProgress: ({ there, ours }) =>
      output.progress(`${there.toLocaleString('en')} at Stripe, ${ours.toLocaleString('en')} here`),
  };
  const findings = await reconcile(compared);
  output.progress(undefined);
  if (!json) output.print(findingsReport(app, span, findings));
  const mended = fix
    ? await mend({
        app,
        differences: findings.differences,
        apply: applierOf(stores, books, now),
        correlationId: `reconcile-${randomUUID()}`,
        onProgress: (done) => output.progress(`${done.toLocaleString('en')} applied`),
      })
    : [];
  const { differences: remaining } = mended.length === 0 ? findings : await reconcile(compared);
  output.progress(undefined);
  if (json)
    output.print(JSON.stringify({ app, ...span, ...findings, ...(fix ? { mended, remaining } : {}) }, undefined, 2));
  else if (mended.length > 0) output.print(mendedReport(mended, remaining));
  return remaining.length === 0 ? 0 : 1;
};

const show = async (books: Books, { app, paymentId, json }: Options<'show'>, output: Output): Promise<number> => {
  const { client, tables, place } = books;
  const callbacks = callbackTable(client, tables.callbacks);
  const history = await historyOf({ ...storesIn(books), callbacks }, app, paymentId);
  if (!history) throw new OperatorError(`${app} has no payment ${paymentId} in ${place}`);
  output.print(json ? JSON.stringify(history, undefined, 2) : historyReport(history));
  return 0;
};

const rebuildLists = ({ client, tables }: Books, options: Options<'rebuild'>, output: Output): Promise<number> => {
  const { app, segments, checkpoint: file, json } = options;
  const isWanted = (stream: string): boolean => app === undefined || parseOwnerKey(stream).app === app;
  const read = { client, eventsTable: tables.events, readModels: listsIn(tables), writesOf, isWanted };
  return runRebuild({ ...read, only: app, segments, file, json }, output);
};

const perform = (
  books: Books,
  options: Exclude<BillingOptions, { command: 'help' }>,
  output: Output,
  now: () => string,
): Promise<number> => {
  switch (options.command) {
    case 'reconcile':
      return reconcilePayments(books, options, output, now);
    case 'show':
      return show(books, options, output);
    case 'rebuild':
      return rebuildLists(books, options, output);
  }
};

/** Runs one command. Answers the exit code: 0, 1 when differences were found or remain, 2 when the command could not run. */
export const runBilling = (
  args: readonly string[],
  output: Output,
  { catalog, providersOf, now = () => new Date().toISOString() }: BillingParts = {},
): Promise<number> =>
  runCommand(
    {
      name: 'billing',
      usage,
      readOptions,
      connect: async ({ where }: Exclude<BillingOptions, { command: 'help' }>) => {
        const found = await connect(where);
        return { ...found, catalog: catalog ?? found.catalog, providersOf: providersOf ?? found.providersOf };
      },
      perform: (books, options) => perform(books, options, output, now),
      explain,
    },
    args,
    output,
  );
