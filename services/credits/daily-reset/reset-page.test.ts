/** FS11 the daily reset's pages over a real index, its messages kept by the test. */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { pageBelow } from '../read-models/balance-indexes.ts';
import { type Balance, balanceOf, dailyKeyFrom } from '../read-models/balances.ts';
import { readModelWriter } from '../read-models/projections.ts';
import { createBalancesTable } from '../test/balances-table.ts';
import { catalogWithDaily, definitionWithDaily } from '../test/daily-app.ts';
import { keptLog, newAccounts, stream } from '../test/doubles.ts';
import { type IssueMessage, issueMessage, type ResetMessage, resetMessage } from './messages.ts';
import { resetPage } from './reset-page.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const midnight = '2026-11-06T00:00:20.000Z';
const record = { messageId: 'message-1' };
const start: ResetMessage = { kind: 'page', app: 'sparky' };

/** The row of an account, of this user and last issued on this day. */
const rowOf = async (): Promise<(user: string, lastDay: number) => Balance> => {
  const { openWith, store } = newAccounts();
  await openWith(1);
  const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
  if (!newest) throw new Error('no events');
  const row = balanceOf(newest, definitionWithDaily);
  return (user, lastDay) => ({
    ...row,
    owner: `sparky#${user}`,
    user,
    plan: 'daily',
    dailyKey: `${dailyKeyFrom(lastDay)}${user}`,
  });
};

let tablesMade = 0;
const newReset = async (
  rows: readonly Balance[],
  { pageSize = 20, now = midnight, catalog = catalogWithDaily() } = {},
) => {
  tablesMade += 1;
  const balances = await createBalancesTable(dynamoDb.client, `balances-${tablesMade}`);
  const write = readModelWriter(dynamoDb.client, { balances, usage: 'none' });
  for (const row of rows) await write({ table: 'balances', row });
  const waiting: ResetMessage[] = [];
  const issues: IssueMessage[] = [];
  const calls = { issues: 0 };
  const { logger, lines } = keptLog();
  const handle = resetPage({
    catalog,
    pageBelow: pageBelow(dynamoDb.client, balances, 'byApp'),
    sendIssues: async (messages) => {
      calls.issues += 1;
      issues.push(...messages.map((message) => issueMessage.parse(message)));
    },
    sendReset: async (message) => {
      waiting.push(resetMessage.parse(message));
    },
    logger,
    now: () => now,
    pageSize,
  });
  /** Works until nothing waits; gives the number of pages. */
  const run = async (first: ResetMessage = start): Promise<number> => {
    waiting.push(first);
    for (let pages = 0; ; pages += 1) {
      const message = waiting.shift();
      if (!message) return pages;
      if (pages > 100) throw new Error('the reset does not end');
      await handle(message, record);
    }
  };
  return { handle, run, waiting, issues, calls, lines };
};

const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${String(index).padStart(3, '0')}`);
const named = (issues: readonly IssueMessage[]) => issues.flatMap(({ users }) => users).toSorted();

test('45 accounts are three pages of 20 and five batches of at most 10', async () => {
  const row = await rowOf();
  const { run, issues, calls } = await newReset(users(45).map((user) => row(user, 20_261_105)));
  expect(await run()).toBe(3);
  expect(issues.map(({ users }) => users.length)).toEqual([10, 10, 10, 10, 5]);
  expect(calls.issues).toBe(3);
  expect(named(issues)).toEqual(users(45));
});

test('a page is a hundred accounts, handed on in one call', async () => {
  const row = await rowOf();
  const { handle, issues, calls, waiting } = await newReset(
    users(101).map((user) => row(user, 20_261_105)),
    { pageSize: 1_000 },
  );
  await handle(start, record);
  expect([calls.issues, issues.length, waiting.length]).toEqual([1, 10, 1]);
  expect(named(issues)).toHaveLength(100);
});

test('only accounts that need it: not those issued today, nor those of a plan without a daily allowance', async () => {
  const row = await rowOf();
  const { dailyKey: _, ...withoutPlan } = row('user-c', 0);
  const { run, issues } = await newReset([
    row('user-a', 20_261_105),
    row('user-b', 20_261_106),
    withoutPlan,
    row('user-d', 0),
    { ...row('user-e', 20_261_105), owner: 'other#user-e', app: 'other' },
  ]);
  await run();
  expect(named(issues)).toEqual(['user-a', 'user-d']);
});

test('an app with nobody to issue to costs one page and no message', async () => {
  const row = await rowOf();
  const { run, calls } = await newReset([row('user-a', 20_261_106)]);
  expect(await run()).toBe(1);
  expect(calls.issues).toBe(0);
});

test('an app that gives nothing ends at once; one that an admin lets give by the month or day does not', async () => {
  const row = await rowOf();
  const none = { daily_credits: 0, monthly_credits: 0 };
  const served = (...changes: Partial<AppDefinition['plans'][number]>[]): Catalog => ({
    app: async () => {
      const plans = definitionWithDaily.plans.map((plan) => ({ ...plan, ...none, ...changes[0] }));
      const paid = { ...plans[0], ...none, ...changes[1], id: 'paid' } as (typeof plans)[number];
      return { ...definitionWithDaily, plans: [...plans.slice(0, 1), paid], default_plan: plans[0]?.id ?? '' };
    },
  });
  const issuedBy = async (catalog: Catalog) => {
    const { run, issues } = await newReset([row('user-a', 20_261_105)], { catalog });
    expect(await run()).toBe(1);
    return named(issues);
  };
  expect(await issuedBy(served())).toEqual([]);
  expect(await issuedBy(served({}, { monthly_credits: 5 }))).toEqual([]);
  expect(await issuedBy(served({ monthly_credits: 5 }))).toEqual(['user-a']);
  expect(await issuedBy(served({}, { daily_credits: 5 }))).toEqual(['user-a']);
});

test('a start names the run for all its messages, and an admin is named with it', async () => {
  const row = await rowOf();
  const { run, issues } = await newReset(
    users(3).map((user) => row(user, 20_261_105)),
    { pageSize: 2 },
  );
  await run({ ...start, actor: 'admin:7' });
  expect(issues.map(({ correlationId, actor }) => [correlationId, actor])).toEqual([
    ['message-1', 'admin:7'],
    ['message-1', 'admin:7'],
  ]);
});

test('a message that comes a day late looks for those due by the clock, not by its own time', async () => {
  const row = await rowOf();
  const rows = [row('user-a', 20_261_105), row('user-b', 20_261_106), row('user-c', 20_261_107)];
  const { run, issues } = await newReset(rows, { now: '2026-11-07T03:00:00.000Z' });
  await run();
  expect(named(issues)).toEqual(['user-a', 'user-b']);
});

test('an unknown app is warned of and ends the reset', async () => {
  const { run, lines } = await newReset([]);
  expect(await run({ ...start, app: 'gone' })).toBe(1);
  expect(lines).toEqual([{ level: 'warn', message: 'daily reset of an unknown app' }]);
});
