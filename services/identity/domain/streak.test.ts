import fc from 'fast-check';
import { dayAfter, localDate } from './local-date.ts';
import { afterActivity, currentStreak, noStreak, type Streak } from './streak.ts';

const activeOn = (...dates: readonly string[]): Streak => dates.reduce(afterActivity, noStreak);

describe('BM13 a daily streak', () => {
  test('begins with the first day of activity', () =>
    expect(activeOn('2026-11-05')).toEqual({ current: 1, longest: 1, last_active_date: '2026-11-05' }));
  test('grows by one a day, however often there is activity on it', () =>
    expect(activeOn('2026-11-05', '2026-11-05', '2026-11-06', '2026-11-06')).toEqual({
      current: 2,
      longest: 2,
      last_active_date: '2026-11-06',
    }));
  test('activity on the same day leaves it the very same: there is nothing to write', () => {
    const streak = activeOn('2026-11-05');
    expect(afterActivity(streak, '2026-11-05')).toBe(streak);
  });
  test('goes on over the end of a month and a year', () =>
    expect(activeOn('2026-12-30', '2026-12-31', '2027-01-01').current).toBe(3));
  test('begins anew after a day that was missed, and the longest one is kept', () =>
    expect(activeOn('2026-11-01', '2026-11-02', '2026-11-03', '2026-11-05')).toEqual({
      current: 1,
      longest: 3,
      last_active_date: '2026-11-05',
    }));
  test('a date before the last one, told late or by a change of zones, does not count', () => {
    const streak = activeOn('2026-11-05', '2026-11-06');
    expect(afterActivity(streak, '2026-11-05')).toBe(streak);
  });
  test('is shown until a whole day was missed', () => {
    const streak = activeOn('2026-11-04', '2026-11-05');
    expect(['2026-11-05', '2026-11-06', '2026-11-07'].map((today) => currentStreak(streak, today))).toEqual([2, 2, 0]);
    expect(currentStreak(noStreak, '2026-11-05')).toBe(0);
    // Somewhere in the west it is still the day before.
    expect(currentStreak(streak, '2026-11-04')).toBe(2);
  });
  test('a day of 23 or 25 hours is one day', () => {
    const dates = (from: string, hours: number) =>
      Array.from({ length: hours }, (_, hour) => localDate(Date.parse(from) + hour * 3_600_000, 'Europe/Berlin'));
    expect(activeOn(...dates('2026-03-28T22:00:00Z', 48)).current).toBe(3);
    expect(activeOn(...dates('2026-10-24T21:00:00Z', 50)).current).toBe(3);
  });
  test('whoever changes zones at will gets no more days than there are dates', () => {
    const zones = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC', 'Africa/Cairo', 'America/Santiago'];
    const step = fc.record({ hours: fc.integer({ min: 0, max: 30 }), zone: fc.constantFrom(...zones) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let at = Date.parse('2026-11-05T00:00:00Z');
        let streak = noStreak;
        const dates = new Set<string>();
        for (const { hours, zone } of steps) {
          at += hours * 3_600_000;
          const today = localDate(at, zone);
          const before = streak;
          streak = afterActivity(streak, today);
          if (streak !== before) expect(dates.has(today)).toBe(false);
          dates.add(today);
          expect(streak.current).toBeLessThanOrEqual(dates.size);
          expect(streak.longest).toBeGreaterThanOrEqual(streak.current);
        }
        const last = streak.last_active_date;
        if (last !== undefined) expect(currentStreak(streak, dayAfter(dayAfter(last)))).toBe(0);
      }),
    );
  });
});
