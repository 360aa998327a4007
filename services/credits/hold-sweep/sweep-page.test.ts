/** The sweep's pages over a real index, its messages kept by the test. */

import type { Metrics } from '#shared/observability/metrics.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { pageBelow } from '../read-models/balance-indexes.ts';
import { balanceOf } from '../read-models/balances.ts';
import { readModelWriter } from '../read-models/projections.ts';
import { createBalancesTable } from '../test/balances-table.ts';
import { grantCredits, holdCredits, later, openAccount } from '../test/commands.ts';
import { definitionWithDaily } from '../test/daily-app.ts';
import { keptLog, meta, newAccounts } from '../test/doubles.ts';
import { type SweepMessage, sweepMessage } from './messages.ts';
import { graceSeconds, type HasTime } from './sweep-account.ts';
import { sweepPage } from './sweep-page.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const afterExpiry = later(3_600 + graceSeconds + 1);
const userOf = (id: number) => `user-${id}`;

let tablesMade = 0;
/** Accounts with a hold each; the jobs of `living` live. */
const newSweep = async (
  accounts: number,
  { living = [], hasTime = () => true }: { living?: readonly string[]; hasTime?: HasTime } = {},
) => {
  tablesMade += 1;
  const table = await createBalancesTable(dynamoDb.client, `balances-${tablesMade}`);
  const write = readModelWriter(dynamoDb.client, { balances: table, usage: 'none' });
  const { handle, store } = newAccounts();
  const streams = Array.from({ length: accounts }, (_, id) => `sparky#${userOf(id)}`);
  const project = async () => {
    for (const stream of streams) {
      const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
      if (newest) await write({ table: 'balances', row: balanceOf(newest, definitionWithDaily) });
    }
  };
  for (const stream of streams) {
    await handle(stream, openAccount(0), meta);
    await handle(stream, grantCredits('pay_1', 5), meta);
    await handle(stream, holdCredits(`gen_${stream}`.replace('#', '-'), 1), meta);
  }
  await project();
  const waiting: SweepMessage[] = [];
  const asked: string[] = [];
  const counted: Record<string, number> = {};
  const ages: [string, number][] = [];
  const { logger } = keptLog();
  const work = sweepPage({
    handle,
    store,
    ask: async ({ user }) => {
      asked.push(user);
      return { status: living.includes(user) ? 'living' : 'unknown' };
    },
    pageBelow: pageBelow(dynamoDb.client, table, 'byHoldExpiry'),
    send: async (pages) => {
      waiting.push(...pages.map((page) => sweepMessage.parse(page)));
    },
    logger,
    metrics: {
      addMetric: (name: string, unit: string, value: number) => {
        if (unit === 'Seconds') ages.push([name, value]);
        else counted[name] = (counted[name] ?? 0) + value;
      },
      publishStoredMetrics: () => undefined,
    } as unknown as Metrics,
    now: () => afterExpiry,
    pageSize: 3,
  });
  /** Sweeps until nothing waits; gives the number of pages. */
  const run = async (): Promise<number> => {
    await work({ kind: 'start' }, { messageId: 'start-1', hasTime });
    for (let pages = 0; ; pages += 1) {
      const message = waiting.shift();
      if (!message) return pages;
      if (pages > 100) throw new Error('the sweep does not end');
      await work(message, { messageId: 'page', hasTime });
    }
  };
  const openHolds = async () =>
    (await Promise.all(streams.map((stream) => store.load(stream)))).reduce(
      (sum, tail) => sum + (tail?.state.status === 'open' ? Object.keys(tail.state.holds).length : 0),
      0,
    );
  return { run, project, asked, counted, ages, openHolds };
};

test('a start is four pages, one for each shard, and pages go on until none is left', async () => {
  const { run, openHolds, counted, asked } = await newSweep(20);
  expect(await run()).toBeGreaterThan(7);
  expect(await openHolds()).toBe(0);
  expect(asked).toHaveLength(20);
  expect(counted).toEqual({
    ExpiredHoldsSettled: 0,
    ExpiredHoldsReleased: 20,
    ExpiredHoldsOfLivingJobs: 0,
    ExpiredHoldsNotEnded: 0,
  });
});

test('the oldest of each shard tells how long credits are held past their expiry, also when it cannot be ended', async () => {
  const { run, ages, project } = await newSweep(20, { living: Array.from({ length: 20 }, (_, id) => userOf(id)) });
  await run();
  // Shards without holds say nothing.
  expect(ages.length).toBeGreaterThan(1);
  expect(new Set(ages.map(String))).toEqual(new Set([`HeldCreditsAge,${graceSeconds + 1}`]));
  await project();
  const first = ages.length;
  await run();
  expect(ages).toHaveLength(2 * first);
});

test('accounts whose jobs live, however many, keep the sweep from none behind them', async () => {
  const living = Array.from({ length: 14 }, (_, id) => userOf(id));
  const { run, project, openHolds, counted } = await newSweep(16, { living });
  await run();
  expect(await openHolds()).toBe(14);
  await project();
  await run();
  expect(counted).toMatchObject({ ExpiredHoldsReleased: 2, ExpiredHoldsOfLivingJobs: 28 });
});

test('rows that are behind their accounts do no harm', async () => {
  const { run, openHolds, asked } = await newSweep(5);
  await run();
  await run();
  expect(asked).toHaveLength(5);
  expect(await openHolds()).toBe(0);
});

test('a page whose time is over after each account asks for the rest of itself: none is lost, none looked at twice', async () => {
  const { run, openHolds, asked } = await newSweep(12, { living: [userOf(3)], hasTime: () => false });
  expect(await run()).toBeGreaterThanOrEqual(12);
  expect(asked.toSorted()).toEqual(Array.from({ length: 12 }, (_, id) => userOf(id)).toSorted());
  expect(await openHolds()).toBe(1);
});

test('nothing to sweep is four empty pages', async () => {
  const { run, counted } = await newSweep(0);
  expect(await run()).toBe(4);
  expect(counted).toEqual({});
});
