/** The date that it is in an app's zone. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** A deployment has few zones. Making a format takes 20 times as long as using it. */
const formatFor = (zone: string): Intl.DateTimeFormat => {
  // This locale writes dates as 2026-11-05.
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  return format;
};

/** @example localDate('2026-11-05T22:30:00Z', 'Africa/Cairo') // '2026-11-06' */
export const localDate = (at: string, zone: string): string => formatFor(zone).format(new Date(at));
