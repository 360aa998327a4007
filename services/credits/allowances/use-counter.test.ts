/** What is counted, and what it costs. That checks at once never exceed the limit is shown at the route. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { fingerprint } from '#shared/ids.ts';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { createSortedTable } from '../test/api.ts';
import { countUse, readUses, type Use } from './use-counter.ts';

let dynamoDb: TestDynamoDb;
let table: string;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
beforeEach(async () => {
  table = await createSortedTable(dynamoDb.client);
});
afterAll(() => dynamoDb.close());

const day = { number: 20_261_105, endsAt: 1_793_923_200 };
const use = (requestKey: string, more: Partial<Use> = {}): Use => ({
  owner: 'sparky#user-1',
  tool: 'song',
  period: day,
  limit: 3,
  requestKey,
  ...more,
});

test('BM9 a new period begins at none, and the old one is still told', async () => {
  const count = countUse(dynamoDb.client, table);
  for (const key of ['a', 'b', 'c', 'd']) await count(use(key));
  const tomorrow = { number: 20_261_106, endsAt: day.endsAt + 86_400 };
  expect(await count(use('a', { period: tomorrow }))).toEqual({ allowed: true, used: 1 });
  const usedOf = await readUses(dynamoDb.client, table)('sparky#user-1');
  expect([usedOf('song', day), usedOf('song', tomorrow), usedOf('poem', day)]).toEqual([3, 1, 0]);
});

test('a limit that was lowered meanwhile allows no more', async () => {
  const count = countUse(dynamoDb.client, table);
  for (const key of ['a', 'b', 'c']) await count(use(key));
  expect(await count(use('d', { limit: 1 }))).toEqual({ allowed: false, used: 3 });
});

test('a check costs one write of one unit, and at the greatest limit the catalog takes one of eight', async () => {
  const limit = 1_000;
  const requestKeys = new Set(Array.from({ length: limit - 1 }, (_, n) => fingerprint(String(n))));
  const sk = `song#${day.number}`;
  await dynamoDb.client.send(
    new PutCommand({ TableName: table, Item: { owner: 'sparky#busy', sk, used: limit - 1, requestKeys, expires: 1 } }),
  );
  const calls = meter(dynamoDb.client);
  const count = countUse(dynamoDb.client, table);
  await count(use('first'));
  expect(await count(use('last', { owner: 'sparky#busy', limit }))).toEqual({ allowed: true, used: limit });
  expect(calls).toEqual([
    { operation: 'UpdateItem', units: 1 },
    { operation: 'UpdateItem', units: 8 },
  ]);
});
