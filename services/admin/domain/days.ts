/** Days as text, as in `2026-11-05`, in an app's own zone. They sort as such. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** A deployment has few zones. Making a format takes 20 times as long as using it. */
const formatFor = (zone: string): Intl.DateTimeFormat => {
  // This locale writes dates as 2026-11-05.
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  return format;
};

/** @example localDay('2026-11-05T22:30:00Z', 'Africa/Cairo') // '2026-11-06' */
export const localDay = (at: string, zone: string): string => formatFor(zone).format(new Date(at));

/** @example daysBefore('2026-03-01', 1) // '2026-02-28' */
export const daysBefore = (day: string, days: number): string => {
  const date = new Date(`${day}T00:00:00.000Z`);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
};
