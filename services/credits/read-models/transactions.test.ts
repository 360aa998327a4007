import fc from 'fast-check';
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { accountAggregate } from '../domain/account.ts';
import type { AccountCommand } from '../domain/commands.ts';
import type { AccountEvent } from '../domain/events.ts';
import { type Account, available } from '../domain/state.ts';
import { transaction } from '../routes.ts';
import {
  adjustCredits,
  changePlan,
  grantCredits,
  holdCredits,
  openAccount,
  reinstateGrant,
  releaseHold,
  revokeGrant,
  setAlert,
  settleHold,
} from '../test/commands.ts';
import { randomCommands } from '../test/random-commands.ts';
import { transactionOf } from './transactions.ts';

const meta = { actor: 'user', correlationId: 'request-1' };

const statementOf = async (commands: readonly AccountCommand[]) => {
  const store = memoryEventStore<Account, AccountEvent>();
  const handle = commandHandler(store, accountAggregate);
  for (const command of commands) await handle('app#user', command, meta);
  return (await store.read('app#user', { limit: 1_000 })).flatMap((recorded) => transactionOf(recorded) ?? []);
};

test('PP9 X5 every kind of entry: what it was, how much, and why', async () => {
  const entries = await statementOf([
    openAccount(2),
    grantCredits('pay_1', 5),
    adjustCredits('adj-1', 4),
    adjustCredits('adj-2', -3),
    changePlan('monthly'),
    setAlert(1),
    revokeGrant('re_1', 'pay_1', 10, { reason: 'dispute' }),
    revokeGrant('re_2', 'pay_0', 1),
    grantCredits('pay_2', 2),
    reinstateGrant('re_1', 'pay_1', 6),
    reinstateGrant('re_2', 'pay_0', 1),
  ]);
  const shown = entries.map(({ type, amount, balance_after, grant_kind, reason, grants }) =>
    [type, amount, balance_after, grant_kind, reason, ...grants.map(({ id, credits }) => `${id}:${credits}`)].join(' '),
  );
  expect(shown).toEqual([
    'bonus 2 2 welcome  welcome:2',
    'purchase 5 7 pack  pay_1:5',
    'adjustment 4 11 adjustment  adj-1:4',
    'adjustment -3 8 adjustment  welcome:2 adj-1:1',
    'adjustment -8 0  dispute pay_1:5 adj-1:3',
    'purchase 2 2 pack  pay_2:2',
    'adjustment -2 0  debt-repaid pay_2:2',
    'adjustment 5 5 pack reinstated reinstated-re_1:5',
    'adjustment 1 6 pack reinstated reinstated-re_2:1',
  ]);
});

test('PP9 a free run is no line, however it ends', async () => {
  const entries = await statementOf([
    openAccount(2),
    holdCredits('gen_1', 0),
    settleHold('gen_1', 0),
    holdCredits('gen_2', 0),
    releaseHold('gen_2'),
  ]);
  expect(entries.map(({ type }) => type)).toEqual(['bonus']);
});

test('each balance is the one before plus the amount, and the amounts add up to what is available', () =>
  fc.assert(
    fc.asyncProperty(randomCommands, async (commands) => {
      const store = memoryEventStore<Account, AccountEvent>();
      const handle = commandHandler(store, accountAggregate);
      for (const command of commands) await handle('app#user', command, meta);
      let balance = 0;
      for (const recorded of await store.read('app#user', { limit: 1_000 })) {
        const entry = transactionOf(recorded);
        balance += entry?.amount ?? 0;
        expect(available(recorded.state)).toBe(balance);
        if (!entry) continue;
        expect(transaction.parse(entry).balance_after).toBe(balance);
        expect(entry.amount).not.toBe(0);
        expect(entry.grants.reduce((sum, { credits }) => sum + credits, 0)).toBe(Math.abs(entry.amount));
      }
    }),
    { numRuns: 300 },
  ));
