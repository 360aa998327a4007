import fc from 'fast-check';
import { record } from '#shared/eventsourcing/command-handler.ts';
import { fold } from '#shared/eventsourcing/decider.ts';
import { envelope } from '#shared/messaging/relay.ts';
import { creditsEvent } from './contracts.ts';
import { account } from './domain/account.ts';
import type { AccountCommand } from './domain/commands.ts';
import type { AccountEvent } from './domain/events.ts';
import type { Account } from './domain/state.ts';
import { toPublished } from './published.ts';
import {
  adjustCredits,
  changePlan,
  closeAccount,
  endTopUp,
  grantCredits,
  holdCredits,
  later,
  noon,
  openAccount,
  reinstateGrant,
  releaseHold,
  revokeGrant,
  seconds,
  setAlert,
  setTopUp,
  settleHold,
} from './test/commands.ts';
import { randomCommands } from './test/random-commands.ts';

const meta = { actor: 'user', correlationId: 'request-1' };

const recorded = (commands: readonly AccountCommand[]) => {
  const events: AccountEvent[] = [];
  for (const command of commands) {
    const decision = account.decide(command, fold(account, events));
    if (decision.accepted) events.push(...decision.events);
  }
  return record<Account, AccountEvent>(account, 'sparky#user', undefined, events, { at: noon, meta, ids: [] });
};

test('each event is told in the words of the contract', () => {
  const history = recorded([
    openAccount(10),
    grantCredits('daily-1', 5, { kind: 'daily', expiresAt: seconds + 60 }),
    holdCredits('gen_1', 8),
    settleHold('gen_1', 6),
    holdCredits('gen_2', 2),
    releaseHold('gen_2', 'blocked'),
  ]);
  expect(history.map((event) => toPublished(event))).toEqual([
    { type: 'AccountOpened', data: {} },
    { type: 'CreditsGranted', data: { grantId: 'welcome', kind: 'welcome', credits: 10, available: 10 } },
    {
      type: 'CreditsGranted',
      data: { grantId: 'daily-1', kind: 'daily', credits: 5, expiresAt: '2026-11-05T12:01:00.000Z', available: 15 },
    },
    {
      type: 'CreditsHeld',
      data: {
        holdId: 'gen_1',
        tool: 'photo-filter',
        credits: 8,
        rows: [
          { grantId: 'daily-1', credits: 5 },
          { grantId: 'welcome', credits: 3 },
        ],
        available: 7,
      },
    },
    {
      type: 'HoldSettled',
      data: {
        holdId: 'gen_1',
        tool: 'photo-filter',
        credits: 6,
        spent: [
          { grantId: 'daily-1', credits: 5 },
          { grantId: 'welcome', credits: 1 },
        ],
        available: 9,
      },
    },
    expect.objectContaining({ type: 'CreditsHeld' }),
    {
      type: 'HoldReleased',
      data: { holdId: 'gen_2', tool: 'photo-filter', credits: 2, reason: 'blocked', available: 9 },
    },
  ]);
});

test('a free run is told as what it is: of no credits', () => {
  const history = recorded([
    openAccount(0),
    holdCredits('gen_1', 0),
    settleHold('gen_1', 0),
    holdCredits('gen_2', 0),
    releaseHold('gen_2'),
  ]);
  const told = history.slice(1).map((event) => toPublished(event));
  expect(told.map((published) => published?.type)).toEqual([
    'CreditsHeld',
    'HoldSettled',
    'CreditsHeld',
    'HoldReleased',
  ]);
  for (const published of told) expect(published?.data).toMatchObject({ credits: 0, available: 0 });
  expect(told[0]?.data).toMatchObject({ rows: [] });
});

test('X5 what a refund took, what was owed and repaid, and what a won dispute gave back', () => {
  const history = recorded([
    openAccount(2),
    adjustCredits('adj-1', 5),
    adjustCredits('adj-2', -3),
    changePlan('monthly'),
    revokeGrant('re_1', 'pay_1', 10),
    grantCredits('pay_2', 4),
    reinstateGrant('re_1', 'pay_1', 10),
  ]);
  expect(history.slice(2).map((event) => toPublished(event))).toEqual([
    {
      type: 'CreditsAdjusted',
      data: { adjustmentId: 'adj-1', credits: 5, rows: [{ grantId: 'adj-1', credits: 5 }], available: 7 },
    },
    {
      type: 'CreditsAdjusted',
      data: {
        adjustmentId: 'adj-2',
        credits: -3,
        rows: [
          { grantId: 'adj-1', credits: 1 },
          { grantId: 'welcome', credits: 2 },
        ],
        available: 4,
      },
    },
    { type: 'PlanChanged', data: { plan: 'monthly', available: 4 } },
    {
      type: 'GrantRevoked',
      data: {
        revocationId: 're_1',
        grantId: 'pay_1',
        credits: 10,
        reason: 'refund',
        rows: [{ grantId: 'adj-1', credits: 4 }],
        debt: 6,
        available: 0,
      },
    },
    { type: 'CreditsGranted', data: { grantId: 'pay_2', kind: 'pack', credits: 4, available: 4 } },
    {
      type: 'DebtRepaid',
      data: { rows: [{ grantId: 'pay_2', credits: 4 }], credits: 4, debt: 2, available: 0 },
    },
    {
      type: 'GrantReinstated',
      data: { revocationId: 're_1', grantId: 'pay_1', credits: 10, debtCancelled: 2, available: 8 },
    },
  ]);
});

test('X11 that the balance is low, and that a pack is to be bought', () => {
  const history = recorded([
    openAccount(10),
    setAlert(5),
    setTopUp({ below: 5, packId: 'pack-20', maxPerMonth: 1 }),
    holdCredits('gen_1', 6),
    endTopUp('topup-202611-1', 'declined'),
  ]);
  expect(history.slice(2).map((event) => toPublished(event))).toEqual([
    undefined,
    undefined,
    expect.objectContaining({ type: 'CreditsHeld' }),
    { type: 'LowBalanceReached', data: { below: 5, available: 4 } },
    { type: 'TopUpRequested', data: { topUpId: 'topup-202611-1', packId: 'pack-20', available: 4 } },
    { type: 'TopUpEnded', data: { topUpId: 'topup-202611-1', outcome: 'declined' } },
  ]);
});

test('a sum over several grants may be more than any of them', () => {
  const million = 1_000_000;
  const pack = (id: string) => grantCredits(id, million, { expiresAt: seconds + 60 });
  const lasting = (id: string) => grantCredits(id, million, { at: later(60) });
  const history = recorded([
    openAccount(10),
    pack('pay_1'),
    pack('pay_2'),
    lasting('pay_3'),
    lasting('pay_4'),
    closeAccount(),
  ]);
  const told = history.flatMap((event) => {
    const published = toPublished(event);
    return published ? [creditsEvent.parse(JSON.parse(JSON.stringify(envelope(event, published))))] : [];
  });
  expect(told.find(({ type }) => type === 'GrantsExpired')?.data).toMatchObject({ credits: 2 * million });
  expect(told.at(-1)).toMatchObject({ type: 'AccountClosed', data: { forfeited: 2 * million + 10 } });
});

test('whatever happens to an account, what is told of it keeps to the contract', () =>
  fc.assert(
    fc.property(randomCommands, (commands) => {
      for (const event of recorded(commands)) {
        const published = toPublished(event);
        const isSetting = ['AlertSet', 'TopUpSet'].includes(event.event.type);
        expect(published === undefined).toBe(isSetting);
        if (!published) continue;
        const told = envelope(event, published);
        expect(creditsEvent.parse(JSON.parse(JSON.stringify(told)))).toEqual(told);
      }
    }),
    { numRuns: 100 },
  ));
