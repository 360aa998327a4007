import fc from 'fast-check';
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { accountAggregate } from '../domain/account.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { transaction } from '../routes.ts';
import { randomCommands } from '../test/random-commands.ts';
import { transactionOf } from './transactions.ts';

const meta = { actor: 'user', correlationId: 'request-1' };

test('each balance is the one before plus the amount, whatever happened to the account', () =>
  fc.assert(
    fc.asyncProperty(randomCommands, async (commands) => {
      const store = memoryEventStore<Account, AccountEvent>();
      const handle = commandHandler(store, accountAggregate);
      for (const command of commands) await handle('app#user', command, meta);
      let balance = 0;
      for (const recorded of await store.read('app#user', { limit: 1_000 })) {
        const entry = transactionOf(recorded);
        if (!entry) continue;
        balance += entry.amount;
        expect(transaction.parse(entry).balance_after).toBe(balance);
        expect(entry.amount).not.toBe(0);
        expect(entry.grants.reduce((sum, { credits }) => sum + credits, 0)).toBe(Math.abs(entry.amount));
      }
    }),
    { numRuns: 300 },
  ));
