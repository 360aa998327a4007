import { describe, expect, test } from '@jest/globals';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { order } from '../test/payment-words.ts';
import type { Fact } from './facts.ts';
import { newWorld, ordersOf, owner } from './testing/world.ts';

const byOrder = (n: number) => ({ by: 'reference', reference: `order-${n}` }) as const;
const money = { amountMinor: 1_000, currency: 'EGP' } as const;
const captured = (n: number, reference: string): Fact => ({
  kind: 'captured',
  payment: byOrder(n),
  reference,
  ...money,
});
const pending = (n: number, reference: string): Fact => ({ kind: 'pending', payment: byOrder(n), reference });
const refunded = (refund: string, more: object = {}): Fact => ({
  kind: 'refunded',
  payment: byOrder(1),
  refunded: { refund, amountMinor: 1_000 },
  ...more,
});
/** As the transaction says of itself that it was voided. */
const voided = (n: number, reference: string): Fact => ({
  kind: 'refunded',
  payment: byOrder(n),
  refunded: { totalMinor: 1_000 },
  reference,
});

/** Two orders of one user, `pay_1` and `pay_2`, for 500 credits each. */
const ordered = async () => {
  const world = newWorld();
  for (const n of [1, 2]) {
    await world.request(order({ provider: 'paymob' }), `pay_${n}`);
    await world.references.keep('paymob', `order-${n}`, { owner, paymentId: `pay_${n}` });
  }
  const tell = (fact: Fact) => world.apply(fact, 'paymob');
  return { ...world, tell };
};

describe('SP13 one transaction is one payment', () => {
  const taken = { outcome: 'mismatched', why: 'reference-taken', owner, paymentId: 'pay_2' };

  test.each([captured, pending])('that it was told of first, and the other one gets nothing by it', async (first) => {
    const { tell, payment, paymentEvents } = await ordered();
    await tell(first(1, '901'));
    for (const _again of [1, 2]) expect(await tell(captured(2, '901'))).toEqual(taken);
    expect(await tell(pending(2, '901'))).toEqual(taken);
    expect(await tell(voided(2, '901'))).toEqual(taken);
    expect(await paymentEvents('pay_2')).toHaveLength(1);
    await tell(captured(2, '902'));
    expect((await payment('pay_2')).reference).toBe('902');
  });

  test('at Stripe too', async () => {
    const { apply, references, paymentEvents } = await ordered();
    await references.keep('stripe', 'pi_1', { owner, paymentId: 'pay_1' });
    const named = { by: 'metadata', owner, paymentId: 'pay_2' } as const;
    expect(await apply({ kind: 'captured', payment: named, reference: 'pi_1', ...money })).toEqual(taken);
    expect(await paymentEvents('pay_2')).toHaveLength(1);
  });
});

describe('X5 I5 of an order that was paid twice', () => {
  const look = { outcome: 'mismatched', why: 'refund-unclear' };

  test('the refund of as much is of what nobody asked for: the credits stay, and people look', async () => {
    const { tell, payment } = await ordered();
    await tell(captured(1, '11'));
    expect(await tell(captured(1, '12'))).toMatchObject({ outcome: 'mismatched' });
    for (const _again of [1, 2]) expect(await tell(refunded('13'))).toMatchObject(look);
    expect(await payment()).toMatchObject({ refundedMinor: 0, clawedBack: 0, mismatches: [{ refundedMinor: 1_000 }] });
    expect(await tell(refunded('14'))).toMatchObject(look);
    expect(await payment()).toMatchObject({ refundedMinor: 1_000, clawedBack: 500 });
  });

  test('the one that was voided says so itself, in whatever order it is told of', async () => {
    const facts = [captured(1, '11'), captured(1, '12'), voided(1, '12'), refunded('13')];
    for (const inOrder of ordersOf(facts.slice(2))) {
      const { deliver, payment } = await ordered();
      await deliver([...facts.slice(0, 2), ...inOrder, ...inOrder], 'paymob');
      expect(await payment()).toMatchObject({ reference: '11', refundedMinor: 0, clawedBack: 0, refunds: ['13'] });
    }
  });

  test('a void of the first one takes its credits, and leaves the second one to be given back', async () => {
    const { tell, payment } = await ordered();
    for (const fact of [captured(1, '11'), captured(1, '12'), voided(1, '11'), refunded('13')]) await tell(fact);
    expect(await payment()).toMatchObject({ clawedBack: 500, refunds: ['13'], mismatches: [{ refundedMinor: 0 }] });
    await tell(refunded('14'));
    expect(await payment()).toMatchObject({ clawedBack: 500, mismatches: [{ refundedMinor: 1_000 }] });
  });
});

describe('SP6 a card that was only reserved, and voided', () => {
  const freed: Fact = { kind: 'failed', payment: byOrder(1), reference: '901', reason: 'voided' };
  const child = refunded('902', { voids: true });
  const ignored = { outcome: 'ignored', why: 'voided-uncaptured' };

  test('gave nothing back: the void is ignored, and does not come again', async () => {
    const { tell, payment } = await ordered();
    await expect(tell(child)).rejects.toThrow(ComesAgain);
    await tell(pending(1, '901'));
    expect(await tell(child)).toMatchObject(ignored);
    expect(await tell(freed)).toMatchObject({ outcome: 'handled' });
    expect(await tell(child)).toMatchObject(ignored);
    expect(await payment()).toMatchObject({ status: 'failed', failure: 'voided' });
  });

  test('is not taken for a refund that is there before its capture', async () => {
    const { tell } = await ordered();
    await tell(pending(1, '901'));
    await expect(tell(refunded('902'))).rejects.toThrow(ComesAgain);
  });
});
