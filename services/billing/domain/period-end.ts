/** When a period of calendar months or years ends, in UTC. */

const monthsOf = { month: 1, year: 12 } as const;

const lastDay = (time: Date): number =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 0)).getUTCDate();

/**
 * A month or year later, on the day of the month that the first of these periods began on; the last one where the month has no such
 * day. `first`: when that was, where others came before.
 *
 * @example periodEnd('2027-02-28T10:00:00.000Z', 'month', '2027-01-31T10:00:00.000Z') // '2027-03-31T10:00:00.000Z'
 */
export const periodEnd = (from: string, interval: keyof typeof monthsOf, first = from): string => {
  const begin = new Date(from);
  const wanted = new Date(first).getUTCDate();
  // Time that was given back has moved the days: then the first one's says nothing any more.
  const isInStep = begin.getUTCDate() === Math.min(wanted, lastDay(begin));
  const end = new Date(begin);
  // From the first on, for beyond a month's end JavaScript goes on into the next one.
  end.setUTCDate(1);
  end.setUTCMonth(begin.getUTCMonth() + monthsOf[interval]);
  end.setUTCDate(Math.min(isInStep ? wanted : begin.getUTCDate(), lastDay(end)));
  return end.toISOString();
};
