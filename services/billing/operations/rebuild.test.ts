/** The lists of payments and of due subscriptions, made from the events again beside the live projection. */
import { join } from 'node:path';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { paymentOfInvoice } from '../callbacks/find-payment.ts';
import { recordCapture } from '../test/payment-words.ts';
import { day } from '../test/subscriptions.ts';
import { newApp, startBooks, type TestBooks, tables } from './testing/books.ts';

let books: TestBooks;
beforeAll(async () => {
  books = await startBooks();
});
afterAll(() => books.close());

const rowOf = async (TableName: string, Key: Record<string, string>) =>
  (await books.client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
const paymentRow = (id: string) => rowOf(tables.Payments, { id });
const subscriptionRow = (app: string) => rowOf(tables.Subscriptions, { owner: `${app}#user-1` });

/** Two payments, of a pack and of a plan's invoice: the second one and the subscription have events and no rows. */
const lived = async () => {
  const app = newApp(books);
  const pack = await app.request();
  await app.tell(pack, { ...recordCapture('pi_1'), at: day(1) });
  app.stripe.charge('pi_1', { owner: app.owner, paymentId: pack });
  app.stripe.invoice('in_1', app.owner);
  expect(await app.reconcile('--fix')).toMatchObject({ code: 0 });
  const invoiced = paymentOfInvoice(app.owner.app, 'in_1');
  const rebuild = async (...args: string[]) => {
    const { code, said, complaint } = await app.billing('rebuild', '--json', '--app', app.owner.app, ...args);
    return { code, complaint, ...(said === '' ? {} : JSON.parse(said)) };
  };
  return { ...app, pack, invoiced, rebuild };
};

test('SP6 rows that are missing are made, as the live projection makes them; a second run writes nothing', async () => {
  const { owner, pack, invoiced, rebuild } = await lived();
  const before = await paymentRow(pack);
  expect(before).toMatchObject({ status: 'captured', version: 2 });
  await books.client.send(new DeleteCommand({ TableName: tables.Payments, Key: { id: pack } }));
  expect(await rebuild()).toMatchObject({ code: 0, rows: { payments: { written: 2 }, subscriptions: { written: 1 } } });
  expect(await paymentRow(pack)).toEqual(before);
  expect(await paymentRow(invoiced)).toMatchObject({ owner: `${owner.app}#user-1`, status: 'captured', item: 'plus' });
  expect(await subscriptionRow(owner.app)).toMatchObject({
    app: owner.app,
    status: 'active',
    dueAt: expect.any(String),
  });
  expect(await rebuild()).toMatchObject({
    rows: { payments: { written: 0, skipped: 2 }, subscriptions: { written: 0, skipped: 1 } },
  });
});

test('a row that is wrong is put right, one that is newer stays', async () => {
  const { owner, pack, invoiced, rebuild } = await lived();
  await rebuild();
  const right = await paymentRow(pack);
  const newer = { ...(await paymentRow(invoiced)), version: 99, status: 'mismatched' };
  const due = { owner: `${owner.app}#user-1`, version: 99 };
  for (const Item of [{ ...right, status: 'failed', old: 'attribute' }, newer])
    await books.client.send(new PutCommand({ TableName: tables.Payments, Item }));
  await books.client.send(new PutCommand({ TableName: tables.Subscriptions, Item: due }));
  expect(await rebuild()).toMatchObject({ rows: { payments: { written: 1 }, subscriptions: { written: 0 } } });
  expect(await paymentRow(pack)).toEqual(right);
  expect(await paymentRow(invoiced)).toEqual(newer);
  expect(await subscriptionRow(owner.app)).toEqual(due);
});

test('I8 of one app alone, where it is named; of all of them else', async () => {
  const one = await lived();
  const other = await lived();
  await one.rebuild();
  expect(await subscriptionRow(one.owner.app)).toBeDefined();
  expect(await subscriptionRow(other.owner.app)).toBeUndefined();
  const { code, said } = await one.billing('rebuild', '--checkpoint', join(books.folder, 'all.json'));
  expect(code).toBe(0);
  expect(said).toMatch(/^rebuild: [\d,]+ events in .*\n {2}read model +rows written +right already\n/);
  expect(await subscriptionRow(other.owner.app)).toBeDefined();
});
