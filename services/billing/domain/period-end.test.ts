/** A month or a year later. */
import { describe, expect, test } from '@jest/globals';
import { periodEnd } from './period-end.ts';

describe('a period ends', () => {
  test.each([
    ['2027-01-31T10:00:00.000Z', 'month', '2027-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00.000Z', 'month', '2028-02-29T10:00:00.000Z'],
    ['2027-12-31T23:59:59.999Z', 'month', '2028-01-31T23:59:59.999Z'],
    ['2027-03-31T00:00:00.000Z', 'month', '2027-04-30T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', 'year', '2029-02-28T00:00:00.000Z'],
    ['2027-05-05T00:00:00Z', 'year', '2028-05-05T00:00:00.000Z'],
  ] as const)('%s and a %s later on %s', (from, interval, end) => expect(periodEnd(from, interval)).toBe(end));

  test('a month’s end is kept over shorter months, and over the months of a year', () => {
    const first = '2027-01-31T10:00:00.000Z';
    const ends = [first];
    for (let month = 0; month < 3; month += 1) ends.push(periodEnd(ends.at(-1) ?? '', 'month', first));
    expect(ends.map((end) => end.slice(5, 10))).toEqual(['01-31', '02-28', '03-31', '04-30']);
    const leap = '2028-02-29T00:00:00.000Z';
    expect(periodEnd('2031-02-28T00:00:00.000Z', 'year', leap)).toBe('2032-02-29T00:00:00.000Z');
  });

  test('the first day says nothing where the days have moved since', () =>
    expect(periodEnd('2027-03-10T00:00:00.000Z', 'month', '2027-01-31T00:00:00.000Z')).toBe(
      '2027-04-10T00:00:00.000Z',
    ));
});
