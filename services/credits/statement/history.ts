/**
 * An account's events of some days. Versions are gapless and go with time, so the ends of a range are found by halving, at
 * one small read a step, and nothing before or behind it is read.
 */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { AccountEvent } from '../domain/events.ts';
import { localDay } from '../domain/local-day.ts';
import type { Account } from '../domain/state.ts';
import type { AccountStore } from '../handle-account.ts';

export type AccountRecord = RecordedEvent<AccountEvent, Account>;

/** Both inclusive, as in 20261105; absent: from the beginning, to the newest. */
export interface Days {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Of the app. */
  readonly zone: string;
}

/** Events are stamped by many machines: one may be stamped up to so much before the one that it follows. */
const clockSkewMs = 60_000;

/** @example dayNumber('2026-11-05') // 20261105 */
export const dayNumber = (date: string): number => Number(date.replaceAll('-', ''));

export const daysOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }, zone: string): Days => ({
  zone,
  ...(from === undefined ? {} : { from: dayNumber(from) }),
  ...(to === undefined ? {} : { to: dayNumber(to) }),
});

const shifted = (at: string, byMs: number): string => new Date(Date.parse(at) + byMs).toISOString();

export const isWithin = ({ at }: Pick<AccountRecord, 'at'>, { from, to, zone }: Days): boolean => {
  if (from === undefined && to === undefined) return true;
  const day = localDay(at, zone);
  return (from === undefined || day >= from) && (to === undefined || day <= to);
};

/** Surely before the days, as all events before it are. */
export const isBefore = ({ at }: Pick<AccountRecord, 'at'>, { from, zone }: Days): boolean =>
  from !== undefined && localDay(shifted(at, clockSkewMs), zone) < from;

/** Surely behind the days, as all events behind it are. */
const isBehind = ({ at }: Pick<AccountRecord, 'at'>, { to, zone }: Days): boolean =>
  to !== undefined && localDay(shifted(at, -clockSkewMs), zone) > to;

/** The first version that the test holds for, which then holds for all behind it; `newest + 1` when there is none. */
const firstVersion = async (
  store: AccountStore,
  stream: string,
  newest: number,
  holds: (recorded: AccountRecord) => boolean,
): Promise<number> => {
  let [low, high] = [1, newest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [recorded] = await store.read(stream, { after: middle - 1, limit: 1 });
    if (!recorded) throw new Error(`${stream} has no version ${middle}`);
    if (holds(recorded)) high = middle;
    else low = middle + 1;
  }
  return low;
};

export interface Versions {
  /** Inclusive. */
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

/** Where the days' events surely are; a few around them may be in it. */
export const versionsWithin = async (store: AccountStore, stream: string, days: Days): Promise<Versions> => {
  const newest = (await store.load(stream))?.version ?? 0;
  const [first, end] = await Promise.all([
    days.from === undefined ? 1 : firstVersion(store, stream, newest, (recorded) => !isBefore(recorded, days)),
    days.to === undefined ? newest + 1 : firstVersion(store, stream, newest, (recorded) => isBehind(recorded, days)),
  ]);
  return { first, end };
};

/** Read in pages of so many. An event with its state is 1 KB or so, a page of a Query at most 1 MB. */
const pageSize = 500;

/** Oldest first. */
export const eventsWithin = async function* (
  store: AccountStore,
  stream: string,
  { first, end }: Versions,
): AsyncGenerator<AccountRecord> {
  for (let next = first; next < end; next += pageSize) {
    yield* await store.read(stream, { after: next - 1, limit: Math.min(pageSize, end - next) });
  }
};
