/** References, customers and what keys were used for, on real tables. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { customerTable } from './customers.ts';
import { referenceTable } from './references.ts';
import { requestKeyTable } from './request-keys.ts';

const owner = { app: 'sparky', user: 'user-1' };
const stranger = { ...owner, user: 'user-2' };
const elsewhere = { ...owner, app: 'nano-banana' };

let dynamo: TestDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());

test('FS8 a reference leads to its payment or its owner, and never to another', async () => {
  const references = referenceTable(dynamo.client, await dynamo.createKeyedTable('references', 'key'));
  const payment = { owner, paymentId: 'pay_1' };
  for (const _again of [1, 2]) {
    await references.keep('stripe', 'pi_1', payment);
    await references.keep('stripe', 'cus_1', { owner });
  }
  expect(await references.find('sparky', 'stripe', 'pi_1')).toEqual(payment);
  expect(await references.find('sparky', 'stripe', 'cus_1')).toEqual({ owner });
  for (const other of [{ owner: stranger, paymentId: 'pay_1' }, { owner, paymentId: 'pay_2' }, { owner }])
    await expect(references.keep('stripe', 'pi_1', other)).rejects.toThrow(/something else/);
  await expect(references.keep('stripe', 'cus_1', payment)).rejects.toThrow(/something else/);
  expect(await references.find('sparky', 'stripe', 'pi_1')).toEqual(payment);
});

test('I8 the same reference of another app or provider is another', async () => {
  const references = referenceTable(dynamo.client, await dynamo.createKeyedTable('references-2', 'key'));
  await references.keep('stripe', '77', { owner, paymentId: 'pay_1' });
  expect(await references.find('nano-banana', 'stripe', '77')).toBeUndefined();
  expect(await references.find('sparky', 'paymob', '77')).toBeUndefined();
  await references.keep('stripe', '77', { owner: elsewhere, paymentId: 'pay_2' });
  expect(await references.find('nano-banana', 'stripe', '77')).toEqual({ owner: elsewhere, paymentId: 'pay_2' });
});

test('FS8 of two that keep a reference for different payments at once, one is told', async () => {
  const references = referenceTable(dynamo.client, await dynamo.createKeyedTable('references-3', 'key'));
  const payments = Array.from({ length: 6 }, (_, n) => ({ owner, paymentId: `pay_${n}` }));
  const kept = await Promise.allSettled(payments.map((payment) => references.keep('stripe', 'pi_1', payment)));
  expect(kept.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('FS8 a user has one customer: of several made at once the first stays', async () => {
  const customers = customerTable(dynamo.client, await dynamo.createKeyedTable('customers', 'owner'));
  expect(await customers.find(owner)).toBeUndefined();
  const kept = await Promise.all(Array.from({ length: 6 }, (_, n) => customers.keep(owner, `cus_${n}`)));
  const [first] = kept;
  expect(new Set(kept)).toEqual(new Set([first]));
  expect(await customers.find(owner)).toBe(first);
  expect(await customers.find(elsewhere)).toBeUndefined();
  for (const _again of [1, 2]) await customers.remove(owner);
  expect(await customers.find(owner)).toBeUndefined();
  expect(await customers.keep(owner, 'cus_new')).toBe('cus_new');
});

test('FS3 a key stands for what it was used for first: for that user and app alone, and also of several at once', async () => {
  const keys = requestKeyTable(dynamo.client, await dynamo.createKeyedTable('request-keys', 'key'));
  const buys = (pack: string) => ['checkout', pack, undefined];
  for (const _again of [1, 2]) expect(await keys.claim(owner, 'k', buys('small'))).toBe(true);
  expect(await keys.claim(owner, 'k', buys('large'))).toBe(false);
  expect(await keys.claim(owner, 'k', ['checkout', undefined, 'small'])).toBe(false);
  for (const other of [stranger, elsewhere]) expect(await keys.claim(other, 'k', buys('large'))).toBe(true);
  const packs = Array.from({ length: 6 }, (_, n) => keys.claim(owner, 'at-once', buys(`pack-${n}`)));
  expect((await Promise.all(packs)).filter((isClaimed) => isClaimed)).toHaveLength(1);
});

test('PP8 a customer who is gone at Stripe is replaced once; nobody replaces a newer one', async () => {
  const customers = customerTable(dynamo.client, await dynamo.createKeyedTable('customers-2', 'owner'));
  await customers.keep(owner, 'cus_0');
  const replaced = await Promise.all(
    Array.from({ length: 6 }, (_, n) => customers.replace(owner, { before: 'cus_0', customer: `cus_new_${n}` })),
  );
  const [first] = replaced;
  expect(new Set(replaced)).toEqual(new Set([first]));
  expect(await customers.find(owner)).toBe(first);
  await customers.remove(owner);
  expect(await customers.replace(owner, { before: 'cus_0', customer: 'cus_late' })).toBe('cus_late');
  expect(await customers.find(owner)).toBeUndefined();
});

test('what is found is read consistently, and keeping is one write', async () => {
  const references = referenceTable(dynamo.client, await dynamo.createKeyedTable('references-4', 'key'));
  const calls = meter(dynamo.client);
  await references.keep('stripe', 'pi_1', { owner, paymentId: 'pay_1' });
  await references.find('sparky', 'stripe', 'pi_1');
  dynamo.client.middlewareStack.remove('meter');
  expect(calls).toEqual([
    { operation: 'PutItem', units: 1 },
    { operation: 'GetItem', units: 1 },
  ]);
});
