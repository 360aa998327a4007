import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { startLossyProxy } from '#shared/testing/lossy-proxy.ts';
import { type ActiveUser, newUser, playChange, profileChange } from '../domain/user.ts';
import { userTable } from './user-table.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const stamp = { at: '2026-11-05T10:00:00.000Z', correlationId: 'request-2' };
const owner = { app: 'sparky', user: 'user-1' };
const begun = newUser({ owner, via: 'request', at: '2026-11-01T10:00:00.000Z', correlationId: 'request-1' });

let tables = 0;
const newTable = async () => {
  tables += 1;
  const name = await dynamoDb.createKeyedTable(`records-${tables}`, 'owner');
  return { name, users: userTable(dynamoDb.client, name) };
};
const rename = (name: string) => (record: ActiveUser) => ({ change: profileChange(record, { name }) });

describe('a record', () => {
  test('is opened once, however many open it at once', async () => {
    const { users } = await newTable();
    const openings = Array.from({ length: 8 }, (_, index) =>
      users.open(newUser({ owner, via: 'request', at: stamp.at, correlationId: `request-${index}` })),
    );
    const opened = await Promise.all(openings);
    expect(new Set(opened.map(({ correlation_id }) => correlation_id)).size).toBe(1);
    expect(await users.get(owner)).toEqual(opened[0]);
  });

  test('each write is one version more, at its time, by its request', async () => {
    const { users } = await newTable();
    await users.open(begun);
    const changed = await users.change(begun, stamp, rename('A name'));
    expect(changed).toEqual({
      user: {
        ...begun,
        name: 'A name',
        version: 2,
        updated_at: stamp.at,
        correlation_id: 'request-2',
        write_id: expect.any(String),
      },
    });
    expect(await users.get(owner)).toEqual('user' in changed && changed.user);
  });

  test('a change of nothing is not written, and one that is rejected neither', async () => {
    const { users } = await newTable();
    await users.open(begun);
    expect(await users.change(begun, stamp, () => ({ change: {} }))).toEqual({ user: begun });
    expect(await users.change(begun, stamp, () => ({ rejection: 'no' }))).toEqual({ rejection: 'no' });
    expect(await users.get(owner)).toEqual(begun);
  });

  test('a change over an older version is decided again over the newest', async () => {
    const { users } = await newTable();
    await users.open(begun);
    await users.change(begun, stamp, rename('First'));
    const seen: (string | null | undefined)[] = [];
    await users.change(begun, stamp, (record) => {
      seen.push(record.name);
      return { change: { username: 'second' } };
    });
    expect(seen).toEqual([undefined, 'First']);
    expect(await users.get(owner)).toMatchObject({ name: 'First', username: 'second', version: 3 });
  });

  test('of a user who left is not changed, whatever was known of it', async () => {
    const { name, users } = await newTable();
    const tombstone = { ...owner, owner: 'sparky#user-1', status: 'deleted', version: 2 };
    await dynamoDb.client.send(new PutCommand({ TableName: name, Item: tombstone }));
    expect(await users.change(begun, stamp, rename('Again'))).toEqual({ rejection: 'user-left' });
    expect(await users.open(begun)).toEqual(tombstone);
    expect(await users.get(owner)).toEqual(tombstone);
  });

  test('that others change at every attempt is left to a later request', async () => {
    const { name, users } = await newTable();
    let version = 1;
    // Before each write, somebody else makes one.
    dynamoDb.client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'UpdateItemCommand') {
          version += 1;
          await dynamoDb.client.send(new PutCommand({ TableName: name, Item: { ...begun, version } }));
        }
        return next(args);
      },
      { step: 'initialize', name: 'others' },
    );
    try {
      await expect(users.change(begun, stamp, rename('A name'))).rejects.toThrow(ContentionError);
      expect(version).toBe(11);
    } finally {
      dynamoDb.client.middlewareStack.remove('others');
    }
  });
});

describe('BM8 on a network that loses a third of all requests and of all answers', () => {
  test('every play counts exactly once, ten at a time', async () => {
    const { name, users } = await newTable();
    await users.open(begun);
    const proxy = await startLossyProxy(dynamoDb.endpoint, { probability: 0.33, seed: 7 });
    const base = new DynamoDBClient({
      endpoint: proxy.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 20,
    });
    const lossy = userTable(DynamoDBDocumentClient.from(base), name);
    try {
      /** As a client does that hears of a server's error: again, with the same key. */
      const play = async (index: number, tries = 20): Promise<unknown> => {
        const change = lossy.change(begun, stamp, (record) => ({
          change: playChange(record, '2026-11-05', `play-${index}`),
        }));
        return change.catch((error: unknown) => {
          if (tries === 0) throw error;
          return play(index, tries - 1);
        });
      };
      await Promise.all(Array.from({ length: 10 }, (_, index) => play(index)));
      expect(proxy.lost.answers).toBeGreaterThan(0);
      expect(await users.get(owner)).toMatchObject({ plays: { count: 10 }, streak: { current: 1 }, version: 11 });
    } finally {
      base.destroy();
      await proxy.close();
    }
  });
});
