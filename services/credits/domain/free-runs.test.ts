/** A free run is held like any other, so that whatever is asked of a run is asked of it too; it moves no credits. */
import { describe, expect, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import { closeAccount, holdCredits, later, policyAt, releaseHold, settleHold } from '../test/commands.ts';
import { closed, granted, heldFor, ledgerOf, opened, released, revoked, settled, welcome } from '../test/events.ts';
import { account } from './account.ts';
import type { AccountEvent } from './events.ts';
import { available, held } from './state.ts';

const freeHeld = heldFor('gen_1', {});
const open = [opened, welcome, freeHeld];

describe('PP11 a free run', () => {
  test('is held with no rows, also by an account that has nothing', () => {
    given(account, [opened]).when(holdCredits('gen_1', 0)).then([freeHeld]);
    const holding = given(account, [opened, welcome]).when(holdCredits('gen_1', 0));
    holding.then([freeHeld]);
    expect([available(holding.state()), held(holding.state())]).toEqual([10, 0]);
  });
  test('I3 asked again is the same hold, for credits it is another', () => {
    given(account, open).when(holdCredits('gen_1', 0)).then([]);
    given(account, open).when(holdCredits('gen_1', 1)).thenRejected('hold-differs');
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 1 })])
      .when(holdCredits('gen_1', 0))
      .thenRejected('hold-differs');
  });
  test('I3 is settled to nothing, once', () => {
    const settling = given(account, open).when(settleHold('gen_1', 0));
    settling.then([settled('gen_1', {})]);
    expect(ledgerOf(settling.state())).toMatchObject({ holds: {}, totals: { granted: 10, spent: 0 } });
    given(account, [...open, settled('gen_1', {})])
      .when(settleHold('gen_1', 0))
      .then([]);
    given(account, open).when(settleHold('gen_1', 1)).thenRejected('settlement-exceeds-hold');
  });
  test('I3 is released, once, and swept when it is past its expiry', () => {
    given(account, open)
      .when(releaseHold('gen_1'))
      .then([released('gen_1', {})]);
    given(account, [...open, released('gen_1', {})])
      .when(releaseHold('gen_1'))
      .then([]);
    given(account, open)
      .when(releaseHold('gen_1', 'expired', later(3_600)))
      .then([{ ...released('gen_1', {}), reason: 'expired' } as AccountEvent]);
  });
  test('I4 is not held again once it has ended', () =>
    given(account, [...open, settled('gen_1', {})])
      .when(holdCredits('gen_1', 0))
      .thenRejected('hold-closed'));
});

describe('PP11 a free run is refused', () => {
  test('to a closed account, which waits for it to end', () => {
    given(account, [opened, closed]).when(holdCredits('gen_1', 0)).thenRejected('account-closed');
    given(account, open).when(closeAccount()).thenRejected('holds-open');
  });
  test('X5 to whoever owes', () =>
    given(account, [opened, revoked('re_1', 3, {}, { debt: 3 })])
      .when(holdCredits('gen_1', 0))
      .thenRejected('debt-outstanding'));
  test('SP15 on another plan, where it uses what only pro plans open', () =>
    given(account, [opened, welcome])
      .when(holdCredits('gen_1', 0, { needsPro: true }))
      .thenRejected('plan-required'));
});

test('SP1 a free run is none of the daily cap, also where more was spent than the plan allows by now', () => {
  const { plans } = policyAt();
  const [free] = Object.values(plans);
  if (!free) throw new Error('there is no plan');
  const policy = policyAt(undefined, { plans: { free: { ...free, dailyCap: 3 } } });
  const spent = [opened, granted('pay_1', 10), heldFor('gen_0', { pay_1: 5 })];
  given(account, spent)
    .when(holdCredits('gen_1', 0, { policy }))
    .then([freeHeld]);
  given(account, spent)
    .when(holdCredits('gen_1', 1, { policy }))
    .thenRejected('daily-cap-reached');
});
