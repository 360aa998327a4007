import { fingerprint } from '#shared/ids.ts';
import { given } from '#shared/testing/given.ts';
import {
  closeAccount,
  endTopUp,
  grantCredits,
  holdCredits,
  issueDaily,
  later,
  noon,
  openAccount,
  releaseHold,
  seconds,
  setAlert,
  setTopUp,
  settleHold,
} from '../test/commands.ts';
import { expired, granted, heldFor, ledgerOf, opened, released, settled, welcome } from '../test/events.ts';
import { account, accountAggregate, accountStream } from './account.ts';
import type { AccountEvent } from './events.ts';
import { available, closedHoldsKept, held, holdStatus } from './state.ts';

test('the stream of an account is its owner', () =>
  expect(accountStream({ app: 'sparky', user: 'user-1' })).toBe('sparky#user-1'));

describe('opening', () => {
  test('gives the welcome credits', () => given(account, []).when(openAccount(10)).then([opened, welcome]));
  test('without welcome credits gives none', () => given(account, []).when(openAccount(0)).then([opened]));
  test('happens once', () => given(account, [opened, welcome]).when(openAccount(50)).then([]));
  test('is unique by a marker', () => expect(accountAggregate.uniqueKey(openAccount())).toBe('open'));
  test('comes before everything else', () => {
    given(account, []).when(grantCredits('pay_1', 5)).thenRejected('account-unopened');
    given(account, []).when(holdCredits('gen_1', 5)).thenRejected('account-unopened');
    given(account, []).when(closeAccount()).thenRejected('account-unopened');
  });
});

describe('granting', () => {
  test('adds a grant with what the command says of it', () =>
    given(account, [opened])
      .when(grantCredits('period-1', 100, { kind: 'plan', expiresAt: seconds + 60, priority: 5 }))
      .then([granted('period-1', 100, { kind: 'plan', expiresAt: seconds + 60, priority: 5 })]));
  test('is unique by the grant', () => {
    expect(accountAggregate.uniqueKey(grantCredits('pay_1', 5))).toBe('grant:pay_1');
    given(account, [opened, granted('pay_1', 5)])
      .when(grantCredits('pay_1', 5))
      .then([]);
  });
  test('cannot take the place of the welcome credits', () =>
    given(account, [opened]).when(grantCredits('welcome', 5)).thenRejected('grant-id-reserved'));
  test('what comes too late expires at once, and both are told', () =>
    given(account, [opened])
      .when(grantCredits('daily-1', 5, { kind: 'daily', expiresAt: seconds - 1 }))
      .then([granted('daily-1', 5, { kind: 'daily', expiresAt: seconds - 1 }), expired({ 'daily-1': 5 })]));
  test('names of built-in properties are grants like others', () =>
    given(account, [opened])
      .when(grantCredits('constructor', 5))
      .then([granted('constructor', 5)]));
});

describe('holding', () => {
  test('takes from the grants in burn order and records which gave how much', () =>
    given(account, [opened, welcome, granted('pay_1', 100)])
      .when(holdCredits('gen_1', 12))
      .then([heldFor('gen_1', { welcome: 10, pay_1: 2 })]));
  test('sets the credits aside', () => {
    const state = given(account, [opened, welcome]).when(holdCredits('gen_1', 4)).state();
    expect([available(state), held(state)]).toEqual([6, 4]);
  });
  test('of more than is available is refused', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 4 })])
      .when(holdCredits('gen_2', 7))
      .thenRejected('credits-insufficient'));
  test('may take all there is', () =>
    given(account, [opened, welcome])
      .when(holdCredits('gen_1', 10))
      .then([heldFor('gen_1', { welcome: 10 })]));
  test('again, while it is open, changes nothing', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 10 })])
      .when(holdCredits('gen_1', 10))
      .then([]));
  test('again, for another number of credits, is refused', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 4 })])
      .when(holdCredits('gen_1', 5))
      .thenRejected('hold-differs'));
  test('I4 again, after it was closed, is refused: nobody may run on credits that went back', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 4 }), settled('gen_1', { welcome: 4 })])
      .when(holdCredits('gen_1', 4))
      .thenRejected('hold-closed'));
  test('never spends what has expired, and tells of it first', () =>
    given(account, [opened, welcome, granted('daily-1', 5, { kind: 'daily', expiresAt: seconds + 10 })])
      .when(holdCredits('gen_1', 3, { at: later(10) }))
      .then([expired({ 'daily-1': 5 }), heldFor('gen_1', { welcome: 3 })]));
  test('one second before expiry still spends it', () =>
    given(account, [opened, welcome, granted('daily-1', 5, { kind: 'daily', expiresAt: seconds + 10 })])
      .when(holdCredits('gen_1', 3, { at: later(9) }))
      .then([heldFor('gen_1', { 'daily-1': 3 })]));
});

describe('settling', () => {
  const before = [opened, welcome, granted('pay_1', 100), heldFor('gen_1', { welcome: 10, pay_1: 5 })];

  test('spends what was held', () => {
    const settling = given(account, before).when(settleHold('gen_1', 15));
    settling.then([settled('gen_1', { welcome: 10, pay_1: 5 })]);
    expect(ledgerOf(settling.state())).toMatchObject({ holds: {}, totals: { granted: 110, spent: 15 } });
  });
  test('to less spends in burn order and returns the rest where it came from', () =>
    given(account, before)
      .when(settleHold('gen_1', 4))
      .then([settled('gen_1', { welcome: 4 }, { welcome: 6, pay_1: 5 })]));
  test('to nothing returns all', () =>
    given(account, before)
      .when(settleHold('gen_1', 0))
      .then([settled('gen_1', {}, { welcome: 10, pay_1: 5 })]));
  test('to more than was held is refused', () =>
    given(account, before).when(settleHold('gen_1', 16)).thenRejected('settlement-exceeds-hold'));
  test('what goes back to a grant that has expired meanwhile expires at once', () =>
    given(account, [
      opened,
      granted('daily-1', 9, { kind: 'daily', expiresAt: seconds + 10 }),
      heldFor('gen_1', { 'daily-1': 5 }),
    ])
      .when(settleHold('gen_1', 2, later(60)))
      .then([
        expired({ 'daily-1': 4 }),
        settled('gen_1', { 'daily-1': 2 }, { 'daily-1': 3 }),
        expired({ 'daily-1': 3 }),
      ]));
  test('a closed or unknown hold changes nothing, and the two can be told apart', () => {
    const after = [...before, settled('gen_1', { welcome: 10, pay_1: 5 })];
    given(account, after).when(settleHold('gen_1', 15)).then([]);
    given(account, after).when(settleHold('gen_9', 15)).then([]);
    given(account, []).when(settleHold('gen_9', 15)).then([]);
    const state = given(account, after).when(settleHold('gen_1', 15)).state();
    expect([holdStatus(state, 'gen_1'), holdStatus(state, 'gen_9')]).toEqual(['closed', 'unknown']);
  });
});

describe('releasing', () => {
  const before = [opened, welcome, granted('pay_1', 100), heldFor('gen_1', { welcome: 10, pay_1: 5 })];

  test('returns every row to its grant, even one that was used up', () => {
    const releasing = given(account, before).when(releaseHold('gen_1'));
    releasing.then([released('gen_1', { welcome: 10, pay_1: 5 })]);
    expect(ledgerOf(releasing.state()).grants).toMatchObject({ welcome: { left: 10 }, pay_1: { left: 100 } });
  });
  test('goes by the recorded rows, not by the order of today', () =>
    given(account, [...before, granted('bonus-1', 50, { kind: 'bonus', priority: 1 })])
      .when(releaseHold('gen_1'))
      .then([released('gen_1', { welcome: 10, pay_1: 5 })]));
  test('of a closed or unknown hold changes nothing', () => {
    given(account, [...before, released('gen_1', { welcome: 10, pay_1: 5 })])
      .when(releaseHold('gen_1'))
      .then([]);
    given(account, before).when(releaseHold('gen_9')).then([]);
    given(account, []).when(releaseHold('gen_9')).then([]);
  });
  test('as expired waits until the hold is', () => {
    given(account, before)
      .when(releaseHold('gen_1', 'expired', later(3_599)))
      .thenRejected('hold-not-expired');
    given(account, before)
      .when(releaseHold('gen_1', 'expired', later(3_600)))
      .then([{ ...released('gen_1', { welcome: 10, pay_1: 5 }), reason: 'expired' } as AccountEvent]);
  });
  test('a row whose grant has expired meanwhile expires at once', () =>
    given(account, [
      opened,
      granted('daily-1', 5, { kind: 'daily', expiresAt: seconds + 10 }),
      heldFor('gen_1', { 'daily-1': 5 }),
    ])
      .when(releaseHold('gen_1', 'failed', later(10)))
      .then([released('gen_1', { 'daily-1': 5 }), expired({ 'daily-1': 5 })]));
});

describe('closing', () => {
  test('forfeits what is left', () =>
    given(account, [opened, welcome])
      .when(closeAccount())
      .then([{ type: 'AccountClosed', forfeited: { welcome: 10 }, reason: 'asked by the user' }]));
  test('of an account with nothing left forfeits nothing', () =>
    given(account, [opened])
      .when(closeAccount())
      .then([{ type: 'AccountClosed', reason: 'asked by the user' }]));
  test('waits for open holds', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 1 })])
      .when(closeAccount())
      .thenRejected('holds-open'));
  test('is for ever', () => {
    const closed: AccountEvent[] = [opened, { type: 'AccountClosed' }];
    given(account, closed).when(closeAccount()).then([]);
    given(account, closed).when(openAccount()).then([]);
    given(account, closed).when(grantCredits('pay_1', 5)).thenRejected('account-closed');
    given(account, closed).when(holdCredits('gen_1', 5)).thenRejected('account-closed');
    given(account, closed).when(settleHold('gen_1', 5)).then([]);
    given(account, closed).when(releaseHold('gen_1')).then([]);
  });
});

describe('the state stays small', () => {
  const run = (count: number) =>
    Array.from({ length: count }, (_, index) => [
      heldFor(`gen_${index}`, { pay_1: 1 }),
      settled(`gen_${index}`, { pay_1: 1 }),
    ]).flat();

  /** Two ids whose short marks are equal, found as anybody could who may choose idempotency keys. */
  const twins = (): readonly [string, string] => {
    const seen = new Map<string, string>();
    for (let number = 0; number < 5_000_000; number += 1) {
      const id = `gen_${number}`;
      const mark = fingerprint(id).slice(0, 6);
      const twin = seen.get(mark);
      if (twin) return [twin, id];
      seen.set(mark, id);
    }
    throw new Error('no twins found');
  };

  test('I4 two jobs whose ids were chosen to look alike hold and pay for themselves', () => {
    const [one, other] = twins();
    const before = [opened, welcome, heldFor(one, { welcome: 4 })];
    given(account, before)
      .when(holdCredits(other, 4))
      .then([heldFor(other, { welcome: 4 })]);
    given(account, [...before, heldFor(other, { welcome: 4 }), settled(one, { welcome: 4 })])
      .when(settleHold(other, 4))
      .then([settled(other, { welcome: 4 })]);
    // Once one is closed, the other is taken for a repetition: refused, which costs its sender a new key and nobody credits.
    given(account, [...before, settled(one, { welcome: 4 })])
      .when(holdCredits(other, 4))
      .thenRejected('hold-closed');
  });

  test('I4 nobody begins a job on a hold that is past its expiry', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 4 })])
      .when(holdCredits('gen_1', 4, { at: later(3_600) }))
      .thenRejected('hold-closed'));

  test('of closed holds the last 32 are known', () => {
    const state = given(account, [opened, granted('pay_1', 100), ...run(40)])
      .when(openAccount())
      .state();
    const statuses = Array.from({ length: 40 }, (_, index) => holdStatus(state, `gen_${index}`));
    expect(statuses.filter((status) => status === 'closed')).toHaveLength(closedHoldsKept);
    expect([statuses[7], statuses[8], statuses[39]]).toEqual(['unknown', 'closed', 'closed']);
  });
  test('a grant that is used up and awaits nothing is forgotten', () => {
    const state = given(account, [opened, welcome, granted('pay_1', 40), ...run(40)])
      .when(openAccount())
      .state();
    expect(Object.keys(ledgerOf(state).grants)).toEqual(['welcome']);
  });
  test('open holds are bounded', () => {
    const many = Array.from({ length: 500 }, (_, index) => heldFor(`gen_${index}`, { pay_1: 1 }));
    given(account, [opened, granted('pay_1', 1_000), ...many])
      .when(holdCredits('gen_next', 1))
      .thenRejected('holds-too-many');
  });
  test('grants are bounded', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => granted(`pay_${index}`, 1));
    given(account, [opened, ...many])
      .when(grantCredits('pay_next', 1))
      .thenRejected('grants-too-many');
  });
});

test('only what must be done once for ever has a marker', () => {
  const others = [
    holdCredits('gen_1', 1),
    settleHold('gen_1', 1),
    releaseHold('gen_1'),
    issueDaily(),
    setAlert(1),
    setTopUp(null),
    endTopUp('topup-202611-1', 'paid'),
    closeAccount(),
  ];
  expect(others.map(accountAggregate.uniqueKey)).toEqual(others.map(() => undefined));
});
test('a stream that does not begin with the opening is refused, not guessed at', () =>
  expect(() => account.evolve(account.initialState, welcome)).toThrow('never opened'));
test('an event about a hold or grant that is not there is refused', () => {
  expect(() => given(account, [opened, settled('gen_1', {})])).toThrow('not open');
  expect(() => given(account, [opened, heldFor('gen_1', { pay_1: 1 })])).toThrow('not in the account');
});
test('a command carries its time: what was asked at noon is decided as at noon', () =>
  expect(account.decide(holdCredits('gen_1', 1), account.initialState)).toEqual(
    account.decide({ ...holdCredits('gen_1', 1), at: noon }, account.initialState),
  ));
