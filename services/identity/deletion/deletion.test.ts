/** Users leave: at once, once, for good; and an hour later it is told once more. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { newUser, profileChange } from '../domain/user.ts';
import { adminKey, caller, newApi } from '../test/api.ts';
import { toPublished } from '../users/published.ts';
import { userTable } from '../users/user-table.ts';
import { tellAgain } from './tell-again.ts';
import { deletionsIndex } from './tombstone.ts';
import { type Deletions, deletions, leave } from './tombstones.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const owner = { app: 'sparky', user: 'user-1' };
const at = '2026-11-05T10:00:00.000Z';
const stamp = { at, correlationId: 'request-2' };
const begun = newUser({
  owner,
  via: 'hook',
  email: 'someone@example.com',
  name: 'Somebody',
  at: '2026-11-01T10:00:00.000Z',
  correlationId: 'request-1',
});

let tables = 0;
const newTable = async () => {
  tables += 1;
  const TableName = `leaving-${tables}`;
  const { name, partitionKey, sortKey } = deletionsIndex;
  await dynamoDb.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
      AttributeDefinitions: ['owner', partitionKey, sortKey].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: name,
          KeySchema: [
            { AttributeName: partitionKey, KeyType: 'HASH' },
            { AttributeName: sortKey, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  const users = userTable(dynamoDb.client, TableName);
  return {
    users,
    leave: leave(dynamoDb.client, TableName, users),
    deletions: deletions(dynamoDb.client, TableName),
    items: async () => (await dynamoDb.client.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? [],
  };
};

describe('who leaves leaves a tombstone', () => {
  test('of which nothing is theirs but the bare id', async () => {
    const { users, leave, items } = await newTable();
    await users.open(begun);
    await users.change(begun, stamp, (record) => ({
      change: {
        ...profileChange(record, { username: 'some.body', locale: 'en' }),
        roles: ['admin'],
        roles_by: 'admin:boss',
      },
    }));
    await leave(owner, { at, correlationId: 'request-3' });
    expect(await items()).toEqual([
      {
        owner: 'sparky#user-1',
        ...owner,
        status: 'deleted',
        version: 3,
        created_at: begun.created_at,
        updated_at: at,
        deleted_at: at,
        deletion_pass: 1,
        deletions: 'due',
        correlation_id: 'request-3',
      },
    ]);
  });

  test('once: whoever leaves again, or at the same time, finds the first', async () => {
    const { users, leave, items } = await newTable();
    await users.open(begun);
    const all = await Promise.all([1, 2, 3, 4].map((n) => leave(owner, { at, correlationId: `request-${n}` })));
    const later = await leave(owner, { at: '2026-11-06T10:00:00.000Z', correlationId: 'request-9' });
    const [item] = await items();
    for (const one of [...all, later]) expect(one).toEqual(item);
    expect(item).toMatchObject({ version: 2, deleted_at: at });
  });

  test('also who never had a record: nothing begins afterwards', async () => {
    const { users, leave } = await newTable();
    const left = await leave(owner, stamp);
    expect(left).toMatchObject({ status: 'deleted', version: 1 });
    expect(left).not.toHaveProperty('created_at');
    expect(await users.open(begun)).toEqual(left);
    expect(await users.change(begun, stamp, () => ({ change: { name: 'Back' } }))).toEqual({ rejection: 'user-left' });
  });

  test('while their record changes under it: leaving wins, whoever is first', async () => {
    const { users, leave } = await newTable();
    await users.open(begun);
    const changes = Array.from({ length: 5 }, (_, n) =>
      users.change(begun, stamp, () => ({ change: { name: `Name ${n}` } })).catch(() => undefined),
    );
    await Promise.all([...changes, leave(owner, stamp)]);
    const record = await users.get(owner);
    expect(record?.status).toBe('deleted');
    expect(record).not.toHaveProperty('name');
  });
});

describe('the second pass', () => {
  const minutesLater = (minutes: number) => new Date(Date.parse(at) + minutes * 60_000);
  const logger = { info: () => undefined, warn: () => undefined };
  const always = () => true;

  test('is told once, to those who left 55 minutes ago, and is an event of its own', async () => {
    const { users, leave, deletions, items } = await newTable();
    const first = await leave(owner, stamp);
    await leave({ ...owner, user: 'user-2' }, { at: minutesLater(30).toISOString(), correlationId: 'request-3' });
    const run = (minutes: number) => tellAgain({ deletions, logger, now: () => minutesLater(minutes) })(always);
    await run(55);
    expect(await users.get(owner)).toEqual(first);
    await run(56);
    const second = await users.get(owner);
    expect(second).toMatchObject({
      deletion_pass: 2,
      version: 2,
      deleted_at: at,
      updated_at: minutesLater(56).toISOString(),
    });
    expect(second).not.toHaveProperty('deletions');
    expect(toPublished({ before: first, after: second })).toMatchObject([
      { type: 'UserDeleted', data: { pass: 2 }, at: minutesLater(56).toISOString() },
    ]);
    await Promise.all([run(60), run(61)]);
    expect(await users.get(owner)).toEqual(second);
    expect((await items()).filter((item) => item.deletions === 'due')).toHaveLength(1);
    await run(90);
    expect((await items()).filter((item) => item.deletions === 'due')).toEqual([]);
  });

  test('reaches everybody, page by page, however the index lags', async () => {
    const waiting = Array.from({ length: 250 }, (_, n) => `sparky#user-${n}`);
    const told: string[] = [];
    const lagging: Deletions = {
      // Shows all of them as if none had been told.
      due: async (_, limit, from) => {
        const start = Number(from?.start ?? 0);
        const end = start + limit;
        return { owners: waiting.slice(start, end), ...(end < waiting.length ? { next: { start: end } } : {}) };
      },
      tellAgain: async (owner) => told.push(owner) > 0,
    };
    await tellAgain({ deletions: lagging, logger, now: () => minutesLater(60) })(always);
    expect(told).toEqual(waiting);
  });

  test('leaves what it has no time for to the next hour', async () => {
    const asked: string[] = [];
    const none: Deletions = {
      due: async (before) => ({ owners: [String(asked.push(before))] }),
      tellAgain: async () => true,
    };
    await tellAgain({ deletions: none, logger, now: () => minutesLater(60) })(() => false);
    expect(asked).toEqual([]);
  });
});

describe('the routes', () => {
  test('DELETE /v1/me: the record is gone when it is answered, and no request or hook brings it back', async () => {
    const { call, get, hook, records } = await newApi(dynamoDb);
    await get();
    expect((await call({ method: 'DELETE', path: '/v1/me' })).status).toBe(204);
    const after = await records();
    expect(after).toMatchObject([{ status: 'deleted', deleted_at: expect.any(String) }]);
    // The authorizer lets none of these through; what is under way meets the tombstone.
    expect((await get()).status).toBe(401);
    expect((await get('/v1/me/export')).status).toBe(401);
    expect((await call({ method: 'PATCH', path: '/v1/me', body: { name: 'Back' } })).status).toBe(401);
    expect((await hook()).status).toBe(200);
    expect(await records()).toEqual(after);
  });

  test('DELETE /v1/admin/users/{user}: as if the user had left, for the admin’s own app alone', async () => {
    const { call, get, records } = await newApi(dynamoDb);
    await get();
    const remove = (
      user: string,
      verdict: typeof adminKey | { verdict: 'user'; app: string; user: string } = adminKey,
    ) => call({ method: 'DELETE', path: `/v1/admin/users/${user}`, verdict });
    expect((await remove(caller.user, { verdict: 'user', ...caller })).status).toBe(403);
    const other = { ...adminKey, app: 'product-studio' };
    expect((await call({ method: 'DELETE', path: `/v1/admin/users/${caller.user}`, verdict: other })).status).toBe(204);
    expect((await records()).map(({ owner, status }) => [owner, status]).toSorted()).toEqual([
      ['product-studio#user-1', 'deleted'],
      ['sparky#user-1', 'active'],
    ]);
    expect((await remove(caller.user)).status).toBe(204);
    const after = await records();
    expect((await remove(caller.user)).status).toBe(204);
    expect(await records()).toEqual(after);
    const { body } = await call({ path: `/v1/admin/users/${caller.user}`, verdict: adminKey });
    expect(body).toMatchObject({ status: 'deleted', deleted_at: expect.any(String) });
  });
});
