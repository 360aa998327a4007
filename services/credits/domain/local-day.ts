/** Which day it is in an app's zone, and when that day ends. Days are 23 to 25 hours long where clocks change. */
import { epochSeconds } from './state.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Zones come from app definitions, so the map stays as small as their list. */
const formatFor = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  // This locale writes dates as 2026-11-05. Making a format takes 20 times as long as using it.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  return format;
};

const dayOf = (seconds: number, zone: string): number =>
  Number(
    formatFor(zone)
      .format(seconds * 1_000)
      .replaceAll('-', ''),
  );

/** @example localDay('2026-11-05T22:30:00Z', 'Africa/Cairo') // 20261106 @throws RangeError for an unknown zone. */
export const localDay = (at: string, zone: string): number => dayOf(epochSeconds(at), zone);

/** @example monthOf(20261106) // 202611 */
export const monthOf = (day: number): number => Math.floor(day / 100);

/** @example dateOf(20261106) // '2026-11-06' */
export const dateOf = (day: number): string => String(day).replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3');

/** Longer than any day: a day of 24 hours and the largest step that clocks of a zone take. */
const longestDayS = 30 * 3_600;

/**
 * The first second of the next day, in epoch seconds. Found by halving, not by arithmetic with offsets: where clocks go
 * forward at midnight the day begins at 01:00, and no rule of the zone needs to be known.
 *
 * @example dayEndsAt('2026-11-05T22:30:00Z', 'Africa/Cairo') // 1794002400, which is 2026-11-06T22:00:00Z
 */
export const dayEndsAt = (at: string, zone: string): number => {
  let last = epochSeconds(at);
  const day = dayOf(last, zone);
  let next = last + longestDayS;
  while (next - last > 1) {
    const middle = Math.floor((last + next) / 2);
    if (dayOf(middle, zone) > day) next = middle;
    else last = middle;
  }
  return next;
};
