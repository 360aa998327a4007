import fc from 'fast-check';
import { dayAfter, isZone, localDate, monthAfter, monthEndsAt, monthOf } from './local-date.ts';

const zones = [
  'UTC',
  'Africa/Cairo',
  'America/Santiago',
  'America/Havana',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
];

describe('a date', () => {
  test("is the zone's, not the server's", () => {
    expect(localDate('2026-11-05T22:30:00.000Z', 'Africa/Cairo')).toBe('2026-11-06');
    expect(localDate('2026-11-05T22:30:00.000Z', 'America/Los_Angeles')).toBe('2026-11-05');
    expect(localDate('2026-12-31T10:00:00.000Z', 'Pacific/Kiritimati')).toBe('2027-01-01');
  });
  test('changes at midnight also on days on which clocks do', () => {
    // Cairo's clocks went forward on 2026-04-24 at midnight and go back on 2026-10-30 at midnight.
    expect(localDate('2026-04-23T21:59:59.000Z', 'Africa/Cairo')).toBe('2026-04-23');
    expect(localDate('2026-04-23T22:00:00.000Z', 'Africa/Cairo')).toBe('2026-04-24');
    expect(localDate('2026-10-29T21:59:59.000Z', 'Africa/Cairo')).toBe('2026-10-29');
    expect(localDate('2026-10-29T22:00:00.000Z', 'Africa/Cairo')).toBe('2026-10-30');
  });
  test('has a day after it, and a month', () => {
    expect(['2026-02-28', '2028-02-28', '2026-12-31'].map(dayAfter)).toEqual([
      '2026-03-01',
      '2028-02-29',
      '2027-01-01',
    ]);
    expect(monthOf('2026-11-05')).toBe('2026-11');
    expect(['2026-01', '2026-12'].map(monthAfter)).toEqual(['2026-02', '2027-01']);
  });
});

describe('a zone', () => {
  test.each(['UTC', 'Africa/Cairo', 'Etc/GMT+5', 'asia/kolkata', 'America/Argentina/Buenos_Aires'])(
    '%s is one',
    (zone) => expect(isZone(zone)).toBe(true),
  );
  test.each(['', 'Mars/Base', '+02:00', 'Africa/Cairo ', '../etc/passwd', 'A'.repeat(10_000)])(
    '%.20s is none',
    (zone) => expect(isZone(zone)).toBe(false),
  );
});

describe('the end of a month', () => {
  test.each([
    ['2026-11', 'UTC', '2026-12-01T00:00:00.000Z'],
    ['2026-12', 'Africa/Cairo', '2026-12-31T22:00:00.000Z'],
    ['2026-02', 'America/Los_Angeles', '2026-03-01T08:00:00.000Z'],
    ['2026-03', 'Europe/Berlin', '2026-03-31T22:00:00.000Z'],
    ['2026-10', 'Europe/Berlin', '2026-10-31T23:00:00.000Z'],
    ['2026-11', 'Pacific/Kiritimati', '2026-11-30T10:00:00.000Z'],
    ['2026-11', 'Asia/Kathmandu', '2026-11-30T18:15:00.000Z'],
  ])('%s in %s', (month, zone, end) => expect(monthEndsAt(month, zone)).toBe(end));

  test('in any zone: a second before it is still that month, then it is the next', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 2024, max: 2032 }),
        fc.integer({ min: 1, max: 12 }),
        (zone, year, number) => {
          const month = `${year}-${String(number).padStart(2, '0')}`;
          const end = Date.parse(monthEndsAt(month, zone));
          expect(monthOf(localDate(end - 1_000, zone))).toBe(month);
          expect(monthOf(localDate(end, zone))).toBe(monthAfter(month));
        },
      ),
      { numRuns: 300 },
    );
  });
});
