/** FS9 PP13 counters: each event once, on its own day, whatever happens to the batches; and what that costs, call by call. */

import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Catalog } from '#services/catalog/contracts.ts';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { localDay } from '../domain/days.ts';
import { type Amounts, type CountedEvent, measure, sum } from '../domain/measure.ts';
import { activeUserTable } from '../storage/active-user-table.ts';
import { counterTable, inTransactions } from '../storage/counter-table.ts';
import { event, samples, someEvents } from '../test/events.ts';
import { countEvents } from './count-events.ts';

const zones: Readonly<Record<string, string>> = { sparky: 'Africa/Cairo', 'baby-music': 'UTC' };
const catalog: Pick<Catalog, 'app'> = {
  app: async (id) => ({ zone: zones[id] }) as Awaited<ReturnType<Catalog['app']>>,
};
const now = () => '2026-11-21T00:00:30.000Z';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.close());

let made = 0;
const setup = async (pickShard?: () => number) => {
  made += 1;
  const table = await db.createKeyedTable(`counters-${made}`, 'subject', 'part');
  const users = await db.createIndexedTable(`users-${made}`, ['owner'], {
    byDay: { partitionKey: 'app', sortKey: 'day' },
  });
  const counters = counterTable(db.client, table, pickShard);
  const activeUsers = activeUserTable(db.client, users);
  return {
    table,
    users,
    counters,
    activeUsers,
    count: countEvents({ catalog, counters, activeUsers, now }),
    read: async (app: string) =>
      Object.fromEntries(await counters.read(app, { from: '2026-11-01', until: '2026-11-30' })),
  };
};

const expected = (events: readonly CountedEvent[], app: string): Record<string, Amounts> => {
  const ofApp = events.filter((one) => one.app === app && Object.keys(measure(one)).length > 0);
  const byDay = Map.groupBy(ofApp, ({ at }) => localDay(at, zones[app] ?? 'UTC'));
  return Object.fromEntries([...byDay].map(([day, of]) => [day, sum(of.map(measure))]));
};

const jobs = (count: number, user = (index: number) => `u${index % 10}`) =>
  Array.from({ length: count }, (_, index) =>
    event('JobRequested', samples.JobRequested, { id: `job-${index}`, user: user(index) }),
  );

describe('X12 what a batch costs', () => {
  test('100 events of ten users of one app: two writes of the counters, one read and ten writes of active users', async () => {
    const { count } = await setup(() => 0);
    const calls = meter(db.client);
    const counted = (operations: readonly { operation: string }[]) =>
      Object.fromEntries(
        [...Map.groupBy(operations, ({ operation }) => operation)].map(([name, of]) => [name, of.length]),
      );
    await count(jobs(100));
    expect(counted(calls)).toEqual({ BatchGetItem: 1, UpdateItem: 10, TransactWriteItems: 2 });
    // A marker takes two units, in a transaction, and so does a row of sums.
    const units = calls
      .filter(({ operation }) => operation === 'TransactWriteItems')
      .reduce((all, call) => all + call.units, 0);
    expect(units).toBe(2 * 100 + 2 * 2);
    calls.length = 0;
    // All of them known: users are read, their markers refuse the writes.
    await count(jobs(100));
    expect(counted(calls)).toEqual({ BatchGetItem: 1 });
    calls.length = 0;
    // The day goes on: whoever was active today is not written again.
    await count(jobs(50).map((one) => ({ ...one, id: `later-${one.id}` })));
    expect(counted(calls)).toEqual({ BatchGetItem: 1, TransactWriteItems: 1 });
  });
});

describe('each event is counted once, on its own day', () => {
  test('whatever is repeated, torn apart, put together anew or turned round', async () => {
    await fc.assert(
      fc.asyncProperty(
        someEvents(60),
        fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
        fc.infiniteStream(fc.nat()),
        async (events, sizes, chance) => {
          const { count, read } = await setup();
          const twice = [...events, ...events.filter(() => (chance.next().value ?? 0) % 2 === 0)];
          const order = twice
            .map((one) => [chance.next().value ?? 0, one] as const)
            .toSorted(([one], [other]) => one - other)
            .map(([, one]) => one);
          for (let start = 0; start < order.length; ) {
            const size = sizes.next().value ?? 1;
            const batch = order.slice(start, start + size);
            // Some batches are given to two at the same time.
            await Promise.all((chance.next().value ?? 0) % 3 === 0 ? [count(batch), count(batch)] : [count(batch)]);
            start += size;
          }
          for (const app of ['sparky', 'baby-music']) expect(await read(app)).toEqual(expected(events, app));
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  test('a write whose answer was lost is not made again', async () => {
    const { counters, table } = await setup();
    const calls = meter(db.client);
    const lost = { armed: true };
    db.client.middlewareStack.add(
      (next, context) => async (args) => {
        const result = await next(args);
        if (context.commandName !== 'TransactWriteItemsCommand' || !lost.armed) return result;
        lost.armed = false;
        throw new Error('the connection broke');
      },
      { step: 'initialize', name: 'lose', override: true },
    );
    const entries = [{ id: 'e1', app: 'sparky', day: '2026-11-20', amounts: { 'user/new': 1 } }];
    await expect(counters.add(entries, now())).rejects.toThrow('the connection broke');
    await counters.add(entries, now());
    db.client.middlewareStack.remove('lose');
    const days = await counters.read('sparky', { from: '2026-11-20', until: '2026-11-20' });
    expect([table, calls.length > 0, Object.fromEntries(days)]).toEqual([
      table,
      true,
      { '2026-11-20': { 'user/new': 1 } },
    ]);
  });

  test('many at the same time meet at the same row, and all come through', async () => {
    const { count, read } = await setup(() => 0);
    const events = jobs(60);
    const batches = Array.from({ length: 6 }, (_, index) => events.slice(index * 10, index * 10 + 10));
    await Promise.all(batches.map(count));
    expect(await read('sparky')).toEqual(expected(events, 'sparky'));
  });

  test('an event that comes late is of its own day; markers outlive the bus archive and a dead-letter queue behind it', async () => {
    const { count, read, table } = await setup();
    const late = event('UserRegistered', { via: 'hook' }, { id: 'late', at: '2026-11-02T09:00:00.000Z' });
    await count([late, ...jobs(1)]);
    expect(Object.keys(await read('sparky'))).toEqual(['2026-11-02', '2026-11-20']);
    const { Items = [] } = await db.client.send(new ScanCommand({ TableName: table }));
    const markers = Items.filter(({ part }) => part === 'counted');
    expect(markers).toHaveLength(2);
    for (const { expires } of markers)
      expect(Number(expires) - Date.parse(now()) / 1_000).toBeGreaterThan((90 + 14) * 24 * 3_600);
  });
});

test('transactions hold at most 100 items, their rows included', () => {
  const entries = Array.from({ length: 300 }, (_, index) => ({
    id: `e${index}`,
    app: 'sparky',
    day: `2026-11-${String((index % 28) + 1).padStart(2, '0')}`,
    amounts: { 'user/new': 1 },
  }));
  const chunks = inTransactions(entries);
  expect(chunks.flat()).toHaveLength(300);
  for (const chunk of chunks) expect(chunk.length + new Set(chunk.map(({ day }) => day)).size).toBeLessThanOrEqual(100);
  expect(chunks).toHaveLength(4);
});

describe('active users', () => {
  const today = '2026-11-21';
  const ask = (user: string, at: string) =>
    event('JobRequested', samples.JobRequested, { id: `${user}${at}`, user, at });

  test('each user once in a period, by the last day; an older one changes nothing', async () => {
    const { count, activeUsers } = await setup();
    await count([ask('u1', '2026-11-20T10:00:00.000Z'), ask('u2', '2026-11-18T10:00:00.000Z')]);
    await count([ask('u1', '2026-11-17T10:00:00.000Z'), ask('u1', '2026-11-20T10:00:00.000Z')]);
    const within = async (from: string, until: string) => (await activeUsers.count('sparky', { from, until })).users;
    expect(await within('2026-11-20', today)).toBe(1);
    expect(await within('2026-11-15', today)).toBe(2);
    expect(await within('2026-11-15', '2026-11-17')).toBe(0);
    expect((await activeUsers.count('baby-music', { from: '2026-11-01', until: today })).users).toBe(0);
  });

  test('who leaves is removed, and a late event of theirs goes with the second pass', async () => {
    const { count, activeUsers } = await setup();
    await count([ask('u1', '2026-11-20T10:00:00.000Z')]);
    const users = async () => (await activeUsers.count('sparky', { from: '2026-11-01', until: today })).users;
    await count([event('UserDeleted', { pass: 1 }, { id: 'left-1' })]);
    expect(await users()).toBe(0);
    await count([ask('u1', '2026-11-20T10:00:01.000Z')]);
    await count([event('UserDeleted', { pass: 2 }, { id: 'left-2' })]);
    expect(await users()).toBe(0);
  });

  test('a row goes by itself 40 days after its day', async () => {
    const { count, users } = await setup();
    await count([ask('u1', '2026-11-20T10:00:00.000Z')]);
    const { Items = [] } = await db.client.send(
      new QueryCommand({
        TableName: users,
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': 'sparky#u1' },
      }),
    );
    expect(Items).toEqual([
      { owner: 'sparky#u1', app: 'sparky', day: '2026-11-20', expires: Date.parse('2026-12-30T00:00:00Z') / 1_000 },
    ]);
  });
});
