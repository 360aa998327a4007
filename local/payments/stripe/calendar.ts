/** Where a billing period ends: the same day of a later month, or that month's last day. */
import type { Interval } from './subscription-objects.ts';

const monthsOf: Readonly<Record<Interval, number>> = { month: 1, year: 12 };

/** Unix seconds. The anchor keeps the day: a period from January 31 to February 28 is followed by one to March 31. */
export const periodEnd = (start: number, interval: Interval, anchor: number): number => {
  const from = new Date(start * 1_000);
  const day = new Date(anchor * 1_000).getUTCDate();
  const month = from.getUTCMonth() + monthsOf[interval];
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const end = new Date(from);
  end.setUTCFullYear(from.getUTCFullYear(), month, Math.min(day, lastDay));
  return end.getTime() / 1_000;
};
