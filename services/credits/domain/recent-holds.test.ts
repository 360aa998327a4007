import { describe, expect, test } from '@jest/globals';
import { countedAt, madeLately, secondsUntilFewer, withRecentHold } from './recent-holds.ts';

/** The beginning of a step of five minutes. */
const start = 1_793_880_000;
const minutes = (count: number): number => start + count * 60;

const madeAt = (...times: readonly number[]) =>
  times.reduce<string | undefined>((recent, at) => withRecentHold(recent, at), undefined);

describe('PP11 the record of recent holds', () => {
  test.each([
    ['one', [0], '3k5w0.1'],
    ['several in a step', [0, 1, 4.98], '3k5w0.3'],
    ['in steps beside each other, the newest first', [0, 0, 5], '3k5w1.1.2'],
    ['with empty steps between', [0, 15], '3k5w3.1...1'],
    ['as far back as an hour touches', [0, 60], '3k5wc.1............1'],
    ['and no farther', [0, 1, 65], '3k5wd.1'],
    ['after a long time', [0, 1, 500_000], '3mb1s.1'],
    ['many in base 36', Array<number>(40).fill(0), '3k5w0.14'],
    ['one that comes late counts to the newest step', [5, 0], '3k5w1.2'],
  ])('%s', (_, times, recent) => expect(madeAt(...times.map(minutes))).toBe(recent));

  test('is small whatever happens: 13 counts at most', () => {
    const busy = madeAt(...Array.from({ length: 1_000 }, (_, index) => start + index * 30));
    expect(busy?.split('.')).toHaveLength(14);
    expect(busy?.length).toBe(31);
  });
});

describe('PP11 what counts to the last hour', () => {
  const early = madeAt(minutes(0));
  const late = madeAt(minutes(5) - 1);

  test('is nothing where nothing was made', () => {
    expect([madeLately(undefined, start), secondsUntilFewer(undefined, 1, start)]).toEqual([0, 0]);
    expect(countedAt(undefined, start)).toBe(start);
  });
  test('is what was made at most sixty minutes ago, and leaves with its step: 5 minutes late at most, never early', () => {
    const counts = [60, 64].map((after) => [early, late].map((recent) => madeLately(recent, minutes(after))));
    expect(counts).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect([early, late].map((recent) => madeLately(recent, minutes(65) - 1))).toEqual([1, 1]);
    expect([early, late].map((recent) => madeLately(recent, minutes(65)))).toEqual([0, 0]);
  });
  test('is asked as of the newest step by whoever comes late', () => {
    expect(madeLately(madeAt(minutes(5), minutes(70)), minutes(69))).toBe(1);
    expect([minutes(69), minutes(70), minutes(71)].map((now) => countedAt(madeAt(minutes(73)), now))).toEqual([
      minutes(70),
      minutes(70),
      minutes(71),
    ]);
  });
});

describe('PP11 when to ask again', () => {
  const recent = madeAt(minutes(1), minutes(20), minutes(21), minutes(40));

  test('is when the oldest step leaves', () =>
    expect([minutes(41), minutes(65) - 1].map((now) => secondsUntilFewer(recent, 4, now))).toEqual([24 * 60, 1]));
  test('is when enough steps have left, under a limit that was higher before', () => {
    expect(secondsUntilFewer(recent, 3, minutes(41))).toBe((85 - 41) * 60);
    expect(secondsUntilFewer(recent, 2, minutes(41))).toBe((85 - 41) * 60);
    expect(secondsUntilFewer(recent, 1, minutes(41))).toBe((105 - 41) * 60);
  });
  test('is now where fewer count already', () => expect(secondsUntilFewer(recent, 5, minutes(41))).toBe(0));
});
