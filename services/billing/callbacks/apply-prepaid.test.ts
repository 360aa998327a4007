/** SP13 What becomes of a prepaid period when its money goes back: in any order, told twice, with a worker that dies. */
import { describe, expect, test } from '@jest/globals';
import { order } from '../test/payment-words.ts';
import type { Fact } from './facts.ts';
import { newWorld, ordersOf, owner, paymentId } from './testing/world.ts';

const payment = { by: 'reference', reference: 'order-77' } as const;
const plan = order({
  provider: 'paymob',
  purpose: 'plan',
  item: 'plus',
  credits: 100,
  period: { interval: 'month', maxRollover: 50 },
});
const paid: Fact = { kind: 'captured', payment, reference: '901', amountMinor: 1_000, currency: 'EGP' };
const refund = (id: string, amountMinor: number): Fact => ({
  kind: 'refunded',
  payment,
  refunded: { refund: id, amountMinor },
});
const voided: Fact = { kind: 'refunded', payment, refunded: { totalMinor: 1_000 } };
const dispute = { payment, dispute: 'dp_1', amountMinor: 1_000, reason: 'fraudulent' } as const;

/** Asking for it and keeping its number take the first six steps. */
const ordered = async (crashesAt = 0, of = plan) => {
  const world = newWorld({ crashesAt });
  await world.request(of);
  await world.references.keep('paymob', 'order-77', { paymentId, owner });
  return world;
};
type Ordered = Awaited<ReturnType<typeof ordered>>;
const typesOf = async (world: Ordered) => (await world.subscriptionEvents()).map(({ type }) => type);
/** The period was there, so that its credits were granted, and is over. */
const over = ['PeriodPaid', 'PlanEntitled', 'PrepaidEnded', 'PlanEntitled'];

describe('SP13 X5 a prepaid period whose money went back', () => {
  test.each<[string, readonly Fact[]]>([
    ['by refunds', [paid, refund('902', 400), refund('903', 600)]],
    ['by a void', [paid, voided]],
    ['by a dispute that is lost', [paid, { kind: 'dispute-lost', ...dispute }]],
    [
      'by a refund, and a dispute about the rest',
      [paid, refund('902', 400), { kind: 'dispute-lost', ...dispute, amountMinor: 600 }],
    ],
  ])('whole, %s, is over, whatever the order of its facts, each told twice', async (_, facts) => {
    for (const inOrder of ordersOf(facts)) {
      const world = await ordered();
      await world.deliver([...inOrder, ...inOrder], 'paymob');
      expect(await world.payment()).toMatchObject({ clawedBack: 100 });
      expect(await world.subscription()).toMatchObject({ entitledTo: null, prepaid: [] });
      expect(await typesOf(world)).toEqual(over);
      expect((await world.subscriptionEvents()).at(-1)).toMatchObject({ plan: null, reason: 'ended' });
    }
  });

  test.each<[string, readonly Fact[]]>([
    ['in part', [paid, refund('902', 999)]],
    ['for as long as a dispute is open', [paid, { kind: 'dispute-opened', ...dispute }]],
    [
      'and came again with a dispute that was won',
      [paid, { kind: 'dispute-opened', ...dispute }, { kind: 'dispute-won', ...dispute }],
    ],
  ])('%s goes on', async (_, facts) => {
    const world = await ordered();
    await world.deliver([...facts, ...facts], 'paymob');
    expect(await world.subscription()).toMatchObject({ entitledTo: 'plus' });
    expect(await typesOf(world)).toEqual(['PeriodPaid', 'PlanEntitled']);
    const cost = { amountMinor: 1_000, currency: 'EGP', interval: 'month' };
    expect((await world.subscriptionEvents())[0]).toMatchObject({ price: cost });
  });

  test('is over wherever the worker crashes', async () => {
    let crashes = 0;
    for (let crashesAt = 7; crashesAt < 300; crashesAt += 1) {
      const world = await ordered(crashesAt);
      await world.deliver([paid, voided], 'paymob');
      if (!world.hasCrashed()) break;
      crashes += 1;
      expect(await world.subscription()).toMatchObject({ entitledTo: null });
      expect(await typesOf(world)).toEqual(over);
    }
    expect(crashes).toBeGreaterThan(15);
    expect(crashes).toBeLessThan(293);
  });

  test('I5 before the period was recorded: it still gives what is taken back, and entitles to nothing behind that', async () => {
    // The worker that hears of the capture dies behind the payment's event.
    for (let crashesAt = 7; crashesAt < 40; crashesAt += 1) {
      const world = await ordered(crashesAt);
      await world.apply(paid, 'paymob').catch(() => undefined);
      const isBetween = (await world.payment()).status === 'captured' && (await world.subscription()) === undefined;
      if (!isBetween) continue;
      await world.apply(voided, 'paymob');
      expect(await typesOf(world)).toEqual(over);
      await world.apply(paid, 'paymob');
      expect(await typesOf(world)).toEqual(over);
      return;
    }
    throw new Error('no crash came between the payment and its period');
  });

  test('months behind its beginning ends then, and a replay does not begin it again', async () => {
    const world = await ordered(0, { ...plan, period: { interval: 'year', maxRollover: 50 } });
    await world.apply(paid, 'paymob');
    world.pass(100);
    await world.deliver([voided, paid, voided], 'paymob');
    expect(await typesOf(world)).toEqual(over);
    expect(await world.subscription()).toMatchObject({ entitledTo: null });
  });

  test('of a pack ends no plan', async () => {
    const world = await ordered(0, order({ provider: 'paymob' }));
    await world.deliver([paid, voided], 'paymob');
    expect(await world.subscription()).toBeUndefined();
  });
});
