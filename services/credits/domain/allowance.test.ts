import { describe, expect, test } from '@jest/globals';
import { allowanceOf, periodOf } from './allowance.ts';
import { isoTime } from './state.ts';

describe('BM9 the allowance of a tool', () => {
  const allowances = [
    { tool: 'song', limit: 3, period: 'day' as const, plans: ['free'] },
    { tool: 'song', limit: 50, period: 'month' as const, plans: ['plus', 'family'] },
    { tool: 'poem', limit: 1, period: 'month' as const, plans: ['free'] },
  ];
  test.each([
    ['song', 'free', 3],
    ['song', 'family', 50],
    ['poem', 'free', 1],
    ['song', 'pro', undefined],
    ['poem', 'plus', undefined],
    ['story', 'free', undefined],
  ])('%s on %s: %p', (tool, plan, limit) => {
    expect(allowanceOf({ allowances }, tool, plan)?.limit).toBe(limit);
  });
});

describe('the period', () => {
  const endOf = (period: 'day' | 'month', at: string, zone: string) => {
    const { number, endsAt } = periodOf(period, at, zone);
    return [number, isoTime(endsAt)];
  };
  test.each([
    ['day', '2026-11-05T12:00:00Z', 'UTC', 20_261_105, '2026-11-06T00:00:00.000Z'],
    ['day', '2026-11-05T22:30:00Z', 'Africa/Cairo', 20_261_106, '2026-11-06T22:00:00.000Z'],
    ['month', '2026-11-05T12:00:00Z', 'UTC', 202_611, '2026-12-01T00:00:00.000Z'],
    ['month', '2026-12-31T23:59:59Z', 'UTC', 202_612, '2027-01-01T00:00:00.000Z'],
    ['month', '2026-11-30T22:30:00Z', 'Africa/Cairo', 202_612, '2026-12-31T22:00:00.000Z'],
    // Clocks go back on the last Sunday of October: the month is an hour longer.
    ['month', '2026-10-01T00:00:00Z', 'Europe/Berlin', 202_610, '2026-10-31T23:00:00.000Z'],
    ['month', '2024-02-29T12:00:00Z', 'UTC', 202_402, '2024-03-01T00:00:00.000Z'],
  ] as const)('of a %s at %s in %s is %p until %s', (period, at, zone, number, end) => {
    expect(endOf(period, at, zone)).toEqual([number, end]);
  });
  test('its last second is in it, its end is not', () => {
    const { number, endsAt } = periodOf('month', '2026-11-05T12:00:00Z', 'Asia/Tokyo');
    expect(periodOf('month', isoTime(endsAt - 1), 'Asia/Tokyo').number).toBe(number);
    expect(periodOf('month', isoTime(endsAt), 'Asia/Tokyo').number).toBe(number + 1);
  });
});
