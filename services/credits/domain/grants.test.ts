import { given } from '#shared/testing/given.ts';
import { adjustCredits, grantCredits, noon, openAccount, reinstateGrant, seconds } from '../test/commands.ts';
import { closed, granted, ledgerOf, opened, welcome } from '../test/events.ts';
import { account, accountAggregate } from './account.ts';
import type { AccountEvent } from './events.ts';

const pack = granted('pay_1', 50);

describe('adjusting', () => {
  const adjusted = (credits: number, rows: Record<string, number>): AccountEvent => ({
    type: 'CreditsAdjusted',
    adjustmentId: 'adj-1',
    credits,
    reason: 'made good',
    rows,
    adjustedAt: seconds,
  });

  test('upwards makes a grant', () => {
    const adjusting = given(account, [opened]).when(adjustCredits('adj-1', 5));
    adjusting.then([adjusted(5, { 'adj-1': 5 })]);
    expect(ledgerOf(adjusting.state())).toMatchObject({
      grants: { 'adj-1': { kind: 'adjustment', left: 5, from: seconds } },
      totals: { granted: 5 },
    });
  });
  test('downwards takes in burn order', () => {
    const adjusting = given(account, [opened, pack, welcome]).when(adjustCredits('adj-1', -12));
    adjusting.then([adjusted(-12, { welcome: 10, pay_1: 2 })]);
    expect(ledgerOf(adjusting.state()).totals).toEqual({ granted: 60, spent: 0, revoked: 12 });
  });
  test('downwards takes all there is, and never more', () => {
    given(account, [opened, welcome])
      .when(adjustCredits('adj-1', -10))
      .then([adjusted(-10, { welcome: 10 })]);
    given(account, [opened, welcome]).when(adjustCredits('adj-1', -11)).thenRejected('credits-insufficient');
  });
  test('happens once', () => {
    given(account, [opened, adjusted(5, { 'adj-1': 5 })])
      .when(adjustCredits('adj-1', 5))
      .then([]);
    expect(accountAggregate.uniqueKey(adjustCredits('adj-1', 5))).toBe('adjust:adj-1');
  });
  test('cannot take the place of a grant, nor a grant that of an adjustment', () => {
    given(account, [opened, pack]).when(adjustCredits('pay_1', 5)).thenRejected('grant-id-reserved');
    given(account, [opened]).when(adjustCredits('welcome', 5)).thenRejected('grant-id-reserved');
    given(account, [opened]).when(adjustCredits('reinstated-re_1', 5)).thenRejected('grant-id-reserved');
    given(account, [opened, adjusted(5, { 'adj-1': 5 })])
      .when(grantCredits('adj-1', 5))
      .thenRejected('grant-id-reserved');
  });
  test('only those very ids are reserved', () => {
    for (const id of [
      'welcome-2',
      'my-welcome',
      'daily-2026-11-05b',
      'my-plan-2026-11',
      'plan-2026-11b',
      'not-reinstated-1',
    ])
      given(account, [opened])
        .when(grantCredits(id, 5))
        .then([granted(id, 5)]);
  });
  test('of a closed account is refused, both ways', () => {
    given(account, [opened, closed]).when(adjustCredits('adj-1', 5)).thenRejected('account-closed');
    given(account, [opened, closed]).when(adjustCredits('adj-1', -5)).thenRejected('account-closed');
  });
  test('upwards counts to the bound of grants', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => granted(`pay_${index}`, 1));
    given(account, [opened, ...many])
      .when(adjustCredits('adj-1', 5))
      .thenRejected('grants-too-many');
    given(account, [opened, ...many])
      .when(adjustCredits('adj-1', -1))
      .then([adjusted(-1, { pay_0: 1 })]);
  });
});

test('a command on an account that was never opened says so', () => {
  for (const command of [adjustCredits('adj-1', 5), reinstateGrant('re_1', 'pay_1', 1)])
    given(account, []).when(command).thenRejected('account-unopened');
  given(account, []).when(openAccount(0, noon)).then([opened]);
});
