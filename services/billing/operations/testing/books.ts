/** An app's books for tests of the operators' commands: real tables, an account file that tells of them, Stripe set by hand. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import canonicalize from 'canonicalize';
import { definitions } from '#apps';
import type { Catalog } from '#services/catalog/contracts.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { newId } from '#shared/ids.ts';
import { startDynamoDb } from '#shared/testing/dynamodb.ts';
import { callbackIndexes, callbackTable } from '../../callbacks/callback-table.ts';
import type { PaymentCommand } from '../../domain/payment-commands.ts';
import type { PaymentEvent } from '../../domain/payment-events.ts';
import { type Order, type Payment, paymentStream } from '../../domain/payment-state.ts';
import type { SubscriptionCommand } from '../../domain/subscription-commands.ts';
import type { SubscriptionEvent } from '../../domain/subscription-events.ts';
import { type Subscription, subscriptionStream } from '../../domain/subscription-state.ts';
import { paymentHandler } from '../../handle-payment.ts';
import { subscriptionHandler } from '../../handle-subscription.ts';
import { type PaymentRow, paymentIndexes, paymentRow, paymentRows } from '../../read-models/payments.ts';
import { referenceTable } from '../../storage/references.ts';
import { byDue, dueTable, subscriptionRow } from '../../subscriptions/due-table.ts';
import { order } from '../../test/payment-words.ts';
import { day, plus } from '../../test/subscriptions.ts';
import { runBilling } from '../run.ts';
import { stripeAccount } from './stripe-account.ts';

export const tables = {
  Events: 'b-events',
  Payments: 'b-payments',
  Subscriptions: 'b-subscriptions',
  References: 'b-references',
  Callbacks: 'b-callbacks',
};
const meta = { actor: 'system:test', correlationId: 'request-0' };

/** Any app sells the plan. */
const catalogOf = (): Catalog => {
  const [lab] = definitions;
  if (!lab) throw new Error('there is no app');
  return { app: async (id) => (id === 'nowhere' ? undefined : { ...lab, id, plans: [plus] }) };
};

/** The tables of all tests of a file. */
export const startBooks = async () => {
  const dynamoDb = await startDynamoDb();
  const folder = await mkdtemp(join(tmpdir(), 'billing-test-'));
  const accountFile = join(folder, 'account.json');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const place = { endpoint: dynamoDb.endpoint, region: 'eu-west-1', credentials };
  await writeFile(accountFile, JSON.stringify({ ...place, tables: { TesseraBilling: tables } }));
  await dynamoDb.createEventsTable(tables.Events);
  await dynamoDb.createKeyedTable(tables.References, 'key');
  await dynamoDb.createIndexedTable(tables.Subscriptions, ['owner'], { [byDue.name]: byDue });
  await dynamoDb.createIndexedTable(tables.Payments, ['id'], paymentIndexes);
  await dynamoDb.createIndexedTable(tables.Callbacks, ['app', 'id'], callbackIndexes);
  return {
    client: dynamoDb.client,
    endpoint: dynamoDb.endpoint,
    folder,
    accountFile,
    async close() {
      await dynamoDb.close();
      await rm(folder, { recursive: true });
    },
  };
};
export type TestBooks = Awaited<ReturnType<typeof startBooks>>;

let apps = 0;

/** A new app of one user. Payments are asked for on the first day of 2027 unless told otherwise. */
export const newApp = ({ client, accountFile }: Pick<TestBooks, 'client' | 'accountFile'>) => {
  apps += 1;
  const owner = { app: `app-${apps}`, user: 'user-1' };
  const stripe = stripeAccount();
  const payments = dynamoEventStore<Payment, PaymentEvent>(client, tables.Events);
  const subscriptions = dynamoEventStore<Subscription, SubscriptionEvent>(client, tables.Events);
  const rows = paymentRows(client, tables.Payments);
  const handle = paymentHandler(payments);

  /** As the service does it: the command, then the row. */
  const tell = async (paymentId: string, command: PaymentCommand): Promise<void> => {
    const stream = paymentStream(owner, paymentId);
    await handle(stream, command, meta);
    const [newest] = await payments.read(stream, { direction: 'backward', limit: 1 });
    const row: PaymentRow | undefined = newest && paymentRow(newest);
    if (row) await rows.write(row);
  };
  /** The same of the user's subscription. */
  const tellSubscription = async (...commands: readonly SubscriptionCommand[]): Promise<void> => {
    const stream = subscriptionStream(owner);
    for (const command of commands) await subscriptionHandler(subscriptions)(stream, command, meta);
    const [newest] = await subscriptions.read(stream, { direction: 'backward', limit: 1 });
    if (newest) await dueTable(client, tables.Subscriptions).write(subscriptionRow(newest));
  };
  /** Runs a command; what it said and its exit code. */
  const billing = async (...args: string[]) => {
    const said: string[] = [];
    const complaints: string[] = [];
    const output = {
      print: (text: string) => said.push(text),
      complain: (text: string) => complaints.push(text),
      progress: () => undefined,
    };
    const code = await runBilling([...args, '--account', accountFile], output, {
      catalog: catalogOf(),
      providersOf: async () => ({ stripe: stripe.api }),
      now: () => day(40),
    });
    return { code, said: said.join('\n'), complaint: complaints.join('\n') };
  };
  return {
    owner,
    stripe,
    references: referenceTable(client, tables.References),
    callbacks: callbackTable(client, tables.Callbacks),
    tell,
    tellSubscription,
    billing,
    /** Asked for; gives its id. */
    async request(changes: Partial<Order> = {}, at = day(1)): Promise<string> {
      const paymentId = newId('pay');
      await tell(paymentId, { type: 'RequestPayment', at, order: order(changes) });
      return paymentId;
    },
    async reconcile(...args: string[]) {
      const all = ['reconcile', '--app', owner.app, '--since', day(0).slice(0, 10), '--json', ...args];
      const { code, said, complaint } = await billing(...all);
      return { code, complaint, ...(said === '' ? {} : JSON.parse(said)) };
    },
    eventsOf: async (paymentId: string) =>
      (await payments.read(paymentStream(owner, paymentId), { limit: 100 })).map(({ event, meta: { actor } }) => ({
        actor,
        ...event,
      })),
    stateOf: async (paymentId: string) => (await payments.load(paymentStream(owner, paymentId)))?.state,
    subscription: async () => (await subscriptions.load(subscriptionStream(owner)))?.state,
    /** Everything in the tables. */
    async everything(): Promise<string[]> {
      const scans = await Promise.all(
        Object.values(tables).map((TableName) => client.send(new ScanCommand({ TableName }))),
      );
      return scans
        .flatMap(({ Items = [] }) => Items.map((item) => canonicalize(JSON.parse(JSON.stringify(item))) ?? ''))
        .toSorted();
    },
  };
};
