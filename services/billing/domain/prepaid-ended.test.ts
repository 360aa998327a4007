/** SP13 A prepaid period whose money went back whole is over; what else was paid for stays. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fold } from '#shared/eventsourcing/decider.ts';
import { given } from '#shared/testing/given.ts';
import {
  day,
  entitled,
  observed,
  periodPaid,
  prepaid,
  prepaidEnded,
  recordPrepaid,
  revokePeriod,
} from '../test/subscriptions.ts';
import { dueAt, runningPrepaid } from './entitlement.ts';
import { periodEnd } from './period-end.ts';
import { subscription } from './subscription.ts';
import type { SubscriptionCommand } from './subscription-commands.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import { noSubscription } from './subscription-state.ts';

const of = (...events: readonly SubscriptionEvent[]) => given(subscription, events);
const january = prepaid(day(0), day(31));
const bought = [january, entitled('plus', 'paid')] as const;

describe('SP13 a prepaid period whose money went back whole', () => {
  test('is over at once, and once', () => {
    const ended = [prepaidEnded(day(9)), entitled(null, 'ended')] as const;
    of(...bought)
      .when(revokePeriod(day(9)))
      .then(ended);
    of(...bought, ...ended)
      .when(revokePeriod(day(10)))
      .then([]);
    expect(dueAt(fold(subscription, [...bought, ...ended]), day(9))).toBeUndefined();
  });

  test('does not come back when its payment is told of again', () =>
    of(...bought, prepaidEnded(day(9)), entitled(null, 'ended'))
      .when(recordPrepaid(day(0)))
      .then([]));

  test('that was over already, or is of no payment of a period, is nothing', () => {
    of(...bought, entitled(null, 'ended'))
      .when(revokePeriod(day(31)))
      .then([]);
    of(...bought)
      .when(revokePeriod(day(9), 'pay_other'))
      .then([]);
    of()
      .when(revokePeriod(day(9)))
      .then([]);
  });

  test('leaves a subscription that is paid, and another prepaid plan', () => {
    const live = [observed({ plan: 'pro' }), periodPaid({ plan: 'pro' }), entitled('pro', 'paid')] as const;
    of(...bought, ...live)
      .when(revokePeriod(day(9)))
      .then([prepaidEnded(day(9))]);
    const pro = prepaid(day(5), day(36), { plan: 'pro', paymentId: 'pay_pro' });
    of(...bought, pro, entitled('pro', 'paid'))
      .when(revokePeriod(day(9), 'pay_pro'))
      .then([prepaidEnded(day(9), 'pay_pro', 'pro'), entitled('plus', 'paid')]);
  });

  const extension = prepaid(day(31), day(59), { paymentId: 'pay_2' });
  const untilOf = (...events: readonly SubscriptionEvent[]) =>
    runningPrepaid(fold(subscription, [...bought, extension, ...events]), day(26))?.until;
  test('was added to another one: that one stays to its own end', () => {
    of(...bought, extension)
      .when(revokePeriod(day(25), 'pay_2'))
      .then([prepaidEnded(day(25), 'pay_2')]);
    expect(untilOf(prepaidEnded(day(25), 'pay_2'))).toBe(day(31));
  });
  test('had another one added to it: that one begins now, and is as long as it was', () => {
    of(...bought, extension)
      .when(revokePeriod(day(25)))
      .then([prepaidEnded(day(25))]);
    expect(untilOf(prepaidEnded(day(25)))).toBe(day(25 + 28));
    of(...bought, extension, prepaidEnded(day(25)))
      .when(revokePeriod(day(26), 'pay_2'))
      .then([prepaidEnded(day(26), 'pay_2'), entitled(null, 'ended')]);
  });

  test('is one of two years of them: the last 24 can be ended', () => {
    const months = Array.from({ length: 25 }, (_, n) =>
      prepaid(day(30 * n), day(30 * n + 30), { paymentId: `pay_${n}` }),
    );
    of(...months, entitled('plus', 'paid'))
      .when(revokePeriod(day(5), 'pay_1'))
      .then([prepaidEnded(day(5), 'pay_1')]);
    expect(fold(subscription, months).prepaid?.[0]?.parts).toHaveLength(24);
  });
});

/** What happens on a day: a month is bought, or the money of the nth purchase goes back. */
interface Step {
  readonly at: number;
  readonly plan: string;
  readonly back?: number;
}
const steps: fc.Arbitrary<Step[]> = fc
  .uniqueArray(
    fc.record(
      { at: fc.integer({ min: 0, max: 150 }), plan: fc.constantFrom('plus', 'pro'), back: fc.nat({ max: 5 }) },
      { requiredKeys: ['at', 'plan'] },
    ),
    { maxLength: 12, selector: ({ at }) => at },
  )
  .map((all) => all.toSorted((one, other) => one.at - other.at));

const ms = (days: number): number => Date.parse(day(days));

/** Every payment is so much time, used up one after the other while days pass: when each plan's runs out. */
const endsOf = (told: readonly Step[]): Map<string, number> => {
  const left: { payment: number; plan: string; ms: number }[] = [];
  const ends = new Map<string, number>();
  /** Since when each plan runs without a break. */
  const begun = new Map<string, string>();
  let now = 0;
  const pass = (plan: string, passed: number) => {
    let rest = passed;
    for (const one of left.filter((each) => each.plan === plan)) {
      const used = Math.min(one.ms, rest);
      one.ms -= used;
      rest -= used;
    }
  };
  for (const [index, { at, plan, back }] of told.entries()) {
    for (const each of ['plus', 'pro']) pass(each, ms(at) - now);
    now = ms(at);
    const runs = () => left.filter((one) => one.plan === plan).reduce((sum, one) => sum + one.ms, 0);
    if (back === undefined) {
      const from = now + runs();
      const first = from > now || ends.get(plan) === now ? (begun.get(plan) ?? day(at)) : day(at);
      begun.set(plan, first);
      left.push({
        payment: index,
        plan,
        ms: Date.parse(periodEnd(new Date(from).toISOString(), 'month', first)) - from,
      });
    } else for (const one of left) if (one.payment === back) one.ms = 0;
    for (const each of ['plus', 'pro'])
      ends.set(each, now + left.filter((one) => one.plan === each).reduce((sum, one) => sum + one.ms, 0));
  }
  return ends;
};

test('SP13 FS7 whatever is bought ahead and given back, the time that is left is what was paid for and not given back', () => {
  fc.assert(
    fc.property(steps, (told) => {
      let state = noSubscription;
      for (const [index, { at, plan, back }] of told.entries()) {
        const command: SubscriptionCommand =
          back === undefined
            ? recordPrepaid(day(at), { plan, paymentId: `pay_${index}` })
            : revokePeriod(day(at), `pay_${back}`);
        const decision = subscription.decide(command, state);
        if (!decision.accepted) throw new Error(decision.rejection);
        state = decision.events.reduce(subscription.evolve, state);
        const now = ms(at);
        const ends = endsOf(told.slice(0, index + 1));
        for (const each of ['plus', 'pro']) {
          const until = state.prepaid?.find((span) => span.plan === each)?.until;
          expect(Math.max(now, until === undefined ? now : Date.parse(until))).toBe(ends.get(each));
        }
        expect(state.entitledTo !== null).toBe([...ends.values()].some((end) => end > now));
      }
    }),
    { numRuns: 300 },
  );
});
