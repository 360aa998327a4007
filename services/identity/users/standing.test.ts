import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type MeteredCall, meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { afterPlay, type Plays, playsRemembered } from '../domain/plays.ts';
import { newUser } from '../domain/user.ts';
import { standingReader } from './standing.ts';

let dynamoDb: TestDynamoDb;
let calls: MeteredCall[];
let read: ReturnType<typeof standingReader>;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  calls = meter(dynamoDb.client);
  read = standingReader(dynamoDb.client, await dynamoDb.createKeyedTable('users', 'owner'));
});
afterAll(() => dynamoDb.close());

const owner = { app: 'sparky', user: 'u1' };
const put = (item: object) => dynamoDb.client.send(new PutCommand({ TableName: 'users', Item: { ...item } }));

/** As large as a record gets: every field at its limit. */
const largest = () => {
  let plays: Plays | undefined;
  for (let play = 0; play < playsRemembered + 5; play += 1) plays = afterPlay(plays, '2026-11', `${play}`.repeat(255));
  return {
    ...newUser({
      owner: { app: 'a'.repeat(40), user: 'x'.repeat(128) },
      via: 'hook',
      email: `${'e'.repeat(250)}@example.org`,
      name: '\u{1f642}'.repeat(100),
      at: '2026-11-02T10:00:00.000Z',
      correlationId: 'c'.repeat(128),
    }),
    username: 'u'.repeat(30),
    locale: 'pt-BR',
    zone: 'America/Argentina/ComodRivadavia',
    avatar_asset_id: `ast_${'0'.repeat(36)}`,
    roles: ['admin'],
    roles_by: `admin:${'y'.repeat(128)}`,
    plays,
    streak: { current: 1_000, longest: 1_000, last_active_date: '2026-11-02' },
    export: { id: '0'.repeat(36), status: 'ready', requested_at: '2026-11-02T10:00:00.000Z' },
  };
};

describe('a user’s standing', () => {
  test('is nothing without a record', async () => {
    expect(await read({ app: 'sparky', user: 'nobody' })).toBeUndefined();
  });
  test('is what the record says now', async () => {
    await put({ owner: 'sparky#u1', status: 'active', roles: ['admin'], email: 'someone@example.org' });
    expect(await read(owner)).toEqual({ status: 'active', roles: ['admin'] });
    await put({ owner: 'sparky#u1', status: 'active', roles: [] });
    expect(await read(owner)).toEqual({ status: 'active', roles: [] });
    await put({ owner: 'sparky#u1', status: 'deleted' });
    expect(await read(owner)).toEqual({ status: 'deleted', roles: [] });
  });
  test('I8 is the app’s own: the same user id in another app is somebody else', async () => {
    await put({ owner: 'product-studio#both', status: 'active', roles: ['admin'] });
    expect(await read({ app: 'product-studio', user: 'both' })).toMatchObject({ roles: ['admin'] });
    expect(await read({ app: 'sparky', user: 'both' })).toBeUndefined();
  });
  test('takes one call and one unit, with a record, without one, and with the largest that there can be', async () => {
    const record = largest();
    await put(record);
    for (const who of [owner, { app: 'sparky', user: 'nobody' }, { app: record.app, user: record.user }]) {
      calls.length = 0;
      await read(who);
      expect(calls).toEqual([{ operation: 'GetItem', units: 1 }]);
    }
  });
});

describe('a standing that cannot be read is an error, never a user', () => {
  test('a record of another shape', async () => {
    await put({ owner: 'sparky#broken', status: 'unheard-of' });
    await expect(read({ app: 'sparky', user: 'broken' })).rejects.toThrow();
  });
  test('no table', async () => {
    await expect(standingReader(dynamoDb.client, 'elsewhere')(owner)).rejects.toThrow();
  });
  test('a table that never answers is given up', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const base = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    try {
      const reader = standingReader(DynamoDBDocumentClient.from(base), 'users', { timeoutMs: 50 });
      await expect(reader(owner)).rejects.toThrow();
    } finally {
      base.destroy();
      silent.closeAllConnections();
      silent.close();
    }
  });
});
