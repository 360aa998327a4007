/** An app's figures of some days, made of counters. */
import { type Amounts, sum } from './measure.ts';

export interface JobCounts {
  readonly requested: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface Revenue {
  readonly currency: string;
  readonly payments: number;
  readonly captured: number;
  /** Came, and was not what was asked for. */
  readonly mismatched: number;
  readonly refunded: number;
  readonly disputed: number;
  /** Of what was disputed, what came back. */
  readonly won: number;
}

export interface Report {
  readonly jobs: JobCounts;
  readonly tools: readonly (JobCounts & { readonly tool: string })[];
  readonly failures: Readonly<Record<string, number>>;
  readonly grantedByKind: Readonly<Record<string, number>>;
  readonly revokedByReason: Readonly<Record<string, number>>;
  /** Credits by what became of them, as in `spent`. */
  readonly credits: (what: string) => number;
  readonly revenue: readonly Revenue[];
  readonly newUsers: number;
  readonly usersLeft: number;
}

/** What is below a prefix, by what follows it. */
const below = (amounts: Amounts, prefix: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(amounts).flatMap(([counter, amount]) =>
      counter.startsWith(prefix) ? [[counter.slice(prefix.length), amount] as const] : [],
    ),
  );

const byName = (one: string, other: string): number => (one < other ? -1 : 1);
const total = (amounts: Readonly<Record<string, number>>): number =>
  Object.values(amounts).reduce((sum, amount) => sum + amount, 0);

const jobsOf = (amounts: Amounts) => {
  const requested = below(amounts, 'job/requested/');
  const completed = below(amounts, 'job/completed/');
  const failed = below(amounts, 'job/failed/');
  const cancelled = below(amounts, 'job/cancelled/');
  const tools = new Set([requested, completed, failed, cancelled].flatMap((counts) => Object.keys(counts)));
  return {
    jobs: {
      requested: total(requested),
      completed: total(completed),
      failed: total(failed),
      cancelled: total(cancelled),
    },
    tools: [...tools].toSorted(byName).map((tool) => ({
      tool,
      requested: requested[tool] ?? 0,
      completed: completed[tool] ?? 0,
      failed: failed[tool] ?? 0,
      cancelled: cancelled[tool] ?? 0,
    })),
  };
};

const revenueOf = (amounts: Amounts): Revenue[] => {
  const money = below(amounts, 'money/');
  const currencies = new Set(Object.keys(money).map((name) => name.split('/')[1] ?? ''));
  const of = (what: string, currency: string) => money[`${what}/${currency}`] ?? 0;
  return [...currencies].toSorted(byName).map((currency) => ({
    currency,
    payments: amounts[`payment/${currency}`] ?? 0,
    captured: of('captured', currency),
    mismatched: of('mismatched', currency),
    refunded: of('refunded', currency),
    disputed: of('disputed', currency),
    won: of('won', currency),
  }));
};

/** Of the counters of each day. */
export const report = (days: readonly Amounts[]): Report => {
  const amounts = sum(days);
  return {
    ...jobsOf(amounts),
    failures: below(amounts, 'failure/'),
    grantedByKind: below(amounts, 'credits/granted/'),
    revokedByReason: below(amounts, 'credits/revoked/'),
    credits: (what) => amounts[`credits/${what}`] ?? 0,
    revenue: revenueOf(amounts),
    newUsers: amounts['user/new'] ?? 0,
    usersLeft: amounts['user/left'] ?? 0,
  };
};
