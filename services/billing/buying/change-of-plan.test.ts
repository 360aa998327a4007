import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { noSubscription, type Subscription } from '../domain/subscription-state.ts';
import { appDefinition } from '../test/api-world.ts';
import { anObserved, aPeriod, day } from '../test/subscriptions.ts';
import { changeOfPlan } from './change-of-plan.ts';

const at = day(10);
/** Who pays for `plus` in this period, and what the next one will be of. */
const subscribed = (next: Parameters<typeof anObserved>[0] = {}, running = 'plus'): Subscription => ({
  ...noSubscription,
  observed: anObserved(next),
  paid: aPeriod({ plan: running }),
});
const change = (state: Subscription, planId: string) => changeOfPlan(state, appDefinition, { planId, at });
const basic = { plan: 'basic', amountMinor: 500 };

test.each([
  ['a dearer plan begins now', subscribed(), 'pro', true],
  ['a cheaper plan waits', subscribed(), 'basic', false],
  ['a year that costs more than twelve months begins now', subscribed(), 'pro-year', true],
  ['back to the plan of now, while a cheaper one waits, costs nothing', subscribed(basic), 'plus', false],
  ['the old price counts, not the catalog’s of today', subscribed({ amountMinor: 2_500 }), 'pro', false],
  ['what is not known to be paid yet counts as it is observed', subscribed({}, 'pro'), 'basic', false],
  ['a period that is over counts no more', { ...subscribed(basic), paid: aPeriod({ until: day(5) }) }, 'plus', true],
])('FS7 %s', (_, state, planId, upgrade) => {
  expect(change(state, planId)).toMatchObject({
    subscription: 'sub_1',
    upgrade,
    sale: { id: planId },
    currency: 'USD',
  });
});

test.each([
  ['a dearer plan while a cheaper one waits: Stripe would credit the cheaper one’s price', subscribed(basic), 'pro'],
  ['a cheaper year: Stripe would begin it now', subscribed(), 'basic-year'],
  ['one that ends with its period', subscribed({ cancelAtPeriodEnd: true }), 'pro'],
  ['another currency', subscribed(), 'cairo'],
  ['one whose payment is overdue', subscribed({ status: 'past_due' }), 'pro'],
  ['any while a change waits and what runs is sold no more', subscribed(basic, 'old'), 'pro'],
])('FS7 is not changed: %s', (_, state, planId) => {
  expect(change(state, planId)).toEqual({ refused: 'subscription-unchangeable', detail: expect.any(String) });
});

test.each([
  ['it is that plan', subscribed(), 'plus', 'It is of the plan "plus".'],
  ['a change to it waits', subscribed(basic), 'basic', 'A change to the plan "basic" waits for the end of the period'],
  ['it ends with its period', subscribed({ cancelAtPeriodEnd: true }), 'plus', 'resume it to keep the plan'],
])('FS7 plan-same says what is so already: %s', (_, state, planId, detail) => {
  expect(change(state, planId)).toEqual({ refused: 'plan-same', detail: expect.stringContaining(detail) });
});

test('FS7 a change charges at once only where the plan is dearer by the year than the one that runs', () => {
  const plans = appDefinition.plans.flatMap(({ id, price }) => (price && id !== 'free' ? [{ id, ...price }] : []));
  const perYear = ({ amount_minor, interval }: (typeof plans)[number]) =>
    amount_minor * (interval === 'month' ? 12 : 1);
  const some = fc.constantFrom(...plans);
  fc.assert(
    fc.property(some, some, some, (running, next, wanted) => {
      const { id: plan, amount_minor: amountMinor, currency, interval } = next;
      const answer = change(subscribed({ plan, amountMinor, currency, interval }, running.id), wanted.id);
      if ('refused' in answer) return;
      expect(wanted.id).not.toBe(next.id);
      expect(answer.upgrade).toBe(wanted.id !== running.id && perYear(wanted) > perYear(running));
    }),
  );
});
