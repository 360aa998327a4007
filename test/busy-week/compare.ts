/** What the named queries answer beside what the ledgers say: the same, or something is wrong with a query, an event or the lake. */
import { runQuery } from '#services/analytics/operations/run.ts';
import type { Value } from '#services/analytics/operations/table.ts';
import * as books from './books.ts';
import { lastDay, type Week } from './week.ts';

export type Row = Readonly<Record<string, Value>>;

/** By `npm run query` itself. @throws what it complains of. */
export const askLake =
  (folder: string) =>
  async (...args: readonly string[]): Promise<Row[]> => {
    const [printed, complaints]: [string[], string[]] = [[], []];
    const code = await runQuery([...args, '--json', '--lake', folder], {
      print: (text) => void printed.push(text),
      complain: (text) => void complaints.push(text),
      progress: () => undefined,
    });
    if (code !== 0) throw new Error(complaints.join('\n'));
    return JSON.parse(printed.join('\n'));
  };
export type Ask = ReturnType<typeof askLake>;

export interface Comparison {
  readonly what: string;
  readonly asked: unknown;
  readonly books: unknown;
}

/** Sums of columns under the values of others; groups of zeros alone say nothing. */
const sums = (rows: readonly Row[], by: readonly string[], of: readonly string[]) => {
  const keyOf = (row: Row) => by.map((name) => row[name] ?? '-').join(' ');
  return withoutZeros(books.grouped(rows.map((row) => [keyOf(row), of.map((name) => Number(row[name]))] as const)));
};
const withoutZeros = (groups: Record<string, number[]>) =>
  Object.fromEntries(
    Object.entries(groups)
      .filter(([, values]) => values.some((value) => value !== 0))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

const ofCredits = async (ask: Ask, { states }: Week): Promise<Comparison[]> => {
  const [ledger, liability, byDay, bought, top] = await Promise.all([
    ask('ledger'),
    ask('liability'),
    ask('credits-by-day'),
    ask('credits-bought'),
    ask('top-users'),
  ]);
  const totals = ['open_accounts', 'granted', 'spent', 'expired', 'revoked', 'held', 'remaining', 'debt'];
  const ledgers = books.ledgerTotals(states);
  const column = (index: number) =>
    withoutZeros(Object.fromEntries(Object.entries(ledgers).map(([app, all]) => [app, [all[index] ?? 0]])));
  const moved = (...movements: string[]) => byDay.filter(({ movement }) => movements.includes(String(movement)));
  const boughtOnLastDay = moved('bought').filter(({ day }) => day === lastDay);
  return [
    { what: 'ledger', asked: sums(ledger, ['app'], totals), books: withoutZeros(ledgers) },
    {
      what: 'liability by kind and expiry',
      asked: sums(liability, ['app', 'kind', 'expires_on'], ['remaining']),
      books: withoutZeros(books.liability(states)),
    },
    { what: 'liability, held', asked: sums(liability, ['app'], ['held']), books: column(5) },
    { what: 'credits spent', asked: sums(moved('spent'), ['app'], ['credits']), books: column(2) },
    {
      what: 'credits bought and given',
      asked: sums(moved('bought', 'given'), ['app'], ['credits']),
      books: column(1),
    },
    {
      what: 'credits bought on the last day',
      asked: sums(bought, ['app'], ['credits']),
      books: sums(boughtOnLastDay, ['app'], ['credits']),
    },
    { what: 'top users', asked: top.map(({ spent }) => spent), books: books.topSpent(states) },
  ];
};

const ofMoney = async (ask: Ask, { states }: Week): Promise<Comparison[]> => {
  const [revenue, refunds, conversion] = await Promise.all([ask('revenue'), ask('refunds'), ask('conversion')]);
  const money = ['payments', 'captured_minor', 'refunded_minor'];
  const net = (rows: readonly Row[]) =>
    rows.filter(
      (row) => row.net_minor !== Number(row.captured_minor) + Number(row.mismatched_minor) - Number(row.refunded_minor),
    );
  return [
    {
      what: 'revenue',
      asked: sums(revenue, ['app', 'currency', 'item'], money),
      books: withoutZeros(books.revenue(states)),
    },
    { what: 'revenue, net', asked: net(revenue), books: [] },
    {
      what: 'revenue, mismatched',
      asked: sums(revenue, ['app'], ['mismatched_minor']),
      books: withoutZeros(books.mismatchedMinor(states)),
    },
    {
      what: 'refunds and disputes',
      asked: sums(refunds, ['app'], ['refunded_minor', 'disputes', 'won', 'lost']),
      books: withoutZeros(books.moneyBack(states)),
    },
    {
      what: 'conversion',
      asked: sums(conversion, ['app'], ['opened', 'bought']),
      books: withoutZeros(books.accountsAndBuyers(states)),
    },
  ];
};

const ofJobs = async (ask: Ask, { states }: Week): Promise<Comparison[]> => {
  const [byStatus, failures, providers, savings, retention] = await Promise.all([
    ask('jobs-by-status'),
    ask('failures'),
    ask('providers'),
    ask('cache-savings'),
    ask('retention'),
  ]);
  const jobs = books.jobsByStatus(states);
  const total = (groups: Record<string, number[]>) =>
    Object.values(groups).reduce((sum, [value = 0]) => sum + value, 0);
  const named = (groups: Record<string, number[]>, ending: string) =>
    Object.fromEntries(Object.entries(groups).filter(([key]) => key.endsWith(` ${ending}`)));
  const hits = books.cacheHits(states);
  return [
    {
      what: 'jobs by status',
      asked: sums(byStatus, ['app', 'status'], ['jobs', 'credits']),
      books: withoutZeros(jobs),
    },
    {
      what: 'failures',
      asked: sums(failures, ['app', 'tool', 'reason'], ['failures']),
      books: withoutZeros(books.failures(states)),
    },
    {
      what: 'providers, completed',
      asked: providers.reduce((sum, { completed }) => sum + Number(completed), 0),
      books: total(named(jobs, 'completed')) - total(hits),
    },
    {
      what: 'providers, blocked',
      asked: providers.reduce((sum, { blocked }) => sum + Number(blocked), 0),
      books: total(named(books.failures(states), 'blocked')),
    },
    { what: 'cache savings', asked: sums(savings, ['app'], ['hits']), books: withoutZeros(hits) },
    {
      what: 'retention by streak',
      asked: withoutZeros(sums(retention, ['app', 'streak_days'], ['users', 'returned'])),
      books: withoutZeros(books.retention(states)),
    },
  ];
};

export const comparisons = async (ask: Ask, week: Week): Promise<Comparison[]> => [
  ...(await ofCredits(ask, week)),
  ...(await ofMoney(ask, week)),
  ...(await ofJobs(ask, week)),
];
