import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { pseudonymTable } from './pseudonym-table.ts';

let dynamo: TestDynamoDb;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());

const newTable = async () => {
  tables += 1;
  const name = await dynamo.createKeyedTable(`pseudonyms-${tables}`, 'owner');
  const itemOf = async (owner: string) =>
    (await dynamo.client.send(new GetCommand({ TableName: name, Key: { owner }, ConsistentRead: true }))).Item;
  return { pseudonyms: pseudonymTable(dynamo.client, name), itemOf };
};
const ownersUpTo = (count: number) => Array.from({ length: count }, (_, n) => `sparky#user-${n}`);
const counted = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
  const calls = meter(dynamo.client);
  await work();
  dynamo.client.middlewareStack.remove('meter');
  return Object.fromEntries(
    Object.entries(Object.groupBy(calls, ({ operation }) => operation)).map(([name, list = []]) => [name, list.length]),
  );
};

test('X7 a user has one key, each user another, and it stays', async () => {
  const { pseudonyms } = await newTable();
  const first = await pseudonyms.keysOf(['sparky#user-1', 'nano-banana#user-1', 'sparky#user-1']);
  expect(new Set(first.values()).size).toBe(2);
  expect(Buffer.from(first.get('sparky#user-1') ?? '', 'base64')).toHaveLength(32);
  expect(await pseudonyms.keysOf(['sparky#user-1', 'nano-banana#user-1'])).toEqual(first);
  expect(await pseudonyms.keysOf([])).toEqual(new Map());
});

test('X7 who asks at the same time is given the same key', async () => {
  const { pseudonyms } = await newTable();
  const asked = await Promise.all(Array.from({ length: 8 }, () => pseudonyms.keysOf(['sparky#user-1'])));
  expect(new Set(asked.map((keys) => keys.get('sparky#user-1'))).size).toBe(1);
});

test('X7 100 events of 10 users are one read, and ten writes the first time', async () => {
  const { pseudonyms } = await newTable();
  const events = Array.from({ length: 100 }, (_, n) => `sparky#user-${n % 10}`);
  expect(await counted(() => pseudonyms.keysOf(events))).toEqual({ BatchGetItem: 1, PutItem: 10 });
  expect(await counted(() => pseudonyms.keysOf(events))).toEqual({ BatchGetItem: 1 });
});

test('X7 more users than a read takes are read in several, and each gets a key', async () => {
  const { pseudonyms } = await newTable();
  const owners = ownersUpTo(230);
  const keys = await pseudonyms.keysOf(owners);
  expect(new Set(keys.values()).size).toBe(230);
  expect(await counted(() => pseudonyms.keysOf(owners))).toEqual({ BatchGetItem: 3 });
  expect(await pseudonyms.keysOf(owners)).toEqual(keys);
});

test('X7 of who has left nothing is kept but that they have, and what is late has a key of its own each time', async () => {
  const { pseudonyms, itemOf } = await newTable();
  const owner = { app: 'sparky', user: 'user-1' };
  const before = (await pseudonyms.keysOf(['sparky#user-1'])).get('sparky#user-1');
  const at = new Date('2026-11-05T10:00:00.000Z');
  for (const _again of [1, 2]) await pseudonyms.forget(owner, at);
  expect(await itemOf('sparky#user-1')).toEqual({
    owner: 'sparky#user-1',
    expires: Date.parse('2027-03-05T10:00:00.000Z') / 1_000,
  });
  const late = await Promise.all(
    [1, 2].map(async () => (await pseudonyms.keysOf(['sparky#user-1'])).get('sparky#user-1')),
  );
  expect(new Set([before, ...late]).size).toBe(3);
  expect(await itemOf('sparky#user-1')).not.toHaveProperty('key');
});

test('X7 who leaves unknown is not met as new afterwards', async () => {
  const { pseudonyms } = await newTable();
  await pseudonyms.forget({ app: 'sparky', user: 'user-1' }, new Date());
  const [first, second] = [await pseudonyms.keysOf(['sparky#user-1']), await pseudonyms.keysOf(['sparky#user-1'])];
  expect(first).not.toEqual(second);
});
