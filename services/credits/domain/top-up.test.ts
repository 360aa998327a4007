import { given } from '#shared/testing/given.ts';
import {
  closeAccount,
  endTopUp,
  grantCredits,
  holdCredits,
  later,
  noon,
  releaseHold,
  seconds,
  setAlert,
  setTopUp,
  settleHold,
} from '../test/commands.ts';
import { closed, expired, granted, heldFor, ledgerOf, opened, released, revoked, welcome } from '../test/events.ts';
import { account } from './account.ts';
import type { AccountEvent } from './events.ts';
import { backOffS } from './top-up.ts';

const hour = 3_600;

describe('X11 the low-balance alert', () => {
  const alert = (below: number | null): AccountEvent => ({ type: 'AlertSet', below });
  const low = (below: number, available: number): AccountEvent => ({ type: 'LowBalanceReached', below, available });
  const watched = [opened, welcome, alert(5)];

  test('is set, changed and taken away; the same again changes nothing', () => {
    given(account, [opened, welcome])
      .when(setAlert(5))
      .then([alert(5)]);
    given(account, watched).when(setAlert(5)).then([]);
    given(account, watched)
      .when(setAlert(4))
      .then([alert(4)]);
    given(account, watched)
      .when(setAlert(null))
      .then([alert(null)]);
    given(account, [opened]).when(setAlert(null)).then([]);
    expect(ledgerOf(given(account, watched).when(setAlert(null)).state())).not.toHaveProperty('alertBelow');
  });
  test('set above the balance is told at once', () =>
    given(account, [opened, welcome])
      .when(setAlert(11))
      .then([alert(11), low(11, 10)]));
  test('is told when the balance falls below it, not when it reaches it', () => {
    given(account, watched)
      .when(holdCredits('gen_1', 5))
      .then([heldFor('gen_1', { welcome: 5 })]);
    given(account, watched)
      .when(holdCredits('gen_1', 6))
      .then([heldFor('gen_1', { welcome: 6 }), low(5, 4)]);
  });
  test('is told when the balance was just at it', () =>
    given(account, [opened, welcome, alert(10)])
      .when(holdCredits('gen_1', 1))
      .then([heldFor('gen_1', { welcome: 1 }), low(10, 9)]));
  test('is told once while the balance stays below', () =>
    given(account, [...watched, heldFor('gen_1', { welcome: 6 })])
      .when(holdCredits('gen_2', 1))
      .then([heldFor('gen_2', { welcome: 1 })]));
  test('is told again after the balance was back', () => {
    const back = [...watched, heldFor('gen_1', { welcome: 6 }), released('gen_1', { welcome: 6 })];
    given(account, back)
      .when(holdCredits('gen_2', 6))
      .then([heldFor('gen_2', { welcome: 6 }), low(5, 4)]);
  });
  test('is told when credits expire', () =>
    given(account, [
      opened,
      welcome,
      granted('bonus-1', 5, { kind: 'bonus', expiresAt: seconds + 10 }),
      alert(11),
      heldFor('gen_1', { welcome: 1 }),
    ])
      .when(settleHold('gen_1', 1, later(10)))
      .then([
        expired({ 'bonus-1': 5 }),
        { type: 'HoldSettled', holdId: 'gen_1', tool: 'photo-filter', spent: { welcome: 1 } },
        low(11, 9),
      ]));
  test('is not told by what comes back and expires at once', () =>
    given(account, [
      opened,
      granted('bonus-1', 5, { kind: 'bonus', expiresAt: seconds + 10 }),
      alert(3),
      heldFor('gen_1', { 'bonus-1': 5 }),
    ])
      .when(releaseHold('gen_1', 'failed', later(10)))
      .then([released('gen_1', { 'bonus-1': 5 }), expired({ 'bonus-1': 5 })]));
  test('is told where today’s allowance came and went in one command', () =>
    given(account, [opened, { type: 'PlanChanged', plan: 'daily' }, alert(3)])
      .when(holdCredits('gen_1', 4))
      .then([
        granted('daily-2026-11-05', 5, { kind: 'daily', expiresAt: seconds + 12 * hour, day: 20_261_105 }),
        heldFor('gen_1', { 'daily-2026-11-05': 4 }),
        low(3, 1),
      ]));
  test('is not told by the closing, and not set afterwards', () => {
    given(account, watched)
      .when(closeAccount())
      .then([{ type: 'AccountClosed', forfeited: { welcome: 10 }, reason: 'asked by the user' }]);
    given(account, [opened, closed]).when(setAlert(5)).thenRejected('account-closed');
  });
});

describe('X11 the automatic top-up', () => {
  const settings = { below: 5, packId: 'pack-20', maxPerMonth: 2 };
  const set: AccountEvent = { type: 'TopUpSet', topUp: settings };
  const requested = (number: number, requestedAt = seconds, month = 202_611): AccountEvent => ({
    type: 'TopUpRequested',
    topUpId: `topup-${month}-${number}`,
    packId: 'pack-20',
    month,
    requestedAt,
  });
  const ended = (number: number, outcome: 'paid' | 'declined', notBefore: number): AccountEvent => ({
    type: 'TopUpEnded',
    topUpId: `topup-202611-${number}`,
    outcome,
    notBefore,
  });
  const low = [opened, granted('pay_1', 4)];
  /** A command that changes something and leaves the balance as low as it is, so many seconds after noon. */
  const touch = (afterS: number) => setAlert(1, later(afterS));
  const touched: AccountEvent = { type: 'AlertSet', below: 1 };

  test('is set, changed and taken away; the same again changes nothing', () => {
    given(account, [opened, welcome]).when(setTopUp(settings)).then([set]);
    given(account, [opened, welcome, set]).when(setTopUp(settings)).then([]);
    for (const change of [{ below: 6 }, { packId: 'pack-100' }, { maxPerMonth: 1 }])
      given(account, [opened, welcome, set])
        .when(setTopUp({ ...settings, ...change }))
        .then([{ type: 'TopUpSet', topUp: { ...settings, ...change } }]);
    given(account, [opened, welcome, set])
      .when(setTopUp(null))
      .then([{ type: 'TopUpSet', topUp: null }]);
    given(account, [opened]).when(setTopUp(null)).then([]);
    given(account, [opened, closed]).when(setTopUp(settings)).thenRejected('account-closed');
  });
  test('is requested at once when the balance is below, or when it falls below', () => {
    given(account, low)
      .when(setTopUp(settings))
      .then([set, requested(1)]);
    given(account, [opened, welcome, set])
      .when(holdCredits('gen_1', 5))
      .then([heldFor('gen_1', { welcome: 5 })]);
    given(account, [opened, welcome, set])
      .when(holdCredits('gen_1', 6))
      .then([heldFor('gen_1', { welcome: 6 }), requested(1)]);
  });
  test('is not requested again while one is pending; one that billing did not answer for a day is asked for again, as the same', () => {
    const pending = [...low, set, requested(1)];
    given(account, pending)
      .when(touch(24 * hour - 1))
      .then([touched]);
    given(account, pending)
      .when(touch(24 * hour))
      .then([touched, requested(1, seconds + 24 * hour)]);
  });
  test('rests ten minutes after one was paid', () => {
    given(account, [...low, set, requested(1)])
      .when(endTopUp('topup-202611-1', 'paid'))
      .then([ended(1, 'paid', seconds + 600)]);
    const paid = [...low, set, requested(1), ended(1, 'paid', seconds + 600)];
    given(account, paid).when(touch(599)).then([touched]);
    given(account, paid)
      .when(touch(600))
      .then([touched, requested(2, seconds + 600)]);
    expect(ledgerOf(given(account, paid).when(touch(0)).state()).topUps).toStrictEqual({
      month: 202_611,
      requested: 1,
      notBefore: seconds + 600,
    });
  });
  test('rests ever longer after each that was declined, at most 7 days', () => {
    expect([1, 2, 3, 4, 5, 50].map((declines) => backOffS(declines) / hour)).toEqual([1, 4, 16, 64, 168, 168]);
    const once = [...low, set, requested(1), ended(1, 'declined', seconds + hour)];
    given(account, [...low, set, requested(1)])
      .when(endTopUp('topup-202611-1', 'declined'))
      .then([ended(1, 'declined', seconds + hour)]);
    given(account, once)
      .when(touch(hour - 1))
      .then([touched]);
    given(account, once)
      .when(touch(hour))
      .then([touched, requested(2, seconds + hour)]);
    given(account, [...once, requested(2, seconds + hour)])
      .when(endTopUp('topup-202611-2', 'declined', later(hour)))
      .then([ended(2, 'declined', seconds + 5 * hour)]);
  });
  test('one that was paid ends the row of declines', () => {
    const history = [
      ...low,
      set,
      requested(1),
      ended(1, 'declined', seconds),
      requested(2),
      ended(2, 'paid', seconds),
      requested(3),
    ];
    given(account, history)
      .when(endTopUp('topup-202611-3', 'declined'))
      .then([ended(3, 'declined', seconds + hour)]);
  });
  test('is requested no more than the month allows; declined ones do not count', () => {
    const paid = (number: number) => [requested(number), ended(number, 'paid', seconds)];
    given(account, [...low, set, ...paid(1), ...paid(2)])
      .when(touch(0))
      .then([touched]);
    given(account, [...low, set, ...paid(1), requested(2), ended(2, 'declined', seconds)])
      .when(touch(0))
      .then([touched, requested(3)]);
  });
  test('begins anew with the month, not with new settings', () => {
    const paid = (number: number) => [requested(number), ended(number, 'paid', seconds)];
    const used = [...low, set, ...paid(1), ...paid(2)];
    const december = seconds + 26 * 86_400;
    given(account, used)
      .when(touch(26 * 86_400))
      .then([touched, requested(1, december, 202_612)]);
    given(account, [...used, { type: 'TopUpSet', topUp: null }])
      .when(setTopUp(settings))
      .then([set]);
  });
  test('a back-off goes on into the next month', () => {
    const declined = [...low, set, requested(1), ended(1, 'declined', seconds), requested(1, seconds, 202_612)];
    expect(ledgerOf(given(account, declined).when(touch(0)).state()).topUps).toMatchObject({
      month: 202_612,
      requested: 1,
      declines: 1,
    });
  });
  test('a late command does not go back to an earlier month', () =>
    given(account, [
      ...low,
      set,
      requested(1, seconds, 202_612),
      { ...ended(1, 'paid', seconds), topUpId: 'topup-202612-1' } as AccountEvent,
    ])
      .when(touch(0))
      .then([touched, requested(2, seconds, 202_612)]));
  test('is not requested by who owes: their card is not charged unasked', () =>
    given(account, [opened, set, revoked('re_1', 5, {}, { debt: 5 })])
      .when(touch(0))
      .then([touched, { type: 'LowBalanceReached', below: 1, available: 0 }]));
  test('the end of one that is not pending changes nothing', () => {
    given(account, [...low, set, requested(1)])
      .when(endTopUp('topup-202611-9', 'paid'))
      .then([]);
    given(account, [...low, set, requested(1), ended(1, 'paid', seconds)])
      .when(endTopUp('topup-202611-1', 'declined'))
      .then([]);
    given(account, low).when(endTopUp('topup-202611-1', 'paid')).then([]);
  });
  test('what it brings ends the need for it', () =>
    given(account, [...low, set, requested(1), ended(1, 'paid', seconds)])
      .when(grantCredits('pay_2', 20))
      .then([granted('pay_2', 20)]));
  test('is not requested for an account that closes', () =>
    given(account, [opened, welcome, set])
      .when(closeAccount(noon))
      .then([{ type: 'AccountClosed', forfeited: { welcome: 10 }, reason: 'asked by the user' }]));
  test('an end without a request is refused, not guessed at', () =>
    expect(() => given(account, [opened, ended(1, 'paid', seconds)])).toThrow('no top-up'));
});
