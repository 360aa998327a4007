/** The invariants over random histories. A failure prints the smallest history that breaks one. */
import fc from 'fast-check';
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { verifyStream } from '#shared/eventsourcing/verify-stream.ts';
import { randomCommands } from '../test/random-commands.ts';
import { account, accountAggregate } from './account.ts';
import type { AccountCommand } from './commands.ts';
import { type AccountEvent, parseAccountEvent } from './events.ts';
import { type Account, available, epochSeconds, expiredRows, held, total } from './state.ts';

type Recorded = RecordedEvent<AccountEvent, Account>;

const stream = 'app#user';
const meta = { actor: 'system:test', correlationId: 'request-1' };
const runs = { numRuns: 300 };

const newAccount = () => {
  const store = memoryEventStore<Account, AccountEvent>();
  const handle = commandHandler(store, accountAggregate);
  return {
    give: (command: AccountCommand) => handle(stream, command, meta),
    version: async () => (await store.load(stream))?.version ?? 0,
    events: () => store.read(stream, { limit: 1_000 }),
  };
};

/** The history these commands lead to. */
const historyOf = async (commands: readonly AccountCommand[]): Promise<readonly Recorded[]> => {
  const { give, events } = newAccount();
  for (const command of commands) await give(command);
  return events();
};

const always = (check: (history: readonly Recorded[]) => void) =>
  fc.assert(
    fc.asyncProperty(randomCommands, async (commands) => check(await historyOf(commands))),
    runs,
  );

test('I1: granted = available + held + spent + expired + revoked, at every version', () =>
  always((history) => {
    for (const { state } of history) {
      if (state.status === 'unopened') throw new Error('unopened after an event');
      const { granted, spent, expired = 0, revoked = 0 } = state.totals;
      expect(available(state) + held(state) + spent + expired + revoked).toBe(granted);
    }
  }));

test('I1: the totals are what the events say, counted apart from the state', () =>
  always((history) => {
    const sum = (read: (event: AccountEvent) => number) => history.reduce((all, { event }) => all + read(event), 0);
    const last = history.at(-1)?.state;
    if (!last || last.status === 'unopened') throw new Error('unopened after an event');
    expect({ expired: 0, revoked: 0, ...last.totals }).toEqual({
      granted: sum((event) => (event.type === 'CreditsGranted' ? event.credits : 0)),
      spent: sum((event) => (event.type === 'HoldSettled' ? total(event.spent) : 0)),
      expired: sum((event) => (event.type === 'GrantsExpired' ? total(event.rows) : 0)),
      revoked: sum((event) => (event.type === 'AccountClosed' ? total(event.forfeited) : 0)),
    });
  }));

test('I2: no grant ever holds less than nothing', () =>
  always((history) => {
    for (const { state } of history) {
      if (state.status === 'unopened') continue;
      for (const { left } of Object.values(state.grants)) expect(left).toBeGreaterThanOrEqual(0);
      expect(state.today?.spent ?? 0).toBeGreaterThanOrEqual(0);
    }
  }));

test('I3: a hold begins before it ends, ends at most once, and spent + returned is what was held', () =>
  always((history) => {
    const open = new Map<string, number>();
    const begun = new Set<string>();
    for (const { event } of history) {
      if (event.type === 'CreditsHeld') {
        expect(begun.has(event.holdId)).toBe(false);
        begun.add(event.holdId);
        open.set(event.holdId, total(event.rows));
      }
      if (event.type === 'HoldSettled' || event.type === 'HoldReleased') {
        const ended = total(event.returned) + (event.type === 'HoldSettled' ? total(event.spent) : 0);
        expect(ended).toBe(open.get(event.holdId));
        open.delete(event.holdId);
      }
    }
    const last = history.at(-1)?.state;
    expect(last && last.status !== 'unopened' && Object.keys(last.holds).length).toBe(open.size);
  }));

test('I6: gapless, chained, states equal to the fold; every event parses as stored', () =>
  always((history) => {
    expect(verifyStream(account, history)).toBeUndefined();
    for (const { event } of history) expect(parseAccountEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
  }));

test('nothing that has expired is left once a command has been carried out', () =>
  always((history) => {
    const lastOfEach = history.filter(({ at }, index) => history[index + 1]?.at !== at);
    for (const { state, at } of lastOfEach)
      if (state.status !== 'unopened') expect(expiredRows(state, epochSeconds(at))).toEqual({});
  }));

test('any command repeated at once changes nothing', () =>
  fc.assert(
    fc.asyncProperty(randomCommands, async (commands) => {
      const { give, version } = newAccount();
      for (const command of commands) {
        const first = await give(command);
        const before = await version();
        expect((await give(command)).accepted).toBe(first.accepted);
        expect(await version()).toBe(before);
      }
    }),
    runs,
  ));

test('every command that was carried out, repeated at the end and in any order, changes nothing', () =>
  fc.assert(
    fc.asyncProperty(randomCommands, fc.infiniteStream(fc.nat()), async (commands, order) => {
      const { give, version } = newAccount();
      const done: AccountCommand[] = [];
      for (const command of commands) {
        const handled = await give(command);
        if (handled.accepted && handled.events.length > 0) done.push(command);
      }
      const before = await version();
      const shuffled = done.map((command) => ({ command, key: order.next().value })).toSorted((a, b) => a.key - b.key);
      for (const { command } of shuffled) await give(command);
      expect(await version()).toBe(before);
    }),
    runs,
  ));
