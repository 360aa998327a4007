import { byBurnOrder, splitHold, takeFromGrants } from './burn-order.ts';
import type { Grant } from './state.ts';

const grant = (more: Partial<Grant>): Grant => ({ kind: 'pack', left: 10, from: 1_000, ...more });
const ordered = (grants: Record<string, Grant>): string[] =>
  Object.entries(grants)
    .toSorted(byBurnOrder)
    .map(([id]) => id);

describe('burn order', () => {
  test('what is lost soonest burns first, what was paid for last', () =>
    expect(
      ordered({
        pack: grant({ kind: 'pack' }),
        adjustment: grant({ kind: 'adjustment' }),
        bonus: grant({ kind: 'bonus' }),
        plan: grant({ kind: 'plan' }),
        daily: grant({ kind: 'daily' }),
      }),
    ).toEqual(['daily', 'plan', 'bonus', 'adjustment', 'pack']));
  test('a priority of its own comes before everything', () =>
    expect(ordered({ daily: grant({ kind: 'daily' }), pack: grant({ priority: 1 }) })).toEqual(['pack', 'daily']));
  test('of equal priority the one that expires first, one without expiry last', () =>
    expect(ordered({ never: grant({}), late: grant({ until: 9_000 }), soon: grant({ until: 8_000 }) })).toEqual([
      'soon',
      'late',
      'never',
    ]));
  test('then the one granted first, then by id', () =>
    expect(ordered({ b: grant({}), a: grant({}), older: grant({ from: 999 }) })).toEqual(['older', 'a', 'b']));
});

describe('taking', () => {
  const grants = Object.entries({ one: grant({ left: 3, from: 1 }), two: grant({ left: 5, from: 2 }) });

  test('goes on to the next grant when one is used up', () =>
    expect(takeFromGrants(grants, 4)).toEqual({ one: 3, two: 1 }));
  test('names no grant that gives nothing', () => expect(takeFromGrants(grants, 3)).toEqual({ one: 3 }));
  test('takes nothing when there is not enough', () => expect(takeFromGrants(grants, 9)).toBeUndefined());
});

describe('splitting a hold', () => {
  const grants = { one: grant({ left: 0, from: 1 }), two: grant({ left: 5, from: 2 }), other: grant({ priority: 0 }) };

  test('spends in burn order and returns the rest', () =>
    expect(splitHold({ two: 2, one: 3 }, grants, 4)).toEqual({ spent: { one: 3, two: 1 }, returned: { two: 1 } }));
  test('gives nothing for more than was held', () => expect(splitHold({ two: 2, one: 3 }, grants, 6)).toBeUndefined());
});
