import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { derivedId, firstIdAt, idSchema, newId, timedId } from './ids.ts';

describe('new ids', () => {
  test('sort in the order they were made', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('gen'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
  test('pass their schema, and no other kind’s', () => {
    expect(idSchema('ast').safeParse(newId('ast')).success).toBe(true);
    expect(idSchema('ast').safeParse(newId('gen')).error?.issues).toMatchObject([
      { message: 'must be an id as ast_…' },
    ]);
  });
});

describe('derived ids', () => {
  test('are the same for the same parts, for ever', () => {
    expect(derivedId('gen', 'sparky', 'u1', 'key')).toBe('gen_7ebac146-9501-816d-8d85-e54f9bfcf904');
  });
  test('pass the schema', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), (parts) => {
        expect(idSchema('gen').safeParse(derivedId('gen', ...parts)).success).toBe(true);
      }),
    );
  });
  test('differ wherever the parts differ, also by where one ends', () => {
    expect(derivedId('gen', 'a', 'bc')).not.toBe(derivedId('gen', 'ab', 'c'));
    expect(derivedId('gen', 'a')).not.toBe(derivedId('gen', 'a', ''));
  });
});

describe('timed ids', () => {
  const time = fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString());
  test('are the same for the same time and parts, for ever', () => {
    const id = timedId('dlv', '2026-11-20T10:00:00.000Z', 'event', 'endpoint');
    expect(id).toBe('dlv_01a1f866-0d00-8e9d-b906-ce7757aadb6e');
    expect(id).not.toBe(timedId('dlv', '2026-11-20T10:00:00.000Z', 'event', 'other'));
  });
  test('pass the schema, and sort by their time among themselves and behind its first', () => {
    fc.assert(
      fc.property(time, time, fc.string(), (one, other, part) => {
        const id = timedId('ntf', one, part);
        expect(idSchema('ntf').safeParse(id).success).toBe(true);
        expect(id < firstIdAt('ntf', other)).toBe(one < other);
        if (one < other) expect(id < timedId('ntf', other, part)).toBe(true);
      }),
    );
  });
});

test.each(['gen_', 'gen_x', 'GEN_0199c2d4-0000-7000-8000-000000000001', '0199c2d4-0000-7000-8000-000000000001', 5])(
  '%p is no id',
  (value) => {
    expect(idSchema('gen').safeParse(value).success).toBe(false);
  },
);
