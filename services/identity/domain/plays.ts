/**
 * How often a user has played something in the calendar month of their zone (BM8). The last twenty plays are remembered by
 * their keys, so that one that is told twice counts once.
 */
import { fingerprint } from '#shared/ids.ts';

export interface Plays {
  /** As in `2026-11`. */
  readonly month: string;
  readonly count: number;
  /** Fingerprints of the last plays' keys, newest last; also of the month before, where a repeat may belong. */
  readonly recent: readonly string[];
}

/** Whoever repeats a request does so soon. */
export const playsRemembered = 20;

/** The month that counts: never an earlier one than before, or a change of zones on the first of a month would count twice. */
const laterMonth = (plays: Plays | undefined, month: string): string =>
  plays !== undefined && plays.month > month ? plays.month : month;

/** The plays with one more; the very same plays when this one was counted before. */
export const afterPlay = (plays: Plays | undefined, month: string, key: string): Plays => {
  const mark = fingerprint(key);
  if (plays?.recent.includes(mark)) return plays;
  const counted = laterMonth(plays, month);
  return {
    month: counted,
    count: (plays?.month === counted ? plays.count : 0) + 1,
    recent: [...(plays?.recent ?? []), mark].slice(-playsRemembered),
  };
};

/** The count of this month, and which month that is. */
export const monthlyPlays = (plays: Plays | undefined, month: string): { month: string; count: number } => {
  const counted = laterMonth(plays, month);
  return { month: counted, count: plays?.month === counted ? plays.count : 0 };
};
