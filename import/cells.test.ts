/** Cells as PostgreSQL writes them into CSV, and as JSON has them. */
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import * as cells from './cells.ts';

const readOf = (schema: z.ZodType, value: unknown) => {
  const { success, data } = schema.safeParse(value);
  return success ? data : 'refused';
};

describe('cells', () => {
  test.each([
    ['2026-01-05 10:11:12.123456+00', '2026-01-05T10:11:12.123Z'],
    ['2026-01-05 10:11:12+02', '2026-01-05T08:11:12.000Z'],
    ['2026-01-05 10:11:12+05:30', '2026-01-05T04:41:12.000Z'],
    ['2026-01-05 10:11:12', '2026-01-05T10:11:12.000Z'],
    ['2026-01-05T10:11:12.5Z', '2026-01-05T10:11:12.500Z'],
    ['2026-01-05', '2026-01-05T00:00:00.000Z'],
    [1_738_486_800, '2025-02-02T09:00:00.000Z'],
    ['yesterday', 'refused'],
    ['2026-13-05 10:11:12', 'refused'],
    ['', 'refused'],
    ['\\N', 'refused'],
  ])('a time %j is %s', (given, expected) => expect(readOf(cells.time, given)).toBe(expected));

  test.each([
    ['t', true],
    ['f', false],
    ['TRUE', true],
    [false, false],
    ['maybe', 'refused'],
  ])('a truth %j is %s', (given, expected) => expect(readOf(cells.truth, given)).toBe(expected));

  test.each([
    ['12', 12],
    ['-5', -5],
    ['7.00', 7],
    [3, 3],
    ['7.5', 'refused'],
    ['1e3', 'refused'],
    ['99999999999999999', 'refused'],
    ['', 'refused'],
    [null, 'refused'],
  ])('a whole number %j is %s', (given, expected) => expect(readOf(cells.whole, given)).toBe(expected));

  test.each([
    ['', undefined],
    ['\\N', undefined],
    [null, undefined],
    ['a', 'a'],
  ])('what may say nothing: %j', (given, expected) => expect(readOf(cells.maybe.text(10), given)).toBe(expected));

  test('JSON stands in a text, or is there already', () => {
    const list = cells.json(z.array(z.int()));
    expect(['[1,2]', [1, 2], '', '\\N', '{"a":1}', '[1,'].map((given) => readOf(list, given))).toEqual([
      [1, 2],
      [1, 2],
      undefined,
      undefined,
      'refused',
      'refused',
    ]);
  });

  test.each([
    ['https://a.supabase.co/storage/v1/object/sign/songs/u/a%20b.mp3?token=1', undefined, 'songs/u/a b.mp3'],
    ['https://a.supabase.co/storage/v1/object/public/outputs/u/1.png', 'outputs', 'outputs/u/1.png'],
    ['u/1.png', 'outputs', 'outputs/u/1.png'],
    ['outputs/u/1.png', 'outputs', 'outputs/u/1.png'],
    ['/u/1.png', 'outputs', 'outputs/u/1.png'],
    ['u/50%off.png', 'outputs', 'outputs/u/50%off.png'],
    ['https://pub-1.r2.dev/generated/one.png', undefined, 'generated/one.png'],
  ])('the file of %s', (address, bucket, path) => expect(cells.pathOf(address, bucket)).toBe(path));
});
