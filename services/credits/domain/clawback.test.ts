import { given } from '#shared/testing/given.ts';
import {
  adjustCredits,
  grantCredits,
  holdCredits,
  later,
  reinstateGrant,
  releaseHold,
  revokeGrant,
  seconds,
  settleHold,
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
  repaid,
  revoked,
  settled,
  welcome,
} from '../test/events.ts';
import { account, accountAggregate } from './account.ts';
import type { AccountEvent } from './events.ts';
import { available, held } from './state.ts';

const pack = granted('pay_1', 50);
const reinstated = (credits: number, debtCancelled?: number): AccountEvent => ({
  type: 'GrantReinstated',
  revocationId: 're_1',
  grantId: 'pay_1',
  credits,
  kind: 'pack',
  ...(debtCancelled === undefined ? {} : { debtCancelled }),
  reinstatedAt: seconds,
});
/** A payment that was spent and then refunded: all of it is owed. */
const owing = (credits: number): AccountEvent[] => [opened, revoked('re_1', credits, {}, { debt: credits })];

describe('X5 revoking', () => {
  test('takes from the payment’s own grant first', () =>
    given(account, [opened, welcome, pack])
      .when(revokeGrant('re_1', 'pay_1', 30))
      .then([revoked('re_1', 30, { pay_1: 30 })]));
  test('then from others in burn order', () =>
    given(account, [
      opened,
      welcome,
      granted('pay_0', 9),
      granted('bonus-1', 1, { kind: 'bonus', expiresAt: seconds + 9 }),
      granted('pay_1', 3),
    ])
      .when(revokeGrant('re_1', 'pay_1', 16, { reason: 'dispute' }))
      .then([revoked('re_1', 16, { pay_1: 3, 'bonus-1': 1, welcome: 10, pay_0: 2 }, { reason: 'dispute' })]));
  test('from its own grant once, also where that burns first', () =>
    given(account, [opened, granted('bonus-1', 3, { kind: 'bonus' }), pack])
      .when(revokeGrant('re_1', 'bonus-1', 5))
      .then([revoked('re_1', 5, { 'bonus-1': 3, pay_1: 2 }, { grantId: 'bonus-1' })]));
  test('what is not there becomes debt', () => {
    const revoking = given(account, [opened, granted('pay_1', 3)]).when(revokeGrant('re_1', 'pay_1', 16));
    revoking.then([revoked('re_1', 16, { pay_1: 3 }, { debt: 13 })]);
    expect(ledgerOf(revoking.state())).toMatchObject({ debt: 13, grants: {}, totals: { granted: 3, revoked: 3 } });
  });
  test('of what is spent is all debt', () =>
    given(account, [opened])
      .when(revokeGrant('re_1', 'pay_1', 5))
      .then([revoked('re_1', 5, {}, { debt: 5 })]));
  test('debts add up', () =>
    expect(
      ledgerOf(
        given(account, owing(5))
          .when(revokeGrant('re_2', 'pay_2', 7))
          .state(),
      ),
    ).toMatchObject({ debt: 12 }));
  test('leaves what is held to its job', () => {
    const state = given(account, [opened, pack, heldFor('gen_1', { pay_1: 20 })])
      .when(revokeGrant('re_1', 'pay_1', 50))
      .state();
    expect(ledgerOf(state)).toMatchObject({ debt: 20, totals: { revoked: 30 } });
    expect([available(state), held(state)]).toEqual([0, 20]);
  });
  test('does not take what has expired', () =>
    given(account, [opened, granted('pay_1', 8, { expiresAt: seconds })])
      .when(revokeGrant('re_1', 'pay_1', 8))
      .then([expired({ pay_1: 8 }), revoked('re_1', 8, {}, { debt: 8 })]));
  test('happens once', () => {
    given(account, [opened, pack, revoked('re_1', 30, { pay_1: 30 })])
      .when(revokeGrant('re_1', 'pay_1', 30))
      .then([]);
    expect(accountAggregate.uniqueKey(revokeGrant('re_1', 'pay_1', 30))).toBe('revoke:re_1');
  });
  test('of a closed account is refused: it has nothing left', () => {
    given(account, [opened, closed])
      .when(revokeGrant('re_1', 'pay_1', 5))
      .thenRejected('account-closed');
    given(account, [])
      .when(revokeGrant('re_1', 'pay_1', 5))
      .thenRejected('account-unopened');
  });
});

describe('X5 debt', () => {
  test('blocks holds, not their end', () => {
    given(account, owing(5)).when(holdCredits('gen_1', 1)).thenRejected('debt-outstanding');
    const before: AccountEvent[] = [
      opened,
      pack,
      heldFor('gen_1', { pay_1: 50 }),
      revoked('re_1', 50, {}, { debt: 50 }),
    ];
    given(account, before)
      .when(settleHold('gen_1', 50))
      .then([settled('gen_1', { pay_1: 50 })]);
    given(account, before).when(holdCredits('gen_1', 50)).then([]);
  });
  test('is repaid first by what is granted', () => {
    const granting = given(account, owing(5)).when(grantCredits('pay_2', 8));
    granting.then([granted('pay_2', 8), repaid({ pay_2: 5 })]);
    expect(ledgerOf(granting.state())).toEqual({
      status: 'open',
      grants: { pay_2: { kind: 'pack', left: 3, from: seconds } },
      holds: {},
      closedHolds: '',
      totals: { granted: 8, spent: 0, revoked: 5 },
      revocations: [{ id: expect.any(String), credits: 5, grant: expect.any(String) }],
    });
  });
  test('is repaid in part by less', () =>
    expect(ledgerOf(given(account, owing(5)).when(grantCredits('pay_2', 2)).state())).toMatchObject({
      debt: 3,
      grants: {},
    }));
  test('is repaid by what a hold gives back', () => {
    const before: AccountEvent[] = [
      opened,
      pack,
      heldFor('gen_1', { pay_1: 50 }),
      revoked('re_1', 50, {}, { debt: 20 }),
    ];
    given(account, before)
      .when(releaseHold('gen_1'))
      .then([released('gen_1', { pay_1: 50 }), repaid({ pay_1: 20 })]);
    given(account, before)
      .when(settleHold('gen_1', 40))
      .then([settled('gen_1', { pay_1: 40 }, { pay_1: 10 }), repaid({ pay_1: 10 })]);
  });
  test('is repaid by today’s allowance; a hold may then spend the rest', () =>
    given(account, [...owing(2), planChanged('daily')])
      .when(holdCredits('gen_1', 3))
      .then([daily('2026-11-05'), repaid({ 'daily-2026-11-05': 2 }), heldFor('gen_1', { 'daily-2026-11-05': 3 })]));
  test('is not repaid with what has expired meanwhile', () =>
    given(account, [
      opened,
      granted('bonus-1', 5, { kind: 'bonus', expiresAt: seconds + 10 }),
      heldFor('gen_1', { 'bonus-1': 5 }),
      revoked('re_1', 5, {}, { debt: 5 }),
    ])
      .when(releaseHold('gen_1', 'failed', later(10)))
      .then([released('gen_1', { 'bonus-1': 5 }), expired({ 'bonus-1': 5 })]));
  test('is repaid by an adjustment', () => {
    const state = given(account, owing(5)).when(adjustCredits('adj-1', 9)).state();
    expect([ledgerOf(state).debt, available(state)]).toEqual([undefined, 4]);
  });
});

describe('X5 reinstating', () => {
  const taken: AccountEvent[] = [opened, pack, revoked('re_1', 30, { pay_1: 30 })];

  test('gives back what was taken, as a grant of its own', () => {
    const reinstating = given(account, taken).when(reinstateGrant('re_1', 'pay_1', 30));
    reinstating.then([reinstated(30)]);
    expect(ledgerOf(reinstating.state())).toEqual({
      status: 'open',
      grants: {
        pay_1: { kind: 'pack', left: 20, from: seconds },
        'reinstated-re_1': { kind: 'pack', left: 30, from: seconds },
      },
      holds: {},
      closedHolds: '',
      totals: { granted: 50, spent: 0, revoked: 0 },
    });
  });
  test('cancels debt first', () => {
    const partly = given(account, [
      opened,
      revoked('re_1', 30, {}, { debt: 30 }),
      granted('pay_2', 10),
      repaid({ pay_2: 10 }),
    ]);
    const reinstating = partly.when(reinstateGrant('re_1', 'pay_1', 30));
    reinstating.then([reinstated(30, 20)]);
    expect(available(reinstating.state())).toBe(10);
    expect(ledgerOf(reinstating.state())).not.toHaveProperty('debt');
  });
  test('that only cancels debt gives no grant, and leaves the rest owed', () => {
    const reinstating = given(account, owing(30)).when(reinstateGrant('re_1', 'pay_1', 10));
    reinstating.then([reinstated(10, 10)]);
    expect(ledgerOf(reinstating.state())).toStrictEqual({
      status: 'open',
      grants: {},
      holds: {},
      closedHolds: '',
      totals: { granted: 0, spent: 0 },
      debt: 20,
      revocations: [{ id: expect.any(String), credits: 20, grant: expect.any(String) }],
    });
  });
  test('gives back no more than was taken for it, and once', () => {
    given(account, taken)
      .when(reinstateGrant('re_1', 'pay_1', 31))
      .thenRejected('revocation-unknown');
    given(account, taken)
      .when(reinstateGrant('re_9', 'pay_1', 1))
      .thenRejected('revocation-unknown');
    given(account, [...taken, reinstated(10)])
      .when(reinstateGrant('re_1', 'pay_1', 21, { reinstatementId: 'rest' }))
      .thenRejected('revocation-unknown');
    expect(accountAggregate.uniqueKey(reinstateGrant('re_1', 'pay_1', 30))).toBe('reinstate:re_1');
  });
  test('I5 in parts gives back all of it, each part once', () => {
    const rest = given(account, [...taken, reinstated(10)]).when(
      reinstateGrant('re_1', 'pay_1', 20, { reinstatementId: 'rest' }),
    );
    expect(Object.keys(ledgerOf(rest.state()).grants)).toEqual(
      expect.arrayContaining(['reinstated-re_1', 'reinstated-rest']),
    );
    expect(ledgerOf(rest.state())).not.toHaveProperty('revocations');
    expect(accountAggregate.uniqueKey(reinstateGrant('re_1', 'pay_1', 20, { reinstatementId: 'rest' }))).toBe(
      'reinstate:rest',
    );
  });
  test('gives back with the expiry that the grant had', () => {
    const back = given(account, taken).when(reinstateGrant('re_1', 'pay_1', 30, { expiresAt: seconds + 100 }));
    expect(ledgerOf(back.state()).grants['reinstated-re_1']).toMatchObject({ left: 30, until: seconds + 100 });
  });
  test('keeps the other revocations', () => {
    const state = given(account, [...taken, revoked('re_2', 5, { pay_1: 5 })])
      .when(reinstateGrant('re_1', 'pay_1', 30))
      .state();
    expect(ledgerOf(state).revocations).toMatchObject([{ credits: 5 }]);
  });
  test('is refused to a closed account and to one with too many grants', () => {
    given(account, [...taken, closed])
      .when(reinstateGrant('re_1', 'pay_1', 30))
      .thenRejected('account-closed');
    const many = Array.from({ length: 999 }, (_, index) => granted(`pay_x${index}`, 1));
    given(account, [...taken, ...many])
      .when(reinstateGrant('re_1', 'pay_1', 30))
      .thenRejected('grants-too-many');
    const debtOnly: AccountEvent[] = [...many, granted('pay_y', 1), revoked('re_1', 30, {}, { debt: 30 })];
    given(account, [opened, ...debtOnly])
      .when(reinstateGrant('re_1', 'pay_1', 30))
      .then([reinstated(30, 30)]);
  });
  test('knows the last 50 revocations', () => {
    const all = Array.from({ length: 51 }, (_, index) => revoked(`re_${index}`, 1, {}, { debt: 1 }));
    const many = [opened, ...all];
    given(account, many)
      .when(reinstateGrant('re_0', 'pay_1', 1))
      .thenRejected('revocation-unknown');
    expect(
      ledgerOf(
        given(account, many)
          .when(reinstateGrant('re_1', 'pay_1', 1))
          .state(),
      ).revocations,
    ).toHaveLength(49);
  });
});
