import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { startLossyProxy } from '#shared/testing/lossy-proxy.ts';
import { memoryBroadcasts } from '../test/memory-inbox.ts';
import { broadcastOf, later } from '../test/noted-events.ts';
import { type BroadcastTable, broadcastTable } from './broadcast-table.ts';

let dynamo: TestDynamoDb;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());
const newTable = () => {
  tables += 1;
  return dynamo.createKeyedTable(`broadcasts-${tables}`, 'app', 'id');
};

const stores: [name: string, make: () => Promise<BroadcastTable>][] = [
  ['in memory', async () => memoryBroadcasts()],
  ['in DynamoDB', async () => broadcastTable(dynamo.client, await newTable())],
];
const by = (key: string, fingerprint = 'f') => ({ key, fingerprint });
const page = (sent: number, next?: string) => ({ sent, passedOver: 1, unknown: 2, next, at: later(9) });

describe.each(stores)('SP5 broadcasts %s', (_, make) => {
  test('I8 are kept and found by their app alone', async () => {
    const table = await make();
    const one = broadcastOf({ audience: { to: 'users', users: ['a', 'b'] } });
    expect(await table.create(one, by('k1'))).toBe('created');
    expect(await table.get(one.app, one.id)).toEqual(one);
    expect(await table.get('sparky', one.id)).toBeUndefined();
    expect(await table.stop('sparky', one.id, later(1))).toBeUndefined();
    expect(await table.get(one.app, broadcastOf().id)).toBeUndefined();
  });
  test('one key makes one, in its app', async () => {
    const table = await make();
    const one = broadcastOf();
    await table.create(one, by('k1'));
    const made = { fingerprint: 'f', broadcast: one.id };
    expect(await table.create(broadcastOf(), by('k1', 'g'))).toMatchObject(made);
    expect(await table.madeBy(one.app, 'k1')).toMatchObject(made);
    expect(await table.madeBy('sparky', 'k1')).toBeUndefined();
    expect(await table.create(broadcastOf({ app: 'sparky' }), by('k1'))).toBe('created');
    expect((await table.list(one.app, { limit: 9 })).broadcasts).toEqual([one]);
  });
  test('are listed newest first, page by page', async () => {
    const table = await make();
    const made = [broadcastOf(), broadcastOf(), broadcastOf()];
    for (const one of made) await table.create(one, by(one.id));
    const ids = made.map(({ id }) => id).toReversed();
    const first = await table.list('sandbox-lab', { limit: 2 });
    expect([first.broadcasts.map(({ id }) => id), first.next]).toEqual([ids.slice(0, 2), ids[1]]);
    const rest = await table.list('sandbox-lab', { limit: 2, before: first.next });
    expect([rest.broadcasts.map(({ id }) => id), rest.next]).toEqual([ids.slice(2), undefined]);
  });
  test('a page is counted once, and the last one ends it', async () => {
    const table = await make();
    const one = broadcastOf();
    await table.create(one, by('k1'));
    const second = await table.advance(one, page(5, 'user-5'));
    expect(second).toEqual({ ...one, page: 1, sent: 5, passed_over: 1, unknown: 2, cursor: 'user-5' });
    expect(await table.advance(one, page(5, 'user-5'))).toBeUndefined();
    if (!second) throw new Error('it was not counted');
    const done = { ...one, page: 2, sent: 9, passed_over: 2, unknown: 4, status: 'sent', finished_at: later(9) };
    expect(await table.advance(second, page(4))).toEqual(done);
    expect(await table.advance(second, page(4))).toBeUndefined();
    expect(await table.get(one.app, one.id)).toEqual(done);
    expect(await table.stop(one.app, one.id, later(10))).toBeUndefined();
  });
  test('one that is stopped stays so, and counts the page that was on its way', async () => {
    const table = await make();
    const one = broadcastOf();
    await table.create(one, by('k1'));
    const stopped = { ...one, status: 'stopped', finished_at: later(1) };
    expect(await table.stop(one.app, one.id, later(1))).toEqual(stopped);
    expect(await table.stop(one.app, one.id, later(2))).toBeUndefined();
    const counted = { ...stopped, page: 1, sent: 5, passed_over: 1, unknown: 2 };
    expect(await table.advance(one, page(5, 'user-5'))).toEqual(counted);
    expect(await table.advance(one, page(5, 'user-5'))).toBeUndefined();
    expect(await table.get(one.app, one.id)).toEqual(counted);
  });
});

test('SP5 whoever counted a page hears so though the answer was lost, or nobody would go on', async () => {
  const name = await newTable();
  const table = broadcastTable(dynamo.client, name);
  const proxy = await startLossyProxy(dynamo.endpoint, { probability: 0.2, seed: 7 });
  const base = new DynamoDBClient({
    endpoint: proxy.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 20,
  });
  const lossy = broadcastTable(DynamoDBDocumentClient.from(base), name);
  try {
    const one = broadcastOf();
    expect(await lossy.create(one, by('k1'))).toBe('created');
    let seen = one;
    for (let n = 1; n <= 5; n += 1) {
      const after = await lossy.advance(seen, page(10, n < 5 ? `user-${n}` : undefined));
      expect(after).toMatchObject({ page: n, sent: 10 * n, passed_over: n });
      seen = after ?? seen;
    }
    expect(proxy.lost.answers).toBeGreaterThan(0);
    expect(await table.get(one.app, one.id)).toMatchObject({ status: 'sent', sent: 50, passed_over: 5 });
  } finally {
    base.destroy();
    await proxy.close();
  }
});
