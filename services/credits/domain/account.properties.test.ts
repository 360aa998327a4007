/** The invariants over random histories of all commands. */
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { verifyStream } from '#shared/eventsourcing/verify-stream.ts';
import { ledgerOf } from '../test/events.ts';
import { always, eventsOf, finalState, statesOf } from '../test/random-histories.ts';
import { account, accountAggregate } from './account.ts';
import { type AccountEvent, parseAccountEvent, type Rows } from './events.ts';
import { type Account, available, epochSeconds, expiredRows, held, total } from './state.ts';

/** What an event puts into grants. */
const cameIn = (event: AccountEvent): Rows => {
  switch (event.type) {
    case 'CreditsGranted':
      return { [event.grantId]: event.credits };
    case 'CreditsAdjusted':
      return event.credits > 0 ? event.rows : {};
    case 'GrantReinstated':
      return { [`reinstated-${event.revocationId}`]: event.credits - (event.debtCancelled ?? 0) };
    default:
      return {};
  }
};

/** What an event takes from grants for good, other than by a settlement. */
const wentOut = (event: AccountEvent): Rows => {
  switch (event.type) {
    case 'GrantsExpired':
    case 'GrantRevoked':
    case 'DebtRepaid':
      return event.rows;
    case 'CreditsAdjusted':
      return event.credits < 0 ? event.rows : {};
    case 'AccountClosed':
      return event.forfeited ?? {};
    default:
      return {};
  }
};

test('I1: granted = available + held + spent + expired + revoked, at every version', () =>
  always((history) => {
    const unbalanced = statesOf(history).filter((state) => {
      const { granted, spent, expired = 0, revoked = 0 } = state.totals;
      return available(state) + held(state) + spent + expired + revoked !== granted;
    });
    expect(unbalanced).toEqual([]);
  }));

test('I1: the totals are what the events say, counted apart from the state', () =>
  always((history) => {
    const sum = (read: (event: AccountEvent) => number) =>
      eventsOf(history).reduce((all, event) => all + read(event), 0);
    const reinstated = sum((event) => (event.type === 'GrantReinstated' ? total(cameIn(event)) : 0));
    const { totals, debt = 0 } = finalState(history);
    expect({ expired: 0, revoked: 0, ...totals, debt }).toEqual({
      granted: sum((event) => total(cameIn(event))) - reinstated,
      spent: sum((event) => (event.type === 'HoldSettled' ? total(event.spent) : 0)),
      expired: sum((event) => (event.type === 'GrantsExpired' ? total(event.rows) : 0)),
      revoked: sum((event) => (event.type === 'GrantsExpired' ? 0 : total(wentOut(event)))) - reinstated,
      debt: sum((event) => {
        if (event.type === 'GrantRevoked') return event.debt ?? 0;
        if (event.type === 'GrantReinstated') return -(event.debtCancelled ?? 0);
        return event.type === 'DebtRepaid' ? -total(event.rows) : 0;
      }),
    });
  }));

test('I2: no grant ever holds less than nothing, no total and no debt falls below it', () =>
  always((history) => {
    const negative = statesOf(history).filter(({ grants, today, debt = 1, totals, topUps }) => {
      const left = Object.values(grants).map((grant) => grant.left);
      const declined = (topUps?.requested ?? 0) - (topUps?.declined ?? 0);
      return [...left, ...Object.values(totals), today?.spent ?? 0, declined, debt - 1].some((number) => number < 0);
    });
    expect(negative).toEqual([]);
  }));

test('I3: a hold begins before it ends, ends at most once, and spent + returned is what was held', () =>
  always((history) => {
    const open = new Map<string, number>();
    const begun = new Set<string>();
    for (const event of eventsOf(history)) {
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
    expect(Object.keys(finalState(history).holds).length).toBe(open.size);
  }));

test('I5: a grant is given once, a revocation takes once, and gives back once and no more than it took', () =>
  always((history) => {
    const given = new Set<string>();
    const once = (key: string) => {
      expect(given.has(key)).toBe(false);
      given.add(key);
    };
    const revoked = new Map<string, number>();
    for (const event of eventsOf(history)) {
      if (event.type === 'CreditsGranted') once(`grant ${event.grantId}`);
      if (event.type === 'CreditsAdjusted') once(`adjustment ${event.adjustmentId}`);
      if (event.type === 'GrantRevoked') {
        once(`revocation ${event.revocationId}`);
        expect(total(event.rows) + (event.debt ?? 0)).toBe(event.credits);
        revoked.set(event.revocationId, event.credits);
      }
      if (event.type === 'GrantReinstated') {
        once(`reinstatement ${event.revocationId}`);
        expect(event.credits).toBeLessThanOrEqual(revoked.get(event.revocationId) ?? 0);
      }
    }
  }));

test('X3: every credit is traced to its grant: what came into each is left, held, spent, or went out', () =>
  always((history) => {
    const flow = new Map<string, number>();
    const add = (rows: Rows | undefined, sign: 1 | -1) => {
      for (const [id, credits] of Object.entries(rows ?? {})) flow.set(id, (flow.get(id) ?? 0) + sign * credits);
    };
    for (const event of eventsOf(history)) {
      add(cameIn(event), 1);
      add(wentOut(event), -1);
      if (event.type === 'HoldSettled') add(event.spent, -1);
      // At no moment has a grant paid more than came into it.
      expect([...flow].filter(([, left]) => left < 0)).toEqual([]);
    }
    const { grants, holds } = finalState(history);
    for (const [id, { left }] of Object.entries(grants)) add({ [id]: left }, -1);
    for (const { rows } of Object.values(holds)) add(rows, -1);
    expect([...flow].filter(([, rest]) => rest !== 0)).toEqual([]);
  }));

test('every event parses as stored', () =>
  always((history) => {
    const events = eventsOf(history);
    const stored: unknown[] = JSON.parse(JSON.stringify(events));
    expect(stored.map(parseAccountEvent)).toEqual(events);
  }));

test('nothing that has expired is left once a command has been carried out', () =>
  always((history) => {
    const late = history.filter(
      ({ command, events, after }) =>
        events.length > 0 && total(expiredRows(ledgerOf(after), epochSeconds(command.at))) > 0,
    );
    expect(late).toEqual([]);
  }));

test('a command leads to no more events than one append takes', () =>
  always((history) => {
    expect(history.filter(({ events }) => events.length > 12)).toEqual([]);
  }));

test('I6: as stored: gapless, chained, states equal to the fold', () =>
  always(async (history) => {
    const store = memoryEventStore<Account, AccountEvent>();
    const handle = commandHandler(store, accountAggregate);
    for (const { command } of history) await handle('app#user', command, { actor: 'user', correlationId: 'request-1' });
    const stored = await store.read('app#user', { limit: 1_000 });
    expect(verifyStream(account, stored)).toBeUndefined();
    expect(JSON.stringify(stored.map(({ event }) => event))).toBe(JSON.stringify(eventsOf(history)));
  }));
