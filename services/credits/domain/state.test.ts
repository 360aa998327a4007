import { fold } from '#shared/eventsourcing/decider.ts';
import { seconds } from '../test/commands.ts';
import { expired, granted, heldFor, ledgerOf, opened, released, settled, welcome } from '../test/events.ts';
import { account } from './account.ts';
import type { AccountEvent } from './events.ts';
import { available, expiredRows, held, holdStatus, revocationOf, unopened, usableGrants } from './state.ts';

const ledgerAfter = (...events: AccountEvent[]) => ledgerOf(fold(account, [opened, ...events]));
const bonus = granted('bonus-1', 5, { kind: 'bonus', expiresAt: seconds + 10 });

test('an account that was never opened has nothing', () => {
  expect([available(unopened), held(unopened), holdStatus(unopened, 'gen_1')]).toEqual([0, 0, 'unknown']);
  expect(revocationOf(ledgerAfter(), 're_1')).toBeUndefined();
});

describe('what has expired, though no event has told so yet,', () => {
  const ledger = ledgerAfter(welcome, bonus);

  test('cannot be spent', () => {
    expect([available(ledger, seconds + 9), available(ledger, seconds + 10)]).toEqual([15, 10]);
    expect(usableGrants(ledger, seconds + 10).map(([id]) => id)).toEqual(['welcome']);
  });
  test('is what the next command tells of', () => {
    expect(expiredRows(ledger, seconds + 9)).toEqual({});
    expect(expiredRows(ledger, seconds + 10)).toEqual({ 'bonus-1': 5 });
  });
  test('is nothing where all of it is held', () => {
    const allHeld = ledgerAfter(welcome, bonus, heldFor('gen_1', { 'bonus-1': 5 }));
    expect(expiredRows(allHeld, seconds + 10)).toEqual({});
    expect(usableGrants(allHeld, seconds).map(([id]) => id)).toEqual(['welcome']);
  });
});

describe('the state carries nothing that it does not need', () => {
  test('a grant only what was said of it', () =>
    expect(
      ledgerAfter(granted('pay_1', 5), granted('pay_2', 5, { priority: 0, expiresAt: seconds })).grants,
    ).toStrictEqual({
      pay_1: { kind: 'pack', left: 5, from: seconds },
      pay_2: { kind: 'pack', left: 5, from: seconds, until: seconds, priority: 0 },
    }));
  test('no total that is zero', () =>
    expect(ledgerAfter({ type: 'AccountClosed' }).totals).toStrictEqual({ granted: 0, spent: 0 }));
  test('nothing of being told that the balance is low', () =>
    expect(ledgerAfter({ type: 'LowBalanceReached', below: 5, available: 4 })).toStrictEqual(ledgerAfter()));
});

test('one hold ends, the others stay', () => {
  const ledger = ledgerAfter(
    welcome,
    heldFor('gen_1', { welcome: 2 }),
    heldFor('gen_2', { welcome: 3 }),
    settled('gen_1', { welcome: 2 }),
  );
  expect([held(ledger), holdStatus(ledger, 'gen_1'), holdStatus(ledger, 'gen_2')]).toEqual([3, 'closed', 'open']);
});

test("a hold of an earlier day, as was stored once, leaves today's count as it is", () => {
  const ledger = ledgerAfter(welcome, heldFor('gen_1', { welcome: 2 }), heldFor('gen_2', { welcome: 3 }, 20_261_104));
  expect(ledger.today).toEqual({ day: 20_261_105, spent: 2 });
});

test('what has expired is counted and gone', () =>
  expect(ledgerAfter(welcome, bonus, expired({ 'bonus-1': 5 }))).toMatchObject({
    grants: { welcome: { left: 10 } },
    totals: { granted: 15, expired: 5 },
  }));

describe("the day's spend", () => {
  const spentToday = (events: AccountEvent[]) => ledgerOf(fold(account, events)).today;
  const day = 20_261_105;

  test('counts what is held and takes off what comes back', () => {
    expect(spentToday([opened, welcome])).toBeUndefined();
    const events = [opened, welcome, heldFor('gen_1', { welcome: 4 }), heldFor('gen_2', { welcome: 3 })];
    expect(spentToday(events)).toEqual({ day, spent: 7 });
    expect(spentToday([...events, settled('gen_1', { welcome: 1 }, { welcome: 3 })])).toEqual({ day, spent: 4 });
    expect(spentToday([...events, released('gen_2', { welcome: 3 })])).toEqual({ day, spent: 4 });
  });
  test("begins anew with a new day, and yesterday's holds do not lower it", () => {
    const tomorrow = { ...heldFor('gen_2', { welcome: 3 }), day: day + 1 } as AccountEvent;
    const events = [opened, welcome, heldFor('gen_1', { welcome: 4 }), tomorrow];
    expect(spentToday(events)).toEqual({ day: day + 1, spent: 3 });
    expect(spentToday([...events, released('gen_1', { welcome: 4 })])).toEqual({ day: day + 1, spent: 3 });
  });
});
