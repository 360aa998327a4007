import { given } from '#shared/testing/given.ts';
import { holdCredits, later, noon, openAccount, policyAt, setAlert } from '../test/commands.ts';
import { daily, granted, heldFor, ledgerOf, opened, planChanged, released } from '../test/events.ts';
import { account, preview } from './account.ts';
import type { AccountEvent } from './events.ts';
import { spentToday } from './plans.ts';
import { available } from './state.ts';

const hours = (count: number) => later(count * 3_600);
/** An account of the plan that gives 5 a day and lets 8 be spent. */
const onDaily: AccountEvent[] = [opened, planChanged('daily')];
const today = daily('2026-11-05');

describe('SP1 the daily cap', () => {
  const spent = (credits: number): AccountEvent[] => [
    ...onDaily,
    today,
    granted('pay_1', 100),
    heldFor('gen_1', { pay_1: credits }),
  ];

  test('may be reached, not exceeded', () => {
    given(account, spent(5))
      .when(holdCredits('gen_2', 3))
      .then([heldFor('gen_2', { 'daily-2026-11-05': 3 })]);
    given(account, spent(5)).when(holdCredits('gen_2', 4)).thenRejected('daily-cap-reached');
  });
  test('is told before too few credits are: buying would not help', () =>
    given(account, onDaily).when(holdCredits('gen_1', 9)).thenRejected('daily-cap-reached'));
  test('counts no more what came back the same day', () =>
    given(account, [...spent(8), released('gen_1', { pay_1: 8 })])
      .when(holdCredits('gen_2', 3))
      .then([heldFor('gen_2', { 'daily-2026-11-05': 3 })]));
  test('begins anew with the day', () => {
    const tomorrow = given(account, spent(8)).when(holdCredits('gen_2', 8, { at: hours(12) }));
    expect(ledgerOf(tomorrow.state()).today).toEqual({ day: 20_261_106, spent: 8 });
  });
  test('counts a late hold of an earlier day to the newest day', () => {
    const yesterday = policyAt(hours(-24));
    given(account, spent(5))
      .when(holdCredits('gen_2', 4, { policy: yesterday }))
      .thenRejected('daily-cap-reached');
    given(account, spent(5))
      .when(holdCredits('gen_2', 3, { policy: yesterday }))
      .then([heldFor('gen_2', { 'daily-2026-11-05': 3 })]);
  });
  test('of a plan that has none is none', () =>
    given(account, [opened, granted('pay_1', 1_000)])
      .when(holdCredits('gen_1', 1_000))
      .then([heldFor('gen_1', { pay_1: 1_000 })]));
  test("today's spend can be asked, and is 0 on another day", () => {
    const state = given(account, spent(5)).when(openAccount()).state();
    expect([spentToday(state, policyAt()), spentToday(state, policyAt(hours(12)))]).toEqual([5, 0]);
    expect(spentToday(account.initialState, policyAt())).toBe(0);
  });
});

describe('the preview', () => {
  test('shows what has expired as gone and today’s allowance as given, and writes nothing', () => {
    const state = given(account, [...onDaily, daily('2026-11-04'), granted('pay_1', 10)])
      .when(openAccount())
      .state();
    const shown = preview(state, policyAt(), noon);
    expect([available(state), available(shown)]).toEqual([15, 15]);
    expect(Object.keys(ledgerOf(shown).grants)).toEqual(['pay_1', 'daily-2026-11-05']);
    expect(Object.keys(ledgerOf(state).grants)).toEqual(['daily-2026-11-04', 'pay_1']);
  });
  test('shows debt as repaid by the allowance', () => {
    const owing = [
      ...onDaily,
      { type: 'GrantRevoked', revocationId: 're_1', grantId: 'pay_1', credits: 3, reason: 'refund', rows: {}, debt: 3 },
    ] as AccountEvent[];
    const shown = preview(given(account, owing).when(openAccount()).state(), policyAt(), noon);
    expect([available(shown), ledgerOf(shown).debt]).toEqual([2, undefined]);
  });
  test('of an account that was never opened is that', () =>
    expect(preview(account.initialState, policyAt(), noon)).toBe(account.initialState));
  test('is what a command of that moment decides on', () => {
    const state = given(account, onDaily).when(openAccount()).state();
    const left = available(preview(state, policyAt(), noon));
    given(account, onDaily)
      .when(holdCredits('gen_1', left))
      .then([today, heldFor('gen_1', { 'daily-2026-11-05': left })]);
    given(account, onDaily)
      .when(setAlert(1))
      .then([
        { type: 'AlertSet', below: 1 },
        { type: 'LowBalanceReached', below: 1, available: 0 },
      ]);
  });
});
