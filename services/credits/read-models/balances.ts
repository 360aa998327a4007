/**
 * Every account's balance, for lists over many accounts and for the schedules. A row is made of the newest event's state alone,
 * and an older version never replaces a newer one: duplicates and reordering do no harm. A user's own balance is read from the events.
 */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { fingerprint } from '#shared/ids.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { AccountEvent } from '../domain/events.ts';
import { planOf, rulesOf } from '../domain/plans.ts';
import { type Policy, policyOf } from '../domain/policy.ts';
import { type Account, available, held, isoTime, type Ledger } from '../domain/state.ts';

/**
 * The table's indexes. They hold keys alone and are written only when those change. A row without an index's sort key is not in it.
 * `byApp`: accounts with a daily allowance, those that waited longest for it first. `byHoldExpiry`: accounts with open holds, in
 * four partitions, so that all apps' holds do not meet in one. `byBalance`, `bySpent`, `byUser`: an app's accounts in that order.
 */
export const balanceIndexes = {
  byApp: { partitionKey: 'app', sortKey: 'dailyKey' },
  byHoldExpiry: { partitionKey: 'holdShard', sortKey: 'nextHoldExpiry' },
  byBalance: { partitionKey: 'app', sortKey: 'balanceKey' },
  bySpent: { partitionKey: 'app', sortKey: 'spentKey' },
  byUser: { partitionKey: 'app', sortKey: 'user' },
} as const;

export interface Balance {
  /** `app#user`. */
  readonly owner: string;
  readonly app: string;
  readonly user: string;
  readonly status: Account['status'];
  /** The default one also where the app no longer has the account's. Absent where the app is not known any more. */
  readonly plan?: string;
  /** As of `updated`: what has expired since is not taken off yet, and today's allowance may not be issued yet. */
  readonly available: number;
  readonly held: number;
  readonly spent: number;
  readonly granted: number;
  readonly debt: number;
  readonly version: number;
  readonly updated: string;
  /** `<day for which the allowance was issued last, or 0>#<user>`; only with a plan that has one. */
  readonly dailyKey?: string;
  /** One of `holdShards`; only with an open hold, as the next. */
  readonly holdShard?: string;
  /** ISO-8601 UTC: the earliest expiry of an open hold. */
  readonly nextHoldExpiry?: string;
  /** `<available, padded>#<user>`. */
  readonly balanceKey: string;
  /** `<spent, padded>#<user>`. */
  readonly spentKey: string;
}

export const holdShards = ['h0', 'h1', 'h2', 'h3'] as const;
const holdShardOf = (owner: string): string => `h${fingerprint(owner).charCodeAt(0) % holdShards.length}`;

/** Digits enough for a thousand grants of a million, a million times over: as text they sort as numbers do. */
const digits = 15;
export const sortableCredits = (credits: number): string => String(credits).padStart(digits, '0');

/** Sorts behind all days before it, and before the day's own accounts. */
export const dailyKeyFrom = (day: number): string => `${day}#`;

const nextExpiry = ({ holds }: Ledger): number | undefined => {
  const expiries = Object.values(holds).map(({ until }) => until);
  return expiries.length === 0 ? undefined : expiries.reduce((one, other) => Math.min(one, other));
};

/**
 * The last day for which the account's allowance was issued: today's where its plan has a daily one, the end of the month where the
 * default plan gives by the month alone. Nothing where it gives neither.
 */
const allowanceDayOf = (ledger: Ledger, policy: Policy): number | undefined => {
  const { dailyCredits, monthlyCredits } = rulesOf(ledger, policy);
  if (dailyCredits > 0) return ledger.dailyDay ?? 0;
  if (monthlyCredits === 0 || planOf(ledger, policy) !== policy.defaultPlan) return undefined;
  return ledger.planMonth === undefined ? 0 : ledger.planMonth * 100 + 31;
};

const scheduleKeys = (
  ledger: Ledger,
  { owner, user, allowanceDay }: { owner: string; user: string; allowanceDay: number | undefined },
): Pick<Balance, 'dailyKey' | 'holdShard' | 'nextHoldExpiry'> => {
  const expiry = nextExpiry(ledger);
  return {
    ...(allowanceDay !== undefined && ledger.status === 'open'
      ? { dailyKey: `${dailyKeyFrom(allowanceDay)}${user}` }
      : {}),
    ...(expiry === undefined ? {} : { holdShard: holdShardOf(owner), nextHoldExpiry: isoTime(expiry) }),
  };
};

/** Pure: the same event and definition always give the same row. */
export const balanceOf = (
  { stream, version, at, state }: RecordedEvent<AccountEvent, Account>,
  definition: AppDefinition | undefined,
): Balance => {
  const { app, user } = parseOwnerKey(stream);
  const ledger = state.status === 'unopened' ? undefined : state;
  const policy = definition && policyOf(definition, at);
  const plan = policy ? planOf(state, policy) : ledger?.plan;
  const allowanceDay = ledger && policy ? allowanceDayOf(ledger, policy) : undefined;
  const left = available(state);
  const spent = ledger?.totals.spent ?? 0;
  return {
    owner: stream,
    app,
    user,
    status: state.status,
    ...(plan === undefined ? {} : { plan }),
    available: left,
    held: held(state),
    spent,
    granted: ledger?.totals.granted ?? 0,
    debt: ledger?.debt ?? 0,
    version,
    updated: at,
    ...(ledger ? scheduleKeys(ledger, { owner: stream, user, allowanceDay }) : {}),
    balanceKey: `${sortableCredits(left)}#${user}`,
    spentKey: `${sortableCredits(spent)}#${user}`,
  };
};
