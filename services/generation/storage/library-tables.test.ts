/** Plays, saved replies and the error log, on real tables and in memory. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { removeItems } from '#shared/aws/remove-items.ts';
import { newId } from '#shared/ids.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { owner } from '../test/memory.ts';
import { memoryFailures, memoryPlays } from '../test/memory-library.ts';
import { memorySavedReplies } from '../test/memory-prompts.ts';
import {
  type Failure,
  type FailureQuery,
  type Failures,
  failureLog,
  failuresByOwner,
  removeFailures,
} from './failures.ts';
import { type Plays, playsTable } from './plays.ts';
import { type SavedReplies, savedReplies } from './saved-replies.ts';

const at = '2026-11-20T10:00:00.000Z';
const stranger = { ...owner, user: 'user-2' };

let dynamo: TestDynamoDb;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());
const newTable = () => {
  tables += 1;
  return dynamo.createKeyedTable(`library-${tables}`, 'owner', 'id');
};
const items = async (table: string) => (await dynamo.client.send(new ScanCommand({ TableName: table }))).Items ?? [];

describe.each<[string, () => Promise<Plays>]>([
  ['in memory', async () => memoryPlays()],
  ['in DynamoDB', async () => playsTable(dynamo.client, await newTable())],
])('BM15 plays %s', (_, make) => {
  test('are counted for each owner, and forgotten', async () => {
    const plays = await make();
    expect([await plays.count(owner, 'gen_1'), await plays.count(owner, 'gen_1')]).toEqual([1, 2]);
    await plays.count(stranger, 'gen_1');
    expect(await plays.of(owner, ['gen_1', 'gen_1', 'gen_2'])).toEqual(new Map([['gen_1', 2]]));
    for (const _time of ['once', 'twice']) await plays.forget(owner, 'gen_1');
    expect(await plays.of(owner, ['gen_1'])).toEqual(new Map());
    expect(await plays.of(stranger, ['gen_1'])).toEqual(new Map([['gen_1', 1]]));
  });

  test('with the key of the last keyed one count once', async () => {
    const plays = await make();
    const keys = ['a', 'a', undefined, 'a', 'b', 'b', 'a'];
    const counts: number[] = [];
    for (const key of keys) counts.push(await plays.count(owner, 'gen_1', key));
    expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4]);
  });

  test('of twenty at once are twenty, with one key one', async () => {
    const plays = await make();
    const all = (key?: string) => Promise.all(Array.from({ length: 20 }, () => plays.count(owner, 'gen_1', key)));
    await all();
    await all('key-1');
    expect(await plays.of(owner, ['gen_1'])).toEqual(new Map([['gen_1', 21]]));
  });
});

describe.each<[string, () => Promise<SavedReplies>]>([
  ['in memory', async () => memorySavedReplies()],
  ['in DynamoDB', async () => savedReplies(dynamo.client, await newTable())],
])('FS6 saved replies %s', (_, make) => {
  test('are listed newest first, also those of one generation alone, page by page', async () => {
    const replies = await make();
    const generation = newId('gen');
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const reply = { id: newId('rpl'), text: `${n}`, createdAt: at, ...(n % 2 ? { generation } : {}) };
      ids.unshift(reply.id);
      expect(await replies.create(owner, reply, { key: `key-${n}`, fingerprint: 'f' })).toBe('created');
    }
    const all = await replies.list(owner, { limit: 100 });
    expect(all.items.map(({ id }) => id)).toEqual(ids);
    const found: string[] = [];
    let before: (typeof all)['next'];
    do {
      const page = await replies.list(owner, { limit: 2, before, where: { generation } });
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map(({ id }) => id));
      before = page.next;
    } while (before !== undefined);
    expect(found).toEqual(ids.filter((_id, place) => place % 2 === 0));
    expect((await replies.list(stranger, { limit: 9, where: { generation } })).items).toEqual([]);
  });
});

const newFailures = async () => {
  tables += 1;
  const TableName = `failures-${tables}`;
  const names = ['app', 'sk', 'owner'] as const;
  await dynamo.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'app', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      GlobalSecondaryIndexes: [
        {
          IndexName: failuresByOwner,
          KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return TableName;
};
const failed = (n: number, change: Partial<Failure> = {}): Failure => ({
  jobId: `gen_${n}`,
  tool: n % 2 ? 'song' : 'lyrics',
  reason: n % 3 ? 'failed' : 'blocked',
  message: 'The provider was busy.',
  attempts: 3,
  params: { theme: 'sea', mood: 'calm' },
  user: owner.user,
  at: `2026-11-20T10:00:${String(n).padStart(2, '0')}.000Z`,
  ...change,
});
const idsOf = async (log: Failures, query: Omit<FailureQuery, 'limit'> = {}) => {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await log.list('sparky', { limit: 2, after, ...query });
    expect(page.items.length).toBeLessThanOrEqual(2);
    found.push(...page.items.map(({ jobId }) => jobId));
    after = page.next;
  } while (after !== undefined);
  return found;
};

describe.each<[string, () => Promise<Failures>]>([
  ['in memory', async () => memoryFailures()],
  ['in DynamoDB', async () => failureLog(dynamo.client, await newFailures())],
])('BM3 the error log %s', (_, make) => {
  test('I8 holds each failure of its app once, newest first, by tool, reason and time', async () => {
    const log = await make();
    for (let n = 0; n < 8; n += 1) for (const _time of ['once', 'twice']) await log.put(owner, failed(n));
    await log.put({ app: 'product-studio', user: 'user-1' }, failed(9));
    const where = (keep: (n: number) => boolean) => [7, 6, 5, 4, 3, 2, 1, 0].filter(keep).map((n) => `gen_${n}`);
    expect(await idsOf(log)).toEqual(where(() => true));
    expect(await idsOf(log, { tool: 'song' })).toEqual(where((n) => n % 2 === 1));
    expect(await idsOf(log, { reason: 'blocked', tool: 'lyrics' })).toEqual(where((n) => n % 6 === 0));
    const [from, to] = [failed(2).at, failed(5).at];
    expect(await idsOf(log, { from, to })).toEqual(where((n) => n >= 2 && n < 5));
    expect(await idsOf(log, { from: to, to: from })).toEqual([]);
    expect((await log.list('sparky', { limit: 1, tool: 'song' })).items).toMatchObject([failed(7)]);
  });

  test('takes a cursor of other days', async () => {
    const log = await make();
    for (let n = 0; n < 6; n += 1) await log.put(owner, failed(n));
    const { next = '' } = await log.list('sparky', { limit: 3 });
    expect((await log.list('sparky', { limit: 9, after: next, to: failed(2).at })).items).toHaveLength(2);
    expect((await log.list('sparky', { limit: 9, after: next, from: failed(5).at })).items).toEqual([]);
  });
});

test('BM3 what an app failed at goes after 90 days, and with its user', async () => {
  const table = await newFailures();
  const log = failureLog(dynamo.client, table);
  for (let n = 0; n < 60; n += 1) await log.put(n % 2 ? owner : stranger, failed(n % 2 ? n : 0, { jobId: `gen_${n}` }));
  const ends = Math.floor(Date.parse(failed(0).at) / 1_000) + 90 * 86_400;
  expect((await items(table)).find(({ jobId }) => jobId === 'gen_0')?.expires).toBe(ends);
  const remove = removeFailures(dynamo.client, table);
  expect(await remove(owner, () => false)).toEqual({ removed: 0, more: true });
  expect(await remove(owner, () => true)).toEqual({ removed: 30, more: false });
  expect(await remove(owner, () => true)).toEqual({ removed: 0, more: false });
  expect((await items(table)).every((row) => row.owner === 'sparky#user-2')).toBe(true);
});

test('plays and replies of a user who leaves go by the owner', async () => {
  const [played, kept] = [await newTable(), await newTable()];
  await playsTable(dynamo.client, played).count(owner, 'gen_1', 'key-1');
  await savedReplies(dynamo.client, kept).create(owner, { id: newId('rpl'), text: 'x', createdAt: at });
  for (const table of [played, kept]) {
    await removeItems(dynamo.client, { name: table, sortKey: 'id' })(owner, () => true);
    expect(await items(table)).toEqual([]);
  }
});
