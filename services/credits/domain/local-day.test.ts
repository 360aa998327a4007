import { localDay } from './local-day.ts';

describe('the local day', () => {
  test("is the zone's, not the server's", () => {
    expect(localDay('2026-11-05T22:30:00.000Z', 'Africa/Cairo')).toBe(20_261_106);
    expect(localDay('2026-11-05T22:30:00.000Z', 'UTC')).toBe(20_261_105);
    expect(localDay('2026-11-05T22:30:00.000Z', 'America/Los_Angeles')).toBe(20_261_105);
  });
  test('ends at midnight, also on days on which clocks change', () => {
    // Cairo's clocks went forward on 2026-04-24 at midnight and go back on 2026-10-30 at midnight.
    expect(localDay('2026-04-23T21:59:59.000Z', 'Africa/Cairo')).toBe(20_260_423);
    expect(localDay('2026-04-23T22:00:00.000Z', 'Africa/Cairo')).toBe(20_260_424);
    expect(localDay('2026-10-29T21:59:59.000Z', 'Africa/Cairo')).toBe(20_261_029);
    expect(localDay('2026-10-29T22:00:00.000Z', 'Africa/Cairo')).toBe(20_261_030);
  });
  test('of an unknown zone is an error', () =>
    expect(() => localDay('2026-11-05T22:30:00.000Z', 'Mars/Base')).toThrow(RangeError));
});
