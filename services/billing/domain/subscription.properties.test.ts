/** Random years of a user's subscriptions, told in order: what they are entitled to equals a plain model of the rules. */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { subscriptionYear, type YearStep } from '../test/subscription-year.ts';
import { day, recordPrepaid } from '../test/subscriptions.ts';
import { dueAt } from './entitlement.ts';
import { periodEnd } from './period-end.ts';
import { subscription } from './subscription.ts';
import type { SubscriptionCommand } from './subscription-commands.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import { noSubscription, type Subscription } from './subscription-state.ts';

interface Purchase {
  readonly at: number;
  readonly plan: string;
}
/** Never two things at once: steps come at midnight, purchases at noon, looks in the morning. */
const purchases = fc.uniqueArray(
  fc.record({
    at: fc.integer({ min: 0, max: 200 }).map((at) => at + 0.5),
    plan: fc.constantFrom('mini', 'plus', 'pro'),
  }),
  { maxLength: 5, selector: ({ at }) => at },
);
const looks = fc.uniqueArray(
  fc.integer({ min: 0, max: 400 }).map((at) => at + 0.25),
  { maxLength: 6 },
);

/** From every purchase until its end: one of a plan that runs, or ends that moment, prolongs it. */
const prepaidPlan = (bought: readonly Purchase[], at: string): string | undefined => {
  const spans = new Map<string, { begin: number; end: string }>();
  for (const { at: time, plan } of bought) {
    const span = spans.get(plan);
    const runs = span !== undefined && span.end >= day(time);
    const begin = runs ? span.begin : time;
    spans.set(plan, { begin, end: periodEnd(runs ? span.end : day(time), 'month', day(begin)) });
  }
  const running = [...spans].filter(([, { end }]) => at < end).toSorted(([, one], [, two]) => two.begin - one.begin);
  return running[0]?.[0];
};

/** The rules said plainly, over everything that happened until then. */
const model = (steps: readonly YearStep[], bought: readonly Purchase[], at: string): string | null => {
  const last = steps.at(-1);
  const prepaid = prepaidPlan(bought, at);
  if (!last) return prepaid ?? null;
  const life = steps.filter(({ said }) => said.reference === last.said.reference);
  const { status, plan, cancelAtPeriodEnd, trialEnd } = last.said;
  const paid = life.findLast((step) => step.paid)?.paid;
  /** The provider has so many days to say that it goes on. */
  const isBelieved = (end = ''): boolean => Date.parse(at) < Date.parse(end) + (cancelAtPeriodEnd ? 1 : 7) * 86_400_000;
  const failed = life.slice(life.findLastIndex(({ said }) => said.status !== 'past_due') + 1)[0];
  const isInGrace = failed !== undefined && at < day(failed.at + 7);
  if (paid && (isInGrace || (status === 'active' && isBelieved(paid.until)))) return paid.plan;
  return prepaid ?? (status === 'trialing' && isBelieved(trialEnd) ? plan : null);
};

interface Told {
  readonly at: number;
  readonly commands: (state: Subscription) => readonly SubscriptionCommand[];
}

const timeline = (steps: readonly YearStep[], bought: readonly Purchase[], looked: readonly number[]): Told[] =>
  [
    ...steps.map(({ at, said, paid }) => ({
      at,
      commands: ({ observations }: Subscription): SubscriptionCommand[] => [
        { type: 'Observe', at: day(at), observed: said, seen: observations },
        ...(paid ? [{ type: 'RecordPeriodPaid', at: day(at), paid } as const] : []),
      ],
    })),
    ...bought.map(({ at, plan }, index) => ({
      at,
      commands: () => [recordPrepaid(day(at), { plan, paymentId: `pay_prepaid_${index}` })],
    })),
    ...looked.map((at) => ({ at, commands: () => [{ type: 'CheckDue', at: day(at) } as const] })),
  ].toSorted((one, two) => one.at - two.at);

const inOrder = (bought: readonly Purchase[]): Purchase[] => bought.toSorted((one, two) => one.at - two.at);

const play = (told: readonly Told[], look: (state: Subscription, at: number) => void): SubscriptionEvent[] => {
  const events: SubscriptionEvent[] = [];
  let state = noSubscription;
  for (const { at, commands } of told) {
    for (const command of commands(state)) {
      const decision = subscription.decide(command, state);
      if (!decision.accepted) throw new Error(`${command.type} refused: ${decision.rejection}`);
      events.push(...decision.events);
      state = decision.events.reduce(subscription.evolve, state);
      expect(subscription.decide(command, state)).toEqual(
        command.type === 'Observe' && command.seen !== state.observations
          ? { accepted: false, rejection: 'observation-stale' }
          : { accepted: true, events: [] },
      );
    }
    look(state, at);
  }
  return events;
};

test('BM11 FS7 FS8 in any year the user has the plan that the rules give, and each command said twice is done once', () => {
  fc.assert(
    fc.property(subscriptionYear, purchases, looks, (steps, bought, looked) => {
      const packs = inOrder(bought);
      play(timeline(steps, packs, looked), (state, at) => {
        const until = <Timed extends { at: number }>(all: readonly Timed[]) => all.filter((one) => one.at <= at);
        expect(state.entitledTo).toBe(model(until(steps), until(packs), day(at)));
      });
    }),
    { numRuns: 300 },
  );
});

test('FS7 a user is never told the same plan twice in a row, and first of all not that they have none', () => {
  fc.assert(
    fc.property(subscriptionYear, purchases, looks, (steps, bought, looked) => {
      const events = play(timeline(steps, inOrder(bought), looked), () => undefined);
      const told = events.flatMap((event) => (event.type === 'PlanEntitled' ? [event.plan] : []));
      expect([null, ...told].every((plan, index, all) => index === 0 || plan !== all[index - 1])).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('FS8 the clock changes nothing before it is due, something then, and nothing ever where it is not due', () => {
  const eventsAt = (state: Subscription, ms: number): number => {
    const decision = subscription.decide({ type: 'CheckDue', at: new Date(ms).toISOString() }, state);
    return decision.accepted ? decision.events.length : -1;
  };
  fc.assert(
    fc.property(subscriptionYear, purchases, looks, (steps, bought, looked) => {
      play(timeline(steps, inOrder(bought), looked), (state, at) => {
        const due = dueAt(state, day(at));
        if (due === undefined) return expect(eventsAt(state, Date.parse(day(at + 4_000)))).toBe(0);
        expect([eventsAt(state, Date.parse(due) - 1), eventsAt(state, Date.parse(due))]).toEqual([0, 1]);
      });
    }),
    { numRuns: 200 },
  );
});
