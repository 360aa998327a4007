/**
 * An account's credits: what each grant has left, what open holds have set aside, and the totals that prove nothing is
 * lost. The state rides on every event, so it is small: times are epoch seconds, zeros and defaults are left out.
 */
import { fingerprint } from '#shared/ids.ts';
import type { GrantKind } from '../contracts.ts';
import type { Rows, TopUp } from './events.ts';
import type { RecentHolds } from './recent-holds.ts';

export interface Grant {
  readonly kind: GrantKind;
  readonly left: number;
  /** When it was granted. */
  readonly from: number;
  /** When it expires; absent: never. */
  readonly until?: number;
  /** Absent: the kind's own. */
  readonly priority?: number;
}

/** Credits set aside for a job. */
export interface Hold {
  /** They go back to these grants, whatever the burn order is by then. */
  readonly rows: Rows;
  /** A sweep may release it after this. */
  readonly until: number;
  /** The day it counts to. */
  readonly day: number;
  /** Made for a run that only pro plans open. Absent: for another. */
  readonly pro?: true;
}

export interface Totals {
  readonly granted: number;
  readonly spent: number;
  readonly expired?: number;
  /** Taken back: by revocations, as repayment of debt, by adjustments, at the closing. */
  readonly revoked?: number;
}

/** What a refund or dispute took, so that no more than that is ever given back for it. */
export interface Revocation {
  /** Fingerprint of its id. */
  readonly id: string;
  /** Taken back, less what was given back since. */
  readonly credits: number;
  /** Fingerprint of the grant. Absent in old ones. */
  readonly grant?: string;
}

/** Automatic top-ups so far: kept when the user turns them off, so that turning them on again evades no limit. */
export interface TopUps {
  /** Calendar month in UTC of the newest, as in 202611. */
  readonly month: number;
  /** Requested in that month. */
  readonly requested: number;
  /** Of these, declined. Absent: none. */
  readonly declined?: number;
  /** The one that billing works on. */
  readonly pending?: { readonly id: string; readonly since: number };
  /** Declined in a row. Absent: none. */
  readonly declines?: number;
  /** No other is requested before this. */
  readonly notBefore?: number;
}

export interface Ledger {
  readonly status: 'open' | 'closed';
  /** By grant id. A grant that has nothing left stays only while an open hold may give something back to it. */
  readonly grants: Readonly<Record<string, Grant>>;
  /** Open holds by their id: whole, for whoever finds two ids with one fingerprint must not run two jobs on one hold. */
  readonly holds: Readonly<Record<string, Hold>>;
  /** Short marks of the holds closed last, oldest first, in one string. Two that share one only cost a refused repetition. */
  readonly closedHolds: string;
  /** I1: granted = left + held + spent + expired + revoked, at every version. */
  readonly totals: Totals;
  /** Held or spent on the latest day that had a hold, less what came back on it. */
  readonly today?: { readonly day: number; readonly spent: number };
  /** Absent: no hold was ever made while the app limited jobs by the hour. */
  readonly recent?: RecentHolds;
  /** Absent: the app's default plan. */
  readonly plan?: string;
  /** The newest change of plan that billing told of, by its order. Absent: none. */
  readonly planOrder?: number;
  /** The newest paid period whose credits were granted, by its order. Absent: none. */
  readonly periodOrder?: number;
  /** The latest day whose allowance was issued. Absent: none ever was. */
  readonly dailyDay?: number;
  /** The latest month whose credits of the default plan were issued. Absent: none ever were. */
  readonly planMonth?: number;
  /** Owed after a revocation of more than was left. Absent: nothing. */
  readonly debt?: number;
  /** Revocations not taken back, newest last. Absent: none. */
  readonly revocations?: readonly Revocation[];
  /** The user wants to be told when less than this is available. Absent: never. */
  readonly alertBelow?: number;
  /** Absent: no automatic top-ups. */
  readonly topUp?: TopUp;
  readonly topUps?: TopUps;
}

export type Account = { readonly status: 'unopened' } | Ledger;

export const unopened: Account = { status: 'unopened' };

/** A hold that was closed as one of the last so many is known as such; an earlier one is unknown. */
export const closedHoldsKept = 32;
/**
 * Where holds are counted by the hour, a new one leaves so many: the marks dropped weigh as much as the counts, so that the
 * item of a hold stays within its one write unit.
 */
export const closedHoldsKeptWithRecent = 24;
/** Characters of a closed hold's mark: 36 bits. */
const width = 6;
const markOf = (holdId: string): string => fingerprint(holdId).slice(0, width);

export const epochSeconds = (at: string): number => Math.floor(Date.parse(at) / 1_000);

export const isoTime = (seconds: number): string => new Date(seconds * 1_000).toISOString();

/** All credits of some rows. */
export const total = (rows: Rows | undefined): number =>
  Object.values(rows ?? {}).reduce((sum, credits) => sum + credits, 0);

const isExpired = ({ until }: Grant, now: number): boolean => until !== undefined && until <= now;

/** The grants that can be spent from at a moment. */
export const usableGrants = (ledger: Ledger, now: number): [id: string, grant: Grant][] =>
  Object.entries(ledger.grants).filter(([, grant]) => grant.left > 0 && !isExpired(grant, now));

/** What is left in grants that have expired but were not yet told to. */
export const expiredRows = (ledger: Ledger, now: number): Rows =>
  Object.fromEntries(
    Object.entries(ledger.grants)
      .filter(([, grant]) => grant.left > 0 && isExpired(grant, now))
      .map(([id, { left }]) => [id, left]),
  );

/** Left in all grants; with a moment, only in those that have not expired by then. */
export const available = (account: Account, now = 0): number =>
  account.status === 'unopened' ? 0 : usableGrants(account, now).reduce((sum, [, { left }]) => sum + left, 0);

/** Set aside by open holds. */
export const held = (account: Account): number =>
  account.status === 'unopened' ? 0 : Object.values(account.holds).reduce((sum, { rows }) => sum + total(rows), 0);

/** The open hold with this id. */
export const openHold = ({ holds }: Ledger, holdId: string): Hold | undefined =>
  Object.hasOwn(holds, holdId) ? holds[holdId] : undefined;

/** A revocation that was not taken back. */
export const revocationOf = ({ revocations = [] }: Ledger, revocationId: string): Revocation | undefined => {
  const key = fingerprint(revocationId);
  return revocations.find(({ id }) => id === key);
};

export type HoldStatus = 'open' | 'closed' | 'unknown';

/** `closed`: one of the last 32 that were; `unknown`: never heard of, or closed long ago. */
export const holdStatus = (account: Account, holdId: string): HoldStatus => {
  if (account.status === 'unopened') return 'unknown';
  if (openHold(account, holdId)) return 'open';
  const sought = markOf(holdId);
  const count = account.closedHolds.length / width;
  const isClosed = Array.from({ length: count }, (_, index) => index * width).some(
    (start) => account.closedHolds.slice(start, start + width) === sought,
  );
  return isClosed ? 'closed' : 'unknown';
};

/** The list of closed holds without the oldest, where there are more than so many. */
export const newestClosedHolds = (closedHolds: string, kept: number): string => closedHolds.slice(-width * kept);

/** The list of closed holds with one more, the oldest forgotten. */
export const withClosedHold = (closedHolds: string, holdId: string): string =>
  newestClosedHolds(closedHolds + markOf(holdId), closedHoldsKept);
