import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { Problem } from '#shared/http/problem.ts';
import { newId } from '#shared/ids.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import { type Payment, paymentStream } from '../domain/payment-state.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import { type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import { paymentHandler } from '../handle-payment.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import type { SubscriptionRow } from '../subscriptions/due-table.ts';
import { openCheckout, recordCapture, requestPayment } from '../test/payment-words.ts';
import { observe } from '../test/subscriptions.ts';
import { type PaymentRow, type PaymentRows, paymentIndexes, paymentRow, paymentRows } from './payments.ts';
import { projectEvent } from './project-event.ts';

let dynamo: TestDynamoDb;
let rows: PaymentRows;
beforeAll(async () => {
  dynamo = await startDynamoDb();
  const indexes = Object.entries(paymentIndexes);
  await dynamo.client.send(
    new CreateTableCommand({
      TableName: 'payments',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: ['id', 'owner', 'app', 'sk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      GlobalSecondaryIndexes: indexes.map(([IndexName, { partitionKey, sortKey }]) => ({
        IndexName,
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: sortKey, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  );
  rows = paymentRows(dynamo.client, 'payments');
});
afterAll(() => dynamo.close());

const meta = { actor: 'system:test', correlationId: 'c-1' };
const time = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute)).toISOString();

/** A payment asked for at that minute, after each of its three events. */
const rowsOf = async (owner: { app: string; user: string }, minute: number): Promise<readonly PaymentRow[]> => {
  const store = memoryEventStore<Payment, PaymentEvent>();
  const handle = paymentHandler(store);
  const stream = paymentStream(owner, newId('pay'));
  for (const command of [requestPayment(), openCheckout('cs_1'), recordCapture('pi_1')])
    await handle(stream, { ...command, at: time(minute) }, meta);
  return (await store.read(stream, { limit: 9 })).flatMap((event) => paymentRow(event) ?? []);
};

test('SP6 a row is the newest one that was written, in whatever order they come', async () => {
  const [first, second, third] = await rowsOf({ app: 'order-app', user: 'u' }, 0);
  if (!first || !second || !third) throw new Error('three events make three rows');
  for (const row of [second, first, second]) await rows.write(row);
  expect(await rows.find(first.id)).toEqual(second);
  for (const row of [third, first, second]) await rows.write(row);
  expect(await rows.find(first.id)).toMatchObject({ status: 'captured', version: 3, reference: 'pi_1', user: 'u' });
  expect(await rows.find(newId('pay'))).toBeUndefined();
});

test('SP6 I8 payments are listed newest first, page by page, of a user or of the app and no other', async () => {
  const wanted: string[] = [];
  for (const [minute, user] of [
    [1, 'u1'],
    [2, 'u2'],
    [3, 'u1'],
    [4, 'u1'],
  ] as const) {
    const row = (await rowsOf({ app: 'list-app', user }, minute)).at(-1);
    if (!row) throw new Error('no row');
    await rows.write(row);
    wanted.unshift(row.id);
  }
  const [elsewhere] = await rowsOf({ app: 'list-app-2', user: 'u1' }, 5);
  if (elsewhere) await rows.write(elsewhere);
  const read = async (list: (options: { limit: number; cursor?: string }) => ReturnType<PaymentRows['listOfApp']>) => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      if (page.rows.length > 0) pages.push(page.rows.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined && pages.length < 9);
    return pages;
  };
  const [fourth = '', third = '', second = '', first = ''] = wanted;
  expect(await read((options) => rows.listOfApp('list-app', options))).toEqual([
    [fourth, third],
    [second, first],
  ]);
  expect(await read((options) => rows.listOfOwner('list-app#u1', options))).toEqual([[fourth, third], [first]]);
  await expect(rows.listOfApp('list-app', { limit: 2, cursor: 'bm90IG9uZQ' })).rejects.toBeInstanceOf(Problem);
  const { next: cursor } = await rows.listOfApp('list-app', { limit: 1 });
  const foreign = await rows.listOfApp('list-app-2', { limit: 9, ...(cursor === undefined ? {} : { cursor }) });
  expect(foreign.rows.every(({ app }) => app === 'list-app-2')).toBe(true);
});

test('SP6 of one events table, payments go to their list and subscriptions to theirs', async () => {
  const owner = { app: 'project-app', user: 'u' };
  const store = memoryEventStore<Subscription, SubscriptionEvent>();
  await subscriptionHandler(store)(subscriptionStream(owner), observe(time(0), 0), meta);
  const payments = memoryEventStore<Payment, PaymentEvent>();
  const stream = paymentStream(owner, newId('pay'));
  await paymentHandler(payments)(stream, requestPayment(), meta);
  const written: { payments: PaymentRow[]; subscriptions: SubscriptionRow[] } = { payments: [], subscriptions: [] };
  const project = projectEvent({
    payments: { write: async (row) => void written.payments.push(row) },
    subscriptions: { write: async (row) => void written.subscriptions.push(row) },
  });
  const subscribed = await store.read(subscriptionStream(owner), { limit: 9 });
  for (const recorded of [...subscribed, ...(await payments.read(stream, { limit: 9 }))]) await project(recorded);
  expect(written).toMatchObject({
    payments: [{ owner: 'project-app#u', status: 'requested' }],
    subscriptions: subscribed.map(({ version }) => ({ owner: 'project-app#u', version })),
  });
});
