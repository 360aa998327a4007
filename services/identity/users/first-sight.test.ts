import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { leave } from '../deletion/tombstones.ts';
import { openForAccount } from './first-sight.ts';
import { userTable } from './user-table.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const told = {
  id: 'e-1',
  type: 'AccountOpened',
  schemaVersion: 1 as const,
  app: 'sparky',
  user: 'user-1',
  version: 1,
  at: '2026-11-20T09:00:00.000Z',
  correlationId: 'c-1',
  causationId: 'c-1',
  data: {},
};

test('NB2 an account that was opened opens the record, once, however often it is told; who has left stays away', async () => {
  const table = await dynamoDb.createKeyedTable('first-sight', 'owner');
  const users = userTable(dynamoDb.client, table);
  const open = openForAccount(users);
  const owner = { app: told.app, user: told.user };
  await Promise.all([open(told), open(told), open(told)]);
  const record = await users.get(owner);
  expect(record).toMatchObject({ status: 'active', via: 'request', version: 1 });

  const tombstone = await leave(dynamoDb.client, table, users)(owner, { at: told.at, correlationId: 'c-2' });
  await open(told);
  expect(await users.get(owner)).toEqual(tombstone);
});
