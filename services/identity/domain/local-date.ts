/** Which date it is in a user's zone, and when that zone's month ends. Dates are text, as in `2026-11-05`, and sort as such. */

const formats = new Map<string, Intl.DateTimeFormat>();
/** More than there are zones; users write their names in any case, and each way is kept. */
const maxFormats = 1_000;

const formatFor = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  if (formats.size >= maxFormats) formats.clear();
  // This locale writes dates as 2026-11-05. Making a format takes 20 times as long as using it.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  return format;
};

/** An offset such as `+02:00` is none: it does not know when clocks change. */
export const isZone = (zone: string): boolean => {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,63}$/.test(zone)) return false;
  try {
    return formatFor(zone) !== undefined;
  } catch {
    return false;
  }
};

/** @example localDate('2026-11-05T22:30:00Z', 'Africa/Cairo') // '2026-11-06' @throws RangeError for an unknown zone. */
export const localDate = (at: string | number, zone: string): string => formatFor(zone).format(new Date(at));

/** @example dayAfter('2026-02-28') // '2026-03-01' */
export const dayAfter = (date: string): string => {
  const next = new Date(`${date}T00:00:00.000Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
};

/** @example monthOf('2026-11-05') // '2026-11' */
export const monthOf = (date: string): string => date.slice(0, 7);

/** @example monthAfter('2026-12') // '2027-01' */
export const monthAfter = (month: string): string => {
  const next = new Date(`${month}-01T00:00:00.000Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return monthOf(next.toISOString());
};

/** No zone is further from UTC. */
const widestOffsetMs = 16 * 3_600_000;

/**
 * The first second of the month after this one in the zone, ISO-8601 UTC. Found by halving, not by offsets: no rule of the
 * zone needs to be known.
 *
 * @example monthEndsAt('2026-11', 'Africa/Cairo') // '2026-11-30T22:00:00.000Z'
 */
export const monthEndsAt = (month: string, zone: string): string => {
  const firstOfNext = `${monthAfter(month)}-01`;
  const middleOfWorld = Date.parse(`${firstOfNext}T00:00:00.000Z`);
  let last = middleOfWorld - widestOffsetMs;
  let next = middleOfWorld + widestOffsetMs;
  while (next - last > 1_000) {
    const middle = last + Math.floor((next - last) / 2_000) * 1_000;
    if (localDate(middle, zone) >= firstOfNext) next = middle;
    else last = middle;
  }
  return new Date(next).toISOString();
};
