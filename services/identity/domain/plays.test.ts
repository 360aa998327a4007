import { afterPlay, monthlyPlays, type Plays, playsRemembered } from './plays.ts';

const told = (...plays: readonly (readonly [month: string, key: string])[]): Plays | undefined =>
  plays.reduce<Plays | undefined>((counted, [month, key]) => afterPlay(counted, month, key), undefined);

describe('BM8 the monthly play count', () => {
  test('counts each play once, by its key', () => {
    const plays = told(['2026-11', 'a'], ['2026-11', 'b'], ['2026-11', 'a']);
    expect(plays?.count).toBe(2);
    expect(plays && afterPlay(plays, '2026-11', 'b')).toBe(plays);
  });
  test('begins anew with the month', () => {
    const plays = told(['2026-11', 'a'], ['2026-11', 'b']);
    expect(monthlyPlays(plays, '2026-11')).toEqual({ month: '2026-11', count: 2 });
    expect(monthlyPlays(plays, '2026-12')).toEqual({ month: '2026-12', count: 0 });
    expect(afterPlay(plays, '2026-12', 'c')).toMatchObject({ month: '2026-12', count: 1 });
    expect(monthlyPlays(undefined, '2026-12')).toEqual({ month: '2026-12', count: 0 });
  });
  test("a repeat of last month's play counts in neither", () => {
    const plays = told(['2026-11', 'a']);
    expect(plays && afterPlay(plays, '2026-12', 'a')).toBe(plays);
  });
  test('a zone in which it is still last month neither resets the count nor adds to that month', () => {
    const plays = told(['2026-12', 'a'], ['2026-11', 'b'], ['2026-12', 'c']);
    expect(plays).toMatchObject({ month: '2026-12', count: 3 });
    expect(monthlyPlays(plays, '2026-11')).toEqual({ month: '2026-12', count: 3 });
  });
  test('remembers the last twenty', () => {
    const many = Array.from({ length: playsRemembered + 1 }, (_, index) => ['2026-11', `key-${index}`] as const);
    const plays = told(...many);
    expect(plays?.recent).toHaveLength(playsRemembered);
    expect(plays && afterPlay(plays, '2026-11', 'key-1')).toBe(plays);
    expect(afterPlay(plays, '2026-11', 'key-0').count).toBe(playsRemembered + 2);
  });
});
