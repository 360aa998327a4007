/** What a plan lets begin in an hour and run at once, kept by the decision on a hold. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '#shared/eventsourcing/decider.ts';
import { given } from '#shared/testing/given.ts';
import { changePlan, holdCredits, later, noon, policyAt, releaseHold, seconds } from '../test/commands.ts';
import { granted, heldFor, ledgerOf, opened, planChanged, released, revoked, settled } from '../test/events.ts';
import { account } from './account.ts';
import type { AccountEvent } from './events.ts';
import { retryAfterS } from './holds.ts';
import { holdStatus } from './state.ts';

const { plans } = policyAt();
const [free] = Object.values(plans);
if (!free) throw new Error('there is no plan');

/** `free` limits what it is told, `wide` nothing. */
const limiting = (limits: { readonly jobsPerHour?: number; readonly concurrentJobs?: number }) =>
  policyAt(noon, { plans: { free: { ...free, ...limits }, wide: free } });
const hourly = (jobsPerHour: number) => limiting({ jobsPerHour });
const atOnce = (concurrentJobs: number) => limiting({ concurrentJobs });

const pack = granted('pay_1', 100);
const heldAt = (holdId: string, afterS: number, credits = 1): AccountEvent => ({
  ...(heldFor(holdId, credits > 0 ? { pay_1: credits } : {}) as Extract<AccountEvent, { type: 'CreditsHeld' }>),
  at: seconds + afterS,
});
const hold = (id: string, afterS: number, policy = hourly(2), credits = 1) =>
  holdCredits(id, credits, { at: later(afterS), policy });
const twoHeld = [opened, pack, heldAt('gen_1', 0), heldAt('gen_2', 60)];

describe('PP11 jobs in an hour', () => {
  test('as many as the plan says are held, one more is refused', () => {
    given(account, [opened, pack, heldAt('gen_1', 0)])
      .when(hold('gen_2', 60))
      .then([heldAt('gen_2', 60)]);
    given(account, twoHeld).when(hold('gen_3', 61)).thenRejected('rate-limited');
  });
  test('also sixty minutes later to the second: the hour begins anew only with its steps of five minutes', () => {
    given(account, twoHeld).when(hold('gen_3', 3_600)).thenRejected('rate-limited');
    given(account, twoHeld).when(hold('gen_3', 3_899)).thenRejected('rate-limited');
    given(account, twoHeld)
      .when(hold('gen_3', 3_900))
      .then([heldAt('gen_3', 3_900)]);
  });
  test('a repeated hold answers as before and counts once', () => {
    given(account, twoHeld).when(hold('gen_2', 90)).then([]);
    given(account, [opened, pack, heldAt('gen_1', 0)])
      .when(hold('gen_1', 30))
      .then([]);
  });
  test('failed jobs count as well: they were accepted', () =>
    given(account, [...twoHeld, released('gen_1', { pay_1: 1 }), settled('gen_2', { pay_1: 1 })])
      .when(hold('gen_3', 120))
      .thenRejected('rate-limited'));
  test('free runs count as well', () =>
    given(account, [opened, heldAt('gen_1', 0, 0), heldAt('gen_2', 0, 0)])
      .when(hold('gen_3', 60, hourly(2), 0))
      .thenRejected('rate-limited'));
  test('one that comes late counts to the step that others have seen begin', () =>
    given(account, [opened, pack, heldAt('gen_1', 300)])
      .when(hold('gen_2', 299))
      .then([heldAt('gen_2', 300)]));
  test('are counted under a plan without a limit too, for another plan may come', () => {
    const wide = [opened, pack, planChanged('wide')];
    given(account, wide)
      .when(hold('gen_1', 0))
      .then([heldAt('gen_1', 0)]);
    given(account, [...wide, heldAt('gen_1', 0), heldAt('gen_2', 0), heldAt('gen_3', 0)])
      .when(hold('gen_4', 1))
      .then([heldAt('gen_4', 1)]);
    given(account, [...wide, heldAt('gen_1', 0), heldAt('gen_2', 0), planChanged('free')])
      .when(hold('gen_3', 1))
      .thenRejected('rate-limited');
  });
  test('are not counted in an app that limits them nowhere: nothing is written of them', () => {
    const held = given(account, [opened, pack]).when(hold('gen_1', 0, atOnce(2)));
    held.then([heldFor('gen_1', { pay_1: 1 })]);
    expect(ledgerOf(held.state()).recent).toBeUndefined();
  });
  test('an app that begins to limit them counts from then on', () =>
    given(account, [opened, pack, heldFor('gen_1', { pay_1: 1 }), heldFor('gen_2', { pay_1: 1 })])
      .when(hold('gen_3', 60))
      .then([heldAt('gen_3', 60)]));
  test('make room for their count: 24 closed holds stay known', () => {
    const run = Array.from({ length: 40 }, (_, index) => [
      heldFor(`gen_${index}`, { pay_1: 1 }),
      settled(`gen_${index}`, { pay_1: 1 }),
    ]).flat();
    const state = fold(account, [opened, pack, ...run, heldAt('gen_next', 0)]);
    const known = Array.from({ length: 40 }, (_, index) => holdStatus(state, `gen_${index}`));
    expect([known.indexOf('closed'), known.filter((status) => status === 'closed').length]).toEqual([16, 24]);
  });
});

describe('PP11 jobs at once', () => {
  test('as many as the plan says are held, one more is refused until one has ended', () => {
    given(account, [opened, pack, heldFor('gen_1', { pay_1: 1 })])
      .when(hold('gen_2', 0, atOnce(2)))
      .then([heldFor('gen_2', { pay_1: 1 })]);
    given(account, [opened, pack, heldFor('gen_1', { pay_1: 1 }), heldFor('gen_2', {})])
      .when(hold('gen_3', 0, atOnce(2)))
      .thenRejected('jobs-too-many');
    given(account, [opened, pack, heldFor('gen_1', { pay_1: 1 }), heldFor('gen_2', {}), settled('gen_1', { pay_1: 1 })])
      .when(hold('gen_3', 0, atOnce(2)))
      .then([heldFor('gen_3', { pay_1: 1 })]);
  });
  test('one of them repeated is none more', () =>
    given(account, [opened, pack, heldFor('gen_1', { pay_1: 1 })])
      .when(hold('gen_1', 0, atOnce(1)))
      .then([]));
  test('under a plan that allows fewer than run already', () =>
    given(account, [opened, pack, heldFor('gen_1', {}), heldFor('gen_2', {}), heldFor('gen_3', {})])
      .when(hold('gen_4', 0, atOnce(2)))
      .thenRejected('jobs-too-many'));
});

describe('PP11 of several reasons the one is told that waiting helps least against', () => {
  const both = limiting({ jobsPerHour: 1, concurrentJobs: 1 });
  const one = [opened, pack, heldAt('gen_1', 0)];

  test('the hour before the jobs at once', () =>
    given(account, one)
      .when(hold('gen_2', 1, both))
      .thenRejected('rate-limited'));
  test('too few credits before a limit', () =>
    given(account, one)
      .when(hold('gen_2', 1, both, 1_000))
      .thenRejected('credits-insufficient'));
  test('debt before all, also of a free run', () =>
    given(account, [...one, revoked('re_1', 101, { pay_1: 99 }, { debt: 2 })])
      .when(hold('gen_2', 1, both, 0))
      .thenRejected('debt-outstanding'));
});

describe('PP11 when to ask again', () => {
  const state = fold(account, twoHeld);
  const asked = { policy: hourly(2), at: later(120) };

  test('of the hour: when its oldest step leaves', () =>
    expect(retryAfterS(state, 'rate-limited', asked)).toBe(3_900 - 120));
  test('of what runs at once: soon', () => {
    expect(retryAfterS(state, 'jobs-too-many', asked)).toBe(30);
    expect(retryAfterS(state, 'holds-too-many', asked)).toBe(30);
  });
  test('of anything else: waiting does not help', () => {
    expect(retryAfterS(state, 'credits-insufficient', asked)).toBeUndefined();
    expect(retryAfterS(account.initialState, 'rate-limited', asked)).toBeUndefined();
    expect(retryAfterS(state, 'rate-limited', { ...asked, policy: policyAt() })).toBeUndefined();
  });
});

/** Seconds since the arrival before, how late its command is, whether its job fails at once, and another plan. */
const arrivals = fc.array(
  fc.record({
    gapS: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.constantFrom(0, 299, 300, 3_599, 3_600, 3_601)),
    lateS: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 900 })),
    fails: fc.boolean(),
    plan: fc.option(fc.constantFrom('free', 'wide'), { freq: 8 }),
  }),
  { maxLength: 60, size: 'max' },
);

test('PP11 in no hour are more held than the plan allows, and none is refused that waited 65 minutes', () =>
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 5 }), (steps, limit) => {
      const policy = hourly(limit);
      const held: number[] = [];
      const events: AccountEvent[] = [opened, pack];
      let state = fold(account, events);
      let plan = 'free';
      let afterS = 0;
      const give = (command: Parameters<typeof account.decide>[0]) => {
        const decision = account.decide(command, state);
        if (decision.accepted) {
          events.push(...decision.events);
          state = decision.events.reduce(account.evolve, state);
        }
        return decision;
      };
      steps.forEach(({ gapS, lateS, fails, plan: next }, index) => {
        afterS += gapS;
        plan = next ?? plan;
        if (next !== null) give(changePlan(plan, { policy }));
        const command = hold(`gen_${index}`, afterS - lateS, policy);
        const decision = give(command);
        if (!decision.accepted) {
          expect([plan, decision.rejection]).toEqual(['free', 'rate-limited']);
          const now = Math.max(seconds + afterS - lateS, held.at(-1) ?? 0);
          expect(held.filter((at) => at > now - 3_900).length).toBeGreaterThanOrEqual(limit);
          const wait = retryAfterS(state, 'rate-limited', command) ?? 0;
          const again = (byS: number) => account.decide(hold('again', afterS - lateS + byS, policy), state).accepted;
          expect([wait > 0, again(wait - 1), again(wait)]).toEqual([true, false, true]);
          return;
        }
        const [event] = decision.events;
        if (event?.type !== 'CreditsHeld' || event.at === undefined) throw new Error('not counted');
        held.push(event.at);
        const inHour = held.filter((at) => at >= (event.at ?? 0) - 3_600).length;
        if (plan === 'free') expect(inHour).toBeLessThanOrEqual(limit);
        if (fails) give(releaseHold(`gen_${index}`, 'failed', later(afterS)));
      });
      // Late ones are never counted to a step that others have seen end.
      const stepsMade = held.map((at) => Math.floor(at / 300));
      expect(stepsMade).toEqual(stepsMade.toSorted((a, b) => a - b));
      expect(fold(account, events)).toEqual(state);
      expect(ledgerOf(state).recent?.length ?? 0).toBeLessThanOrEqual(5 + 2 * 13);
    }),
    { numRuns: 300 },
  ));
