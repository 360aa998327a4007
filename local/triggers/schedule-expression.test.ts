import { expect, test } from '@jest/globals';
import { Cron } from 'croner';
import { readSchedule, toCronPattern } from './schedule-expression.ts';

test.each([
  ['0 12 * * ? *', '0 0 12 * * * *'],
  ['15 10 ? * MON-FRI *', '0 15 10 * * MON-FRI *'],
  ['0 8 ? * 1 2027', '0 0 8 * * 0 2027'],
  ['0 8 ? * 2-6 *', '0 0 8 * * 1-5 *'],
  ['0 0 L * ? *', '0 0 0 L * * *'],
  ['0 9 ? * 6#3 *', '0 0 9 * * 5#3 *'],
])('cron(%s)', (aws, pattern) => {
  expect(toCronPattern(aws)).toBe(pattern);
  expect(new Cron(pattern, { paused: true }).nextRun(new Date('2026-01-01T00:00:00Z'))).toBeInstanceOf(Date);
});

test.each(['rate(5 minutes)', 'rate(1 day)', 'at(2030-01-01T00:00:00)', 'cron(0 0 1 * ? *)'])(
  '%s starts',
  (expression) => {
    const timer = readSchedule(expression, 'Africa/Cairo').start(() => {});
    expect(timer.next?.getTime()).toBeGreaterThan(Date.now());
    timer.stop();
  },
);

test('a schedule fires in its own zone', () => {
  const timer = readSchedule('cron(0 0 * * ? *)', 'Africa/Cairo').start(() => {});
  timer.stop();
  const hour = new Intl.DateTimeFormat('en', { hour: '2-digit', hourCycle: 'h23', timeZone: 'Africa/Cairo' }).format(
    timer.next,
  );
  expect(hour).toBe('00');
});

test.each([
  'rate(0 minutes)',
  'rate(5 weeks)',
  'cron(0 12 * * *)',
  'cron(0 12 1 * 2 *)',
  'every day',
  'cron(0 99 * * ? *)',
])('%s is refused', (expression) => {
  expect(() => readSchedule(expression)).toThrow();
});
