import { given } from '#shared/testing/given.ts';
import {
  adjustCredits,
  changePlan,
  grantCredits,
  grantPlanCredits,
  holdCredits,
  issueDaily,
  later,
  noon,
  openAccount,
  policyAt,
  releaseHold,
  seconds,
} from '../test/commands.ts';
import {
  closed,
  daily,
  expired,
  granted,
  heldFor,
  ledgerOf,
  opened,
  planChanged,
  released,
  settled,
  welcome,
} from '../test/events.ts';
import { account, accountAggregate } from './account.ts';
import type { AccountEvent } from './events.ts';
import { planOf, rulesOf } from './plans.ts';
import { available } from './state.ts';

const hours = (count: number) => later(count * 3_600);
/** An account of the plan that gives 5 a day and lets 8 be spent. */
const onDaily: AccountEvent[] = [opened, planChanged('daily')];
const today = daily('2026-11-05');

describe('FS11 the daily allowance', () => {
  test('is issued as a grant of its day that expires at the local midnight', () =>
    given(account, onDaily).when(issueDaily()).then([today]));
  test('is issued once a day', () => {
    given(account, [...onDaily, today])
      .when(issueDaily(hours(1)))
      .then([]);
    given(account, [
      ...onDaily,
      today,
      heldFor('gen_1', { 'daily-2026-11-05': 5 }),
      settled('gen_1', { 'daily-2026-11-05': 5 }),
    ])
      .when(issueDaily(hours(2)))
      .then([]);
  });
  test('of yesterday has expired when that of today comes', () =>
    given(account, [...onDaily, today])
      .when(issueDaily(hours(12)))
      .then([expired({ 'daily-2026-11-05': 5 }), daily('2026-11-06', 5, seconds + 43_200)]));
  test('comes before the first hold of the day, which spends it', () =>
    given(account, [...onDaily, granted('pay_1', 10)])
      .when(holdCredits('gen_1', 7))
      .then([today, heldFor('gen_1', { 'daily-2026-11-05': 5, pay_1: 2 })]));
  test('comes before the first adjustment and the first change of plan of the day', () => {
    given(account, onDaily)
      .when(adjustCredits('adj-1', -2))
      .then([
        today,
        {
          type: 'CreditsAdjusted',
          adjustmentId: 'adj-1',
          credits: -2,
          reason: 'made good',
          rows: { 'daily-2026-11-05': 2 },
          adjustedAt: seconds,
        },
      ]);
    given(account, onDaily)
      .when(changePlan('free'))
      .then([today, planChanged('free')]);
  });
  test('does not come with a hold that is refused, or was made before', () => {
    given(account, onDaily).when(holdCredits('gen_1', 6)).thenRejected('credits-insufficient');
    given(account, [...onDaily, welcome, heldFor('gen_1', { welcome: 3 }, 20_261_104)])
      .when(holdCredits('gen_1', 3))
      .then([]);
  });
  test('never comes with a command of an earlier day, be it late by a holding or an issue', () => {
    const yesterday = policyAt(hours(-24));
    given(account, [...onDaily, today])
      .when(issueDaily(noon, yesterday))
      .then([]);
    given(account, [...onDaily, welcome, heldFor('gen_1', { welcome: 1 })])
      .when(issueDaily(noon, yesterday))
      .then([]);
  });
  test('is not issued when its day is over', () =>
    given(account, onDaily)
      .when(issueDaily(hours(12), policyAt(noon)))
      .then([]));
  test('is not issued by a plan that gives none, or to a closed account', () => {
    given(account, [opened]).when(issueDaily()).then([]);
    given(account, [...onDaily, closed])
      .when(issueDaily())
      .then([]);
    given(account, []).when(issueDaily()).thenRejected('account-unopened');
  });
  test('of the plan that the account has: on the day of a change, if none was issued before', () => {
    given(account, [opened, planChanged('daily')])
      .when(issueDaily(hours(1)))
      .then([daily('2026-11-05', 5, seconds + 3_600)]);
    given(account, [...onDaily, today, planChanged('free'), planChanged('daily')])
      .when(issueDaily(hours(1)))
      .then([]);
  });
  test('comes also to an account that has held credits on this day already', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 1 }), planChanged('daily')])
      .when(issueDaily())
      .then([today]));
  test('leaves bought credits as they are', () => {
    const before = [...onDaily, granted('pay_1', 10), today];
    const { grants } = ledgerOf(
      given(account, before)
        .when(issueDaily(hours(12)))
        .state(),
    );
    expect(grants.pay_1).toEqual({ kind: 'pack', left: 10, from: seconds });
  });
  test('what a hold of yesterday gives back to it expires at once', () =>
    given(account, [...onDaily, today, heldFor('gen_1', { 'daily-2026-11-05': 5 })])
      .when(releaseHold('gen_1', 'failed', hours(12)))
      .then([released('gen_1', { 'daily-2026-11-05': 5 }), expired({ 'daily-2026-11-05': 5 })]));
  test('its id is no grant’s', () =>
    given(account, [opened])
      .when(grantCredits('daily-2026-11-05', 5, { kind: 'daily' }))
      .thenRejected('grant-id-reserved'));
});

describe("the default plan's monthly credits", () => {
  const monthly = { ...policyAt(), defaultPlan: 'monthly' };
  const inDecember = { ...policyAt('2026-12-01T00:00:00.000Z'), defaultPlan: 'monthly' };
  const november = granted('plan-2026-11', 20, { kind: 'plan', month: 202_611, plan: 'monthly' });
  const december = granted('plan-2026-12', 20, {
    kind: 'plan',
    month: 202_612,
    plan: 'monthly',
    grantedAt: seconds + 25.5 * 86_400,
  });

  test('come once a calendar month, with whatever command is first', () => {
    given(account, [opened]).when(issueDaily(noon, monthly)).then([november]);
    given(account, [opened, november])
      .when(issueDaily(hours(24), monthly))
      .then([]);
    given(account, [opened])
      .when(holdCredits('gen_1', 3, { policy: monthly }))
      .then([november, heldFor('gen_1', { 'plan-2026-11': 3 })]);
  });
  test('of the month before expire above what the plan lets roll over', () => {
    given(account, [opened, november])
      .when(issueDaily('2026-12-01T00:00:00.000Z', inDecember))
      .then([expired({ 'plan-2026-11': 15 }), december]);
    given(account, [
      opened,
      november,
      heldFor('gen_1', { 'plan-2026-11': 15 }),
      settled('gen_1', { 'plan-2026-11': 15 }),
    ])
      .when(issueDaily('2026-12-01T00:00:00.000Z', inDecember))
      .then([december]);
  });
  test('come to no other plan, and never with a command of an earlier month', () => {
    given(account, [opened, planChanged('free')])
      .when(issueDaily(noon, monthly))
      .then([]);
    given(account, [opened, december]).when(issueDaily(noon, monthly)).then([]);
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 1 }, 20_261_201)])
      .when(issueDaily(noon, monthly))
      .then([]);
  });
  test('their id is no other grant’s and no period’s', () => {
    given(account, [opened])
      .when(grantCredits('plan-2026-11', 5, { kind: 'plan' }))
      .thenRejected('grant-id-reserved');
    given(account, [opened]).when(grantPlanCredits('2026-11', 5)).thenRejected('grant-id-reserved');
    for (const id of ['sub-2026-11', '2026-11-b'])
      given(account, [opened])
        .when(grantPlanCredits(id, 5))
        .then([granted(`plan-${id}`, 5, { kind: 'plan', plan: 'monthly' })]);
  });
  test('January’s month has two digits', () => {
    const policy = { ...policyAt('2027-01-02T00:00:00.000Z'), defaultPlan: 'monthly' };
    const issued = given(account, [opened]).when(issueDaily('2027-01-02T00:00:00.000Z', policy)).state();
    expect(Object.keys(ledgerOf(issued).grants)).toEqual(['plan-2027-01']);
  });
});

describe("a paid plan's credits", () => {
  const period = (id: string, credits: number) => granted(`plan-${id}`, credits, { kind: 'plan', plan: 'monthly' });

  test('come once for each period', () => {
    given(account, [opened])
      .when(grantPlanCredits('sub_1-1', 20))
      .then([period('sub_1-1', 20)]);
    given(account, [opened, period('sub_1-1', 20)])
      .when(grantPlanCredits('sub_1-1', 20))
      .then([]);
    expect(accountAggregate.uniqueKey(grantPlanCredits('sub_1-1', 20))).toBe('grant:plan-sub_1-1');
  });
  test('of the periods before expire above maxRollover, the earlier first', () =>
    given(account, [opened, period('sub_1-1', 4), { ...period('sub_1-2', 20), grantedAt: seconds + 1 } as AccountEvent])
      .when(grantPlanCredits('sub_1-3', 20))
      .then([expired({ 'plan-sub_1-1': 4, 'plan-sub_1-2': 15 }), period('sub_1-3', 20)]));
  test('leave alone what is not the plan’s', () =>
    given(account, [opened, welcome, granted('pay_1', 50), period('sub_1-1', 5)])
      .when(grantPlanCredits('sub_1-2', 20))
      .then([period('sub_1-2', 20)]));
  test('leave alone what the free plan gives by the calendar, and are left alone by it', () => {
    const calendar = { ...period('2026-10', 9), plan: 'free' } as AccountEvent;
    given(account, [opened, calendar])
      .when(grantPlanCredits('sub_1-1', 20, { maxRollover: 0 }))
      .then([period('sub_1-1', 20)]);
    const policy = policyAt(noon, { defaultPlan: 'monthly' });
    const issuing = given(account, [opened, period('sub_1-1', 600)]).when({ type: 'IssueDaily', at: noon, policy });
    expect(ledgerOf(issuing.state()).grants['plan-sub_1-1']).toMatchObject({ left: 600 });
    expect(Object.keys(ledgerOf(issuing.state()).grants)).toHaveLength(2);
  });
  test('of all that is left nothing rolls over when the plan says 0', () =>
    given(account, [opened, period('sub_1-1', 5)])
      .when(grantPlanCredits('sub_1-2', 20, { maxRollover: 0 }))
      .then([expired({ 'plan-sub_1-1': 5 }), period('sub_1-2', 20)]));
  test('do not come to a closed account, nor to one with too many grants', () => {
    given(account, [opened, closed]).when(grantPlanCredits('sub_1-1', 20)).thenRejected('account-closed');
    const many = Array.from({ length: 1_000 }, (_, index) => granted(`pay_${index}`, 1));
    given(account, [opened, ...many])
      .when(grantPlanCredits('sub_1-1', 20))
      .thenRejected('grants-too-many');
  });
});

describe('changing the plan', () => {
  test('is told, and keeps every grant', () => {
    const changing = given(account, [opened, welcome, granted('pay_1', 50)]).when(
      changePlan('daily', { reason: 'gift' }),
    );
    changing.then([{ type: 'PlanChanged', plan: 'daily', reason: 'gift' }]);
    expect(available(changing.state())).toBe(60);
    expect(planOf(changing.state(), policyAt())).toBe('daily');
  });
  test('to the plan it has changes nothing', () => {
    given(account, [opened]).when(changePlan('free')).then([]);
    given(account, [...onDaily, today])
      .when(changePlan('daily'))
      .then([]);
  });
  test('under a name is made once for ever, also where it changed nothing', () => {
    expect(accountAggregate.uniqueKey(changePlan('free', { changeId: 'sub_1' }))).toBe('plan:sub_1');
    expect(accountAggregate.uniqueKey(changePlan('free'))).toBeUndefined();
    given(account, [opened])
      .when(changePlan('free', { changeId: 'sub_1' }))
      .then([planChanged('free')]);
  });
  test('to an unknown plan is refused', () => {
    given(account, [opened]).when(changePlan('gold')).thenRejected('plan-unknown');
    given(account, [opened]).when(changePlan('constructor')).thenRejected('plan-unknown');
  });
  test('of a closed account is refused', () =>
    given(account, [opened, closed]).when(changePlan('daily')).thenRejected('account-closed'));
  test('an account whose plan the app no longer has is on the default plan', () => {
    const state = given(account, [opened, planChanged('gold')])
      .when(openAccount())
      .state();
    expect(planOf(state, policyAt())).toBe('free');
    expect(rulesOf(state, policyAt())).toEqual(policyAt().plans.free);
    expect(rulesOf(state, policyAt(noon, { plans: {} }))).toMatchObject({ dailyCredits: 0, dailyCap: null });
  });
});
