/** Free use of a tool, counted apart from credits: so many times a day or month of the app's zone (BM9). */
import type { Allowance, AppDefinition } from '#services/catalog/contracts.ts';
import { dayEndsAt, localDay, monthOf } from './local-day.ts';
import { epochSeconds, isoTime } from './state.ts';

/** The allowance that limits a tool on a plan. Nothing: the plan does not limit it. */
export const allowanceOf = (
  { allowances }: Pick<AppDefinition, 'allowances'>,
  tool: string,
  plan: string,
): Allowance | undefined => allowances.find((allowance) => allowance.tool === tool && allowance.plans.includes(plan));

export interface Period {
  /** The day or the month as a number that reads as a date: 20261105, 202611. */
  readonly number: number;
  /** The first second of the next one, in epoch seconds. */
  readonly endsAt: number;
}

/** Longer than any month, the steps that clocks take included. */
const longestMonthS = 33 * 24 * 3_600;

/** Found by halving, as the end of a day is: no rule of the zone needs to be known. */
const monthEndsAt = (at: string, zone: string): number => {
  let last = epochSeconds(at);
  const month = monthOf(localDay(at, zone));
  let next = last + longestMonthS;
  while (next - last > 1) {
    const middle = Math.floor((last + next) / 2);
    if (monthOf(localDay(isoTime(middle), zone)) > month) next = middle;
    else last = middle;
  }
  return next;
};

/** @example periodOf('month', '2026-11-05T22:30:00Z', 'UTC') // { number: 202611, endsAt: 1796083200 } */
export const periodOf = (period: Allowance['period'], at: string, zone: string): Period => {
  const day = localDay(at, zone);
  return period === 'day'
    ? { number: day, endsAt: dayEndsAt(at, zone) }
    : { number: monthOf(day), endsAt: monthEndsAt(at, zone) };
};
