/** What plans, debts, alerts and top-ups promise, and that repeating changes nothing, over random histories of all commands. */
import fc from 'fast-check';
import { closeAccount, issueDaily, noon, seconds } from '../test/commands.ts';
import { ledgerOf } from '../test/events.ts';
import { newPlay } from '../test/play.ts';
import { randomPlans, randomPolicyAt } from '../test/random-commands.ts';
import { always, eventsOf, finalState, stateBefore, statesOf } from '../test/random-histories.ts';
import { account } from './account.ts';
import type { AccountCommand } from './commands.ts';
import { type Account, available, epochSeconds, held, total } from './state.ts';

test('FS11: a day gives its allowance once, and days only go forward', () =>
  always((history) => {
    const issued = eventsOf(history).flatMap((event) =>
      event.type === 'CreditsGranted' && event.day !== undefined ? [event.day] : [],
    );
    expect(issued).toEqual([...new Set(issued)].toSorted((a, b) => a - b));
    const months = eventsOf(history).flatMap((event) =>
      event.type === 'CreditsGranted' && event.month !== undefined ? [event.month] : [],
    );
    expect(months).toEqual([...new Set(months)].toSorted((a, b) => a - b));
  }));

test('FS11: a reset leaves bought and given credits as they are', () =>
  always((history) => {
    const lasting = (state: Account) =>
      Object.entries(ledgerOf(state).grants).filter(
        ([, { kind, until, left }]) => kind !== 'plan' && kind !== 'daily' && until === undefined && left > 0,
      );
    for (const { command, before, after } of history)
      if (command.type === 'IssueDaily') expect(lasting(after)).toEqual(lasting(before));
  }));

test("SP1: no hold takes the day's spend over the plan's cap, counted apart from the state", () =>
  always((history) => {
    const net = new Map<number, number>();
    const dayOf = new Map<string, number>();
    const count = (day: number, credits: number) => net.set(day, (net.get(day) ?? 0) + credits);
    for (const { events, states } of history)
      events.forEach((event, index) => {
        if (event.type === 'HoldSettled' || event.type === 'HoldReleased')
          count(dayOf.get(event.holdId) ?? 0, -total(event.returned));
        if (event.type !== 'CreditsHeld') return;
        dayOf.set(event.holdId, event.day);
        count(event.day, total(event.rows));
        const { plan = 'free', today } = ledgerOf(states[index] ?? account.initialState);
        expect(today).toEqual({ day: event.day, spent: net.get(event.day) });
        // A free run spends nothing: it may come when the day's cap was passed under another plan.
        if (total(event.rows) === 0) return;
        const { dailyCap } = randomPlans[plan as keyof typeof randomPlans];
        expect(net.get(event.day)).toBeLessThanOrEqual(dailyCap ?? Number.POSITIVE_INFINITY);
      });
  }));

test('PP11: no hold is one too many in its hour or at once, counted apart from the state', () =>
  always((history) => {
    const times: number[] = [];
    const open = new Set<string>();
    for (const { events, states } of history)
      events.forEach((event, index) => {
        if (event.type === 'HoldSettled' || event.type === 'HoldReleased') open.delete(event.holdId);
        if (event.type !== 'CreditsHeld') return;
        const { at } = event;
        if (at === undefined) throw new Error('not counted');
        times.push(at);
        open.add(event.holdId);
        const { plan = 'free' } = ledgerOf(states[index] ?? account.initialState);
        const { jobsPerHour, concurrentJobs } = randomPlans[plan as keyof typeof randomPlans];
        const inHour = times.filter((time) => time >= at - 3_600).length;
        expect(inHour).toBeLessThanOrEqual(jobsPerHour ?? Number.POSITIVE_INFINITY);
        expect(open.size).toBeLessThanOrEqual(concurrentJobs ?? Number.POSITIVE_INFINITY);
      });
  }));

test('BM11: the plans that billing names come in its order', () =>
  always((history) => {
    const orders = eventsOf(history).flatMap((event) =>
      event.type === 'PlanChanged' && event.order !== undefined ? [event.order] : [],
    );
    expect(orders).toEqual([...new Set(orders)].toSorted((a, b) => a - b));
    expect(finalState(history).planOrder).toBe(orders.at(-1));
  }));

test('X5: debt is repaid first: who owes has nothing to spend, and nothing is held', () =>
  always((history) => {
    for (const step of history) {
      if (step.events.length === 0) continue;
      const { debt } = ledgerOf(step.after);
      if (debt !== undefined) expect(available(step.after)).toBe(0);
      step.events.forEach((event, index) => {
        if (event.type === 'CreditsHeld') expect(ledgerOf(stateBefore(step, index)).debt).toBeUndefined();
      });
    }
  }));

test('X11: low balance is told once per crossing', () =>
  always((history) => {
    for (const { command, events, before, after } of history) {
      const told = events.filter(({ type }) => type === 'LowBalanceReached');
      expect(told.length).toBeLessThanOrEqual(1);
      if (before.status === 'unopened' || events.length === 0) continue;
      const { alertBelow, status } = ledgerOf(after);
      const isBelow = alertBelow !== undefined && available(after) < alertBelow;
      if (told.length === 1) expect(isBelow).toBe(true);
      const wasBelow = available(before) < (ledgerOf(before).alertBelow ?? 0);
      if (isBelow && !wasBelow && status === 'open' && command.type !== 'SetAlert') expect(told).toHaveLength(1);
    }
  }));

test('X11: a top-up is requested when one is due only: never two pending, never more than allowed in a month', () =>
  always((history) => {
    const ids = new Set<string>();
    for (const { command, events, before } of history) {
      const now = epochSeconds(command.at);
      for (const event of events) {
        if (event.type !== 'TopUpRequested') continue;
        const { topUps } = ledgerOf(before);
        const { pending, notBefore = 0 } = topUps ?? {};
        // Again only as the very one that nobody answered.
        if (ids.has(event.topUpId)) expect(pending?.id).toBe(event.topUpId);
        ids.add(event.topUpId);
        const ends = events.some(({ type }) => type === 'TopUpEnded');
        if (pending && !ends) expect(now - pending.since).toBeGreaterThanOrEqual(86_400);
        expect(now).toBeGreaterThanOrEqual(notBefore);
      }
    }
    for (const { topUps, topUp } of statesOf(history))
      if (topUps && topUp) expect(topUps.requested - (topUps.declined ?? 0)).toBeLessThanOrEqual(3);
  }));

test('any command repeated at once changes nothing', () =>
  always((history) => {
    const give = newPlay();
    for (const { command } of history) {
      const first = give(command);
      const again = give(command);
      if (again.events.length > 0 || again.rejection !== first.rejection) expect(again).toEqual(first);
    }
  }));

/** Settings are as they were set last, so an earlier one given again is a new setting. */
const isSetting = ({ type }: AccountCommand) => type === 'SetAlert' || type === 'SetTopUp';

test('every command that was carried out, repeated at the end and in any order, changes nothing', () => {
  const order = fc.sample(fc.nat(), 100);
  return always((history) => {
    const give = newPlay();
    const done = history.filter(({ command, events }) => {
      give(command);
      return events.length > 0 && !isSetting(command);
    });
    // Whatever is due is issued, so that the repetitions find nothing to do.
    const at = history.at(-1)?.command.at ?? noon;
    give(issueDaily(at, randomPolicyAt(epochSeconds(at) - seconds)));
    const shuffled = done.map(({ command }, index) => ({ command, key: order[index] ?? 0 }));
    const again = shuffled.toSorted((a, b) => a.key - b.key).map(({ command }) => give(command));
    expect(again.filter(({ events }) => events.length > 0)).toEqual([]);
  });
});

test('what is closed stays closed and empty', () =>
  always((history) => {
    const give = newPlay();
    for (const { command } of history) give(command);
    const at = history.at(-1)?.command.at ?? '';
    const { rejection, after } = give(closeAccount(at));
    if (rejection === undefined)
      expect([ledgerOf(after).status, available(after), held(after)]).toEqual(['closed', 0, 0]);
  }));
