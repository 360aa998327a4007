/**
 * Days of activity in a row (BM13). A day counts once, by its date where the user is, and only a date later than the last one
 * counts: a request that comes again or late gains nothing. Who changes zones may be up to two dates ahead once, never the same date twice.
 */
import { dayAfter } from './local-date.ts';

export interface Streak {
  /** Days in a row, up to the last active date. */
  readonly current: number;
  readonly longest: number;
  readonly last_active_date?: string;
}

export const noStreak: Streak = { current: 0, longest: 0 };

/** The streak after activity on this date; the very same streak when the date does not count. */
export const afterActivity = (streak: Streak, today: string): Streak => {
  const { current, longest, last_active_date: last } = streak;
  if (last !== undefined && today <= last) return streak;
  const days = last !== undefined && today === dayAfter(last) ? current + 1 : 1;
  return { current: days, longest: Math.max(longest, days), last_active_date: today };
};

/** What is left of it on this date: nothing once a whole day was missed. */
export const currentStreak = ({ current, last_active_date: last }: Streak, today: string): number =>
  last !== undefined && today <= dayAfter(last) ? current : 0;
