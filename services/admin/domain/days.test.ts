import { expect, test } from '@jest/globals';
import { daysBefore, localDay } from './days.ts';

test('a day is the app’s own, also where its clock changes', () => {
  expect(localDay('2026-11-05T21:59:59Z', 'Africa/Cairo')).toBe('2026-11-05');
  expect(localDay('2026-11-05T22:00:00Z', 'Africa/Cairo')).toBe('2026-11-06');
  // Cairo's summer time ended at midnight of 30 October: there were two hours between 23 and 24.
  expect(localDay('2026-10-29T20:59:59Z', 'Africa/Cairo')).toBe('2026-10-29');
  expect(localDay('2026-10-29T21:30:00Z', 'Africa/Cairo')).toBe('2026-10-29');
  expect(localDay('2026-10-29T22:00:00Z', 'Africa/Cairo')).toBe('2026-10-30');
});

test('days go back over months and leap years', () => {
  expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
  expect(daysBefore('2028-03-01', 1)).toBe('2028-02-29');
  expect(daysBefore('2026-01-05', 29)).toBe('2025-12-07');
  expect(daysBefore('2026-01-05', 0)).toBe('2026-01-05');
});
