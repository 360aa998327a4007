/** What billing numbers: changes of plan and paid periods may come twice and late, and the newest one counts. */
import { describe, expect, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import { changePlan, grantPlanCredits } from '../test/commands.ts';
import { expired, granted, ledgerOf, opened, planChanged } from '../test/events.ts';
import { account } from './account.ts';
import type { AccountEvent } from './events.ts';

describe('changing the plan', () => {
  test('BM11 in the order that billing gives: a late one does nothing, whatever its plan is', () => {
    const before = [opened, { ...planChanged('daily'), order: 4 } as AccountEvent];
    for (const [plan, order] of [
      ['free', 3],
      ['monthly', 4],
      ['gold', 3],
    ] as const)
      given(account, before).when(changePlan(plan, { order })).then([]);
    given(account, before)
      .when(changePlan('gold', { order: 5 }))
      .thenRejected('plan-unknown');
  });
  test('BM11 to the plan it has, by a newer word, is kept, so that an older one is known as such', () => {
    const changing = given(account, [opened]).when(changePlan('free', { order: 2 }));
    changing.then([{ ...planChanged('free'), order: 2 } as AccountEvent]);
    expect(ledgerOf(changing.state())).toMatchObject({ plan: 'free', planOrder: 2 });
  });
  test('BM11 by an admin has no order: billing’s next word counts as before', () => {
    const before = [opened, { ...planChanged('daily'), order: 4 } as AccountEvent, planChanged('monthly')];
    given(account, before)
      .when(changePlan('daily', { order: 4 }))
      .then([]);
    const state = given(account, before)
      .when(changePlan('free', { order: 5 }))
      .state();
    expect(ledgerOf(state)).toMatchObject({ plan: 'free', planOrder: 5 });
  });
});

describe('FS7 the credits of a period', () => {
  const period = (id: string, order: number) =>
    ({ ...granted(`plan-${id}`, 20, { kind: 'plan', plan: 'monthly' }), order }) as AccountEvent;

  test('that is heard of behind a newer one come, and nothing expires for them', () => {
    const late = given(account, [opened, period('upgrade', 6)]).when(
      grantPlanCredits('month', 20, { maxRollover: 0, order: 3 }),
    );
    late.then([period('month', 3)]);
    expect(ledgerOf(late.state())).toMatchObject({ periodOrder: 6 });
  });
  test('that is the newest let what is left of the others expire, in whatever order these came', () =>
    given(account, [opened, period('two', 6), period('one', 3)])
      .when(grantPlanCredits('three', 20, { maxRollover: 5, order: 9 }))
      .then([expired({ 'plan-one': 20, 'plan-two': 15 }), period('three', 9)]));
});
