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
import { grantCredits, holdCredits, noon, openAccount, releaseHold, seconds, settleHold } from './test/commands.ts';
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

test('whatever happens to an account, what is told of it keeps to the contract', () =>
  fc.assert(
    fc.property(randomCommands, (commands) => {
      for (const event of recorded(commands)) {
        const told = envelope(event, toPublished(event));
        expect(creditsEvent.parse(JSON.parse(JSON.stringify(told)))).toEqual(told);
      }
    }),
    { numRuns: 100 },
  ));
