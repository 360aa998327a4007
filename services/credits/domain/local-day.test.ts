import fc from 'fast-check';
import { dateOf, dayEndsAt, localDay, monthOf } from './local-day.ts';
import { epochSeconds, isoTime } from './state.ts';

describe('the local day', () => {
  test("is the zone's, not the server's", () => {
    expect(localDay('2026-11-05T22:30:00.000Z', 'Africa/Cairo')).toBe(20_261_106);
    expect(localDay('2026-11-05T22:30:00.000Z', 'UTC')).toBe(20_261_105);
    expect(localDay('2026-11-05T22:30:00.000Z', 'America/Los_Angeles')).toBe(20_261_105);
    expect(localDay('2026-11-05T18:14:59.000Z', 'Asia/Kathmandu')).toBe(20_261_105);
    expect(localDay('2026-11-05T18:15:00.000Z', 'Asia/Kathmandu')).toBe(20_261_106);
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
  test('has a month and is written as a date', () => {
    expect([monthOf(20_261_231), monthOf(20_270_101)]).toEqual([202_612, 202_701]);
    expect([dateOf(20_261_231), dateOf(20_270_101)]).toEqual(['2026-12-31', '2027-01-01']);
  });
});

describe("the day's end is the next local midnight", () => {
  test.each([
    ['of a zone without clock changes', '2026-11-05T22:30:00Z', 'UTC', '2026-11-06T00:00:00.000Z'],
    ['of a zone with odd minutes', '2026-11-05T12:00:00Z', 'Asia/Kathmandu', '2026-11-05T18:15:00.000Z'],
    ['behind the server', '2026-11-05T07:59:59Z', 'America/Los_Angeles', '2026-11-05T08:00:00.000Z'],
    ['at midnight itself a whole day later', '2026-11-05T08:00:00Z', 'America/Los_Angeles', '2026-11-06T08:00:00.000Z'],
    ['a day of 23 hours', '2026-03-29T00:00:00+01:00', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['a day of 25 hours', '2026-10-25T00:00:00+02:00', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['a day of 24½ hours', '2026-04-05T00:00:00+11:00', 'Australia/Lord_Howe', '2026-04-05T13:30:00.000Z'],
    [
      'which is 01:00 where midnight does not exist',
      '2026-04-23T12:00:00Z',
      'Africa/Cairo',
      '2026-04-23T22:00:00.000Z',
    ],
    ['of the 23 hours that begin at 01:00', '2026-04-23T22:00:00Z', 'Africa/Cairo', '2026-04-24T21:00:00.000Z'],
    ['though 23:00 to 24:00 comes twice', '2026-10-29T20:30:00Z', 'Africa/Cairo', '2026-10-29T22:00:00.000Z'],
    ['also from the second time on', '2026-10-29T21:30:00Z', 'Africa/Cairo', '2026-10-29T22:00:00.000Z'],
    ['Santiago, forward at midnight', '2026-09-05T12:00:00Z', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
    ['Santiago, the day after', '2026-09-06T04:00:00Z', 'America/Santiago', '2026-09-07T03:00:00.000Z'],
    ['Santiago, back at midnight', '2026-04-04T12:00:00Z', 'America/Santiago', '2026-04-05T04:00:00.000Z'],
  ])('%s', (_, at, zone, end) => expect(isoTime(dayEndsAt(at, zone))).toBe(end));

  test('in any zone and at any time: a second before it is still today, then it is not', () => {
    const zones = ['UTC', 'Africa/Cairo', 'America/Santiago', 'Asia/Kathmandu', 'America/Havana', 'Asia/Beirut'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones, 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/St_Johns'),
        fc.integer({ min: epochSeconds('2024-01-01T00:00:00Z'), max: epochSeconds('2030-01-01T00:00:00Z') }),
        (zone, seconds) => {
          const end = dayEndsAt(isoTime(seconds), zone);
          const day = localDay(isoTime(seconds), zone);
          expect(localDay(isoTime(end - 1), zone)).toBe(day);
          expect(localDay(isoTime(end), zone)).toBeGreaterThan(day);
          const next = dayEndsAt(isoTime(end), zone) - end;
          expect([23, 23.5, 24, 24.5, 25]).toContain(next / 3_600);
        },
      ),
      { numRuns: 500 },
    );
  });
});
