/** X7 PP13: every named query runs on a scripted week, and its totals are the ledgers'. `npm run busy-week` does so at full size. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readLibrary } from '#services/analytics/operations/named-queries.ts';
import { askLake, type Comparison, comparisons } from './compare.ts';
import { rowsOf, writeLake } from './lake.ts';
import { seeded } from './random.ts';
import { busyWeek, firstDay, lastDay, type Week } from './week.ts';

const size = { users: 120, jobs: 1_500, trouble: 4 };
let folder: string;
let week: Week;
let compared: Comparison[];
let rows: ReturnType<typeof rowsOf>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'busy-week-test-'));
  week = await busyWeek(9, size);
  rows = rowsOf(week.told, seeded(9));
  await writeLake(rows, folder);
  compared = await comparisons(askLake(folder), week);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const parts = [
  'ledger',
  'liability by kind and expiry',
  'liability, held',
  'credits spent',
  'credits bought and given',
  'credits bought on the last day',
  'top users',
  'revenue',
  'revenue, net',
  'revenue, mismatched',
  'refunds and disputes',
  'conversion',
  'jobs by status',
  'failures',
  'providers, completed',
  'providers, blocked',
  'cache savings',
  'retention by streak',
];

describe('X7 the totals of the named queries are the ledgers’', () => {
  test.each(parts)('%s', (what) => {
    const found = compared.find((comparison) => comparison.what === what);
    expect(found).toBeDefined();
    expect(found?.asked).toEqual(found?.books);
  });
  test('nothing is compared that is not listed here', () => {
    expect(compared.map(({ what }) => what)).toEqual(parts);
  });
});

test('X7 every named query answers, and docs/analytics.md says what each of its columns means', async () => {
  const docs = await readFile(join(import.meta.dirname, '../../docs/analytics.md'), 'utf8');
  const sections = new Map(docs.split(/^### /m).map((section) => [section.split('\n')[0], section]));
  const { queries } = await readLibrary();
  const ask = askLake(folder);
  for (const name of queries.keys()) {
    const [first] = await ask(name, '--from', firstDay, '--until', lastDay);
    expect([name, first !== undefined]).toEqual([name, true]);
    const untold = Object.keys(first ?? {}).filter((column) => !sections.get(name)?.includes(`\`${column}\``));
    expect([name, untold]).toEqual([name, []]);
  }
});

test('the week has of everything: every end of a job, money that comes and goes back, credits that expire, people who leave', () => {
  const types = new Set(week.told.map(({ detail }) => detail.type));
  const wanted = [
    ...['JobSucceeded', 'JobFailed', 'JobCancelled', 'JobRemoved', 'HoldSettled', 'HoldReleased', 'GrantsExpired'],
    ...['PaymentCaptured', 'PaymentRefunded', 'PaymentMismatched', 'PaymentFailed', 'DisputeOpened', 'DisputeWon'],
    ...['GrantRevoked', 'GrantReinstated', 'DebtRepaid', 'SubscriptionRenewed', 'PlanChanged'],
    ...['CreditsAdjusted', 'TopUpRequested', 'TopUpEnded', 'AccountClosed'],
  ];
  expect(wanted.filter((type) => !types.has(type))).toEqual([]);
  expect(week.states.jobs.size).toBe(size.jobs);
});

test('X7 what the lake holds twice is counted once', async () => {
  const [counted] = await askLake(folder)(
    'SELECT (SELECT count(*) FROM events) AS in_lake, (SELECT count(*) FROM facts) AS counted',
  );
  expect(counted).toEqual({ in_lake: rows.length, counted: week.told.length });
  expect(rows.length).toBeGreaterThan(week.told.length);
});

test('a part of the week is the sum of its days, and of its apps', async () => {
  const ask = askLake(folder);
  const spent = async (...args: string[]) =>
    (await ask('credits-by-day', ...args)).reduce((sum, { credits }) => sum + Number(credits), 0);
  const days = ['2026-11-10', '2026-11-11', '2026-11-12'];
  const each = await Promise.all(days.map((day) => spent('--from', day, '--until', day)));
  expect(await spent('--from', '2026-11-10', '--until', '2026-11-12')).toBe(each.reduce((a, b) => a + b, 0));
  const apps = [...new Set(rows.map(({ partition }) => partition.app))];
  const ofApps = await Promise.all(apps.map((app) => spent('--app', app)));
  expect(await spent()).toBe(ofApps.reduce((a, b) => a + b, 0));
});

test('the same seed is the same week, another seed another one', async () => {
  const small = { users: 12, jobs: 60 };
  const one = await busyWeek(5, small);
  expect((await busyWeek(5, small)).told).toEqual(one.told);
  expect((await busyWeek(6, small)).told).not.toEqual(one.told);
});

test('the lake of the week names nobody: no user, no job, no word that somebody wrote', () => {
  const text = JSON.stringify(rows);
  // Every id of the week holds a UUID; a pseudonym is none.
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/);
  expect(['ada@example.com', 'For Ada', 'private text', 'my daughter'].filter((word) => text.includes(word))).toEqual(
    [],
  );
});
