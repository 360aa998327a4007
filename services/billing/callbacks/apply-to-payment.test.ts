import { describe, expect, test } from '@jest/globals';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { order } from '../test/payment-words.ts';
import type { Fact } from './facts.ts';
import { at, newWorld, ordersOf, owner, paymentId } from './testing/world.ts';

const payment = { by: 'metadata', owner, paymentId } as const;
const byOrder = { by: 'reference', reference: 'order-77' } as const;
const money = { amountMinor: 1_000, currency: 'EGP' } as const;
const captured = { kind: 'captured', payment, reference: 'pi_1', ...money } as const;
const dispute = { payment, dispute: 'dp_1', amountMinor: 1_000, reason: 'fraudulent' } as const;
const refund = (totalMinor: number) => ({ kind: 'refunded', payment, refunded: { totalMinor } }) as const;

const bought = async (world = newWorld()) => {
  await world.request(order());
  return world;
};
const kept = { paymentId, owner };

describe('a pack’s purchase', () => {
  const purchase: readonly Fact[] = [
    { kind: 'pending', payment, reference: 'pi_1', alias: 'cs_1' },
    { ...captured, alias: 'cs_1' },
    captured,
    refund(300),
    refund(1_000),
  ];

  test('FS8 I5 is granted once and taken back once, whatever the order of its facts, each told twice', async () => {
    for (const facts of ordersOf(purchase)) {
      const world = await bought();
      await world.deliver([...facts, ...facts]);
      expect(await world.payment()).toMatchObject({
        status: 'captured',
        reference: 'pi_1',
        refundedMinor: 1_000,
        clawedBack: 500,
      });
      const events = await world.paymentEvents();
      expect(events.filter(({ type }) => type === 'PaymentCaptured')).toHaveLength(1);
      const taken = events.reduce((sum, event) => sum + (event.type === 'PaymentRefunded' ? event.credits : 0), 0);
      expect(taken).toBe(500);
    }
  });

  test.each([
    ['won', 0],
    ['lost', 500],
  ] as const)(
    'FS8 I5 a dispute that is %s ends the same in every order, each told twice',
    async (outcome, clawedBack) => {
      const facts: readonly Fact[] = [
        captured,
        { kind: 'dispute-opened', ...dispute },
        { kind: `dispute-${outcome}`, ...dispute },
      ];
      for (const inOrder of ordersOf([...facts, ...facts])) {
        const world = await bought();
        await world.deliver(inOrder);
        expect(await world.payment()).toMatchObject({ clawedBack, disputes: [{ id: 'dp_1', status: outcome }] });
      }
    },
  );

  test('FS8 keeps the ids that later facts may name it by', async () => {
    const world = await bought();
    expect(await world.apply({ ...captured, alias: 'cs_1' })).toEqual({ outcome: 'handled', ...kept });
    expect([...world.references.kept]).toEqual([
      ['sparky#stripe#pi_1', kept],
      ['sparky#stripe#cs_1', kept],
    ]);
    const byIntent = { by: 'reference', reference: 'pi_1' } as const;
    expect(await world.apply({ ...refund(400), payment: byIntent })).toMatchObject({ outcome: 'handled', ...kept });
    expect(world.stripe.asked).toEqual([]);
  });

  test('FS8 expires when its page was not used, and counts when it is paid after all', async () => {
    const world = await bought();
    await world.open('cs_1');
    await world.apply({ kind: 'expired', payment, session: 'cs_0' });
    expect(await world.payment()).toMatchObject({ status: 'requested' });
    const expired = { kind: 'expired', payment, session: 'cs_1' } as const;
    await world.apply(expired);
    expect(await world.payment()).toMatchObject({ status: 'expired' });
    await world.deliver([captured, expired]);
    expect(await world.payment()).toMatchObject({ status: 'captured' });
  });

  test.each<[string, Partial<Extract<Fact, { kind: 'captured' }>>]>([
    ['another amount', { amountMinor: 999 }],
    ['another currency', { currency: 'USD' }],
  ])('FS8 of %s is recorded and not granted, and says so each time', async (_, change) => {
    const world = await bought();
    for (const _again of [1, 2])
      expect(await world.apply({ ...captured, ...change })).toEqual({
        outcome: 'mismatched',
        why: 'money-differs',
        ...kept,
      });
    expect(await world.payment()).toMatchObject({ status: 'mismatched' });
    expect((await world.paymentEvents()).map(({ type }) => type)).toEqual(['PaymentRequested', 'PaymentMismatched']);
    expect(await world.apply({ ...captured, reference: 'pi_2' })).toMatchObject({ outcome: 'handled' });
  });

  test('I5 paid twice is granted once', async () => {
    const world = await bought();
    await world.apply(captured);
    for (const _again of [1, 2])
      expect(await world.apply({ ...captured, reference: 'pi_2' })).toMatchObject({ outcome: 'mismatched' });
    expect(await world.payment()).toMatchObject({ status: 'captured', reference: 'pi_1' });
  });

  test('FS8 whose reason is a long story is recorded with its beginning', async () => {
    const world = await bought();
    await world.apply({ kind: 'failed', payment, reference: 'ch_0', reason: 'x'.repeat(1_000) });
    expect(await world.payment()).toMatchObject({ status: 'failed', failure: 'x'.repeat(300) });
  });
});

describe('a fact of a payment that is not known', () => {
  const facts: readonly Fact[] = [
    captured,
    { kind: 'pending', payment, reference: 'pi_1' },
    { kind: 'failed', payment, reference: 'ch_0', reason: 'declined' },
    { kind: 'expired', payment, session: 'cs_1' },
    refund(300),
    { kind: 'dispute-opened', ...dispute },
  ];
  test.each(facts.map((fact) => [fact.kind, fact] as const))('FS8 %s: is unmatched', async (_, fact) => {
    const world = newWorld();
    expect(await world.apply(fact)).toEqual({ outcome: 'unmatched', why: 'payment-unknown', ...kept });
    // Its name is kept before it counts; it leads to nothing else.
    const names = fact.kind === 'captured' || fact.kind === 'pending' ? [['sparky#stripe#pi_1', kept]] : [];
    expect([...world.references.kept]).toEqual(names);
  });

  test('I8 of another app tells this one nothing', async () => {
    const world = await bought();
    const theirs = { ...payment, owner: { ...owner, app: 'nano-banana' } };
    expect(await world.apply({ ...captured, payment: theirs })).toEqual({ outcome: 'ignored', why: 'app-other' });
  });

  test('SP13 an order that Paymob was not given by us is unmatched', async () => {
    const world = await bought();
    expect(await world.apply({ ...captured, payment: byOrder }, 'paymob')).toEqual({
      outcome: 'unmatched',
      why: 'payment-unknown',
    });
    expect(world.stripe.asked).toEqual([]);
  });

  test('FS8 by a reference nobody knows: Stripe is asked, and whose metadata we gave it is found', async () => {
    const world = await bought();
    const byIntent = { by: 'reference', reference: 'pi_1' } as const;
    expect(await world.apply({ ...refund(300), payment: byIntent })).toMatchObject({ outcome: 'unmatched' });
    const told = { reference: 'pi_1', status: 'captured', ...money, refundedMinor: 0, createdAt: at } as const;
    world.stripe.payments.set('pi_1', told);
    expect(await world.apply({ ...refund(300), payment: byIntent })).toMatchObject({ outcome: 'unmatched' });
    world.stripe.payments.set('pi_1', { ...told, owner: { ...owner, app: 'nano-banana' }, paymentId });
    expect(await world.apply({ ...refund(300), payment: byIntent })).toMatchObject({ outcome: 'ignored' });
    world.stripe.payments.set('pi_1', { ...told, ...kept });
    // The capture was not heard of either: Stripe's word for it counts.
    expect(await world.apply({ ...refund(300), payment: byIntent })).toEqual({ outcome: 'handled', ...kept });
    expect(await world.payment()).toMatchObject({ status: 'captured', refundedMinor: 300, clawedBack: 150 });
    expect(world.references.kept.get('sparky#stripe#pi_1')).toEqual(kept);
  });
});

describe('money that goes back before it came', () => {
  const named = { ...refund(300), reference: 'pi_1' };
  const told = { reference: 'pi_1', ...money, refundedMinor: 300, createdAt: at, ...kept } as const;

  test('FS8 waits for its capture where nobody can be asked', async () => {
    const world = await bought();
    await expect(world.apply(refund(300))).rejects.toThrow(ComesAgain);
    expect(world.stripe.asked).toEqual([]);
    await world.apply(captured);
    expect(await world.apply(refund(300))).toMatchObject({ outcome: 'handled' });
  });

  test('FS8 is recorded behind what Stripe says of the capture', async () => {
    const world = await bought();
    world.stripe.payments.set('pi_1', { ...told, status: 'pending' });
    await expect(world.apply(named)).rejects.toThrow(ComesAgain);
    world.stripe.payments.set('pi_1', { ...told, status: 'captured' });
    expect(await world.apply(named)).toMatchObject({ outcome: 'handled' });
    await world.apply(captured);
    expect((await world.paymentEvents()).map(({ type }) => type)).toEqual([
      'PaymentRequested',
      'PaymentCaptured',
      'PaymentRefunded',
    ]);
  });

  test('FS8 a Stripe that is down: the message comes again, and nothing is recorded', async () => {
    const world = await bought();
    world.stripe.fall(true);
    await expect(world.apply(named)).rejects.toThrow(ProviderFailure);
    expect(await world.paymentEvents()).toHaveLength(1);
  });
});

describe('SP13 a Paymob order', () => {
  const plan = order({
    provider: 'paymob',
    purpose: 'plan',
    item: 'plus',
    credits: 100,
    period: { interval: 'month', maxRollover: 50 },
  });
  const paid = { ...captured, payment: byOrder, reference: '901' };
  const declined: Fact = { kind: 'failed', payment: byOrder, reference: '900', reason: 'Declined' };
  /** Asking for it and keeping its number take the first six steps. */
  const ordered = async (of = order({ provider: 'paymob' }), crashesAt = 0) => {
    const world = newWorld({ crashesAt });
    await world.request(of);
    await world.references.keep('paymob', 'order-77', kept);
    return world;
  };

  test('FAILED first and SUCCESS later both count, in either order', async () => {
    for (const facts of ordersOf([declined, paid])) {
      const world = await ordered();
      await world.deliver([...facts, ...facts], 'paymob');
      expect(await world.payment()).toMatchObject({ status: 'captured', reference: '901' });
    }
  });

  test('FS8 for a plan pays one period, wherever the worker crashes', async () => {
    let crashes = 0;
    for (let crashesAt = 7; crashesAt < 200; crashesAt += 1) {
      const world = await ordered(plan, crashesAt);
      await world.deliver([paid, paid], 'paymob');
      if (!world.hasCrashed()) break;
      crashes += 1;
      expect((await world.paymentEvents()).map(({ type }) => type)).toEqual(['PaymentRequested', 'PaymentCaptured']);
      expect((await world.subscriptionEvents()).map(({ type }) => type)).toEqual(['PeriodPaid', 'PlanEntitled']);
    }
    expect(crashes).toBeGreaterThan(10);
    expect(crashes).toBeLessThan(194);
  });

  test('refunds that come before the capture wait for it', async () => {
    const world = await ordered();
    const refunded: Fact = { kind: 'refunded', payment: byOrder, refunded: { refund: '902', amountMinor: 400 } };
    await world.deliver([refunded, refunded, paid], 'paymob');
    expect(await world.payment()).toMatchObject({ refundedMinor: 400, clawedBack: 200 });
  });

  test('FS8 for a plan pays one period from its capture on, however often it is told', async () => {
    const world = await ordered(plan);
    await world.apply(paid, 'paymob');
    world.pass(3);
    await world.apply(paid, 'paymob');
    expect(await world.subscription()).toMatchObject({
      entitledTo: 'plus',
      prepaid: [{ paymentId, from: at, until: '2027-02-01T00:00:00.000Z', credits: 100 }],
    });
    const types = (await world.subscriptionEvents()).map(({ type }) => type);
    expect(types).toEqual(['PeriodPaid', 'PlanEntitled']);
  });

  test('FS8 a replay long behind gives no period, though so many were paid since that it is forgotten', async () => {
    const world = await ordered(plan);
    await world.apply(paid, 'paymob');
    for (let n = 2; n < 28; n += 1) {
      await world.request(plan, `pay_${n}`);
      await world.references.keep('paymob', `order-${n}`, { owner, paymentId: `pay_${n}` });
      const next = {
        ...paid,
        payment: { by: 'reference', reference: `order-${n}` },
        reference: `${1_000 + n}`,
      } as const;
      await world.apply(next, 'paymob');
    }
    const before = await world.subscription();
    expect(before?.payments).not.toContain(paymentId);
    world.pass(31);
    expect(await world.apply(paid, 'paymob')).toMatchObject({ outcome: 'handled' });
    expect(await world.subscription()).toEqual(before);
  });
});
