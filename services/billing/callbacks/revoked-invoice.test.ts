/** X5 What becomes of a subscription's period when its money goes back whole: in any order, told twice, with a worker that dies. */
import { describe, expect, test } from '@jest/globals';
import { day } from '../test/subscriptions.ts';
import type { Fact } from './facts.ts';
import { paymentOfInvoice } from './find-payment.ts';
import { anInvoice, atStripe, newWorld, ordersOf, owner } from './testing/world.ts';

const paymentId = paymentOfInvoice(owner.app, 'in_1');
const payment = { by: 'reference', reference: 'pi_1' } as const;
const paid: Fact = { kind: 'invoice-paid', invoice: anInvoice() };
const refund = (totalMinor: number): Fact => ({
  kind: 'refunded',
  payment,
  reference: 'pi_1',
  refunded: { totalMinor },
});
const dispute = { payment, reference: 'pi_1', dispute: 'dp_1', amountMinor: 1_000, reason: 'fraudulent' } as const;

/** A subscription whose first invoice is paid by `pi_1` at Stripe. */
const invoiced = (crashesAt = 0) => {
  const world = newWorld({ crashesAt });
  world.stripe.subscriptions.set('sub_1', atStripe('sub_1'));
  world.stripe.invoices.set('in_1', anInvoice());
  world.stripe.invoiceOf.set('pi_1', 'in_1');
  world.stripe.payments.set('pi_1', {
    reference: 'pi_1',
    status: 'captured',
    amountMinor: 1_000,
    currency: 'USD',
    refundedMinor: 0,
    createdAt: day(0),
  });
  return world;
};
type Invoiced = ReturnType<typeof invoiced>;
const typesOf = async (world: Invoiced) => (await world.subscriptionEvents()).map(({ type }) => type);
const over = ['SubscriptionObserved', 'PeriodPaid', 'PlanEntitled', 'PeriodRevoked', 'PlanEntitled'];

describe('X5 FS7 the period of an invoice', () => {
  test.each<[string, readonly Fact[]]>([
    ['was refunded', [paid, refund(400), refund(1_000)]],
    ['the bank took', [paid, { kind: 'dispute-opened', ...dispute }, { kind: 'dispute-lost', ...dispute }]],
  ])('whose money %s whole entitles no more, whatever the order of its facts, each told twice', async (_, facts) => {
    for (const inOrder of ordersOf(facts)) {
      const world = invoiced();
      await world.deliver([...inOrder, ...inOrder]);
      expect(await world.payment(paymentId)).toMatchObject({ clawedBack: 100 });
      expect(await world.subscription()).toMatchObject({ entitledTo: null, payments: [paymentId] });
      expect(await typesOf(world)).toEqual(over);
    }
  });

  test.each<[string, readonly Fact[]]>([
    ['in part', [paid, refund(999)]],
    ['for as long as a dispute is open', [paid, { kind: 'dispute-opened', ...dispute }]],
  ])('whose money went back %s goes on', async (_, facts) => {
    const world = invoiced();
    await world.deliver([...facts, ...facts]);
    expect(await world.subscription()).toMatchObject({ entitledTo: 'plus' });
  });

  test('entitles no more wherever the worker crashes', async () => {
    let crashes = 0;
    for (let crashesAt = 1; crashesAt < 300; crashesAt += 1) {
      const world = invoiced(crashesAt);
      await world.deliver([paid, refund(1_000)]);
      if (!world.hasCrashed()) break;
      crashes += 1;
      expect(await world.subscription()).toMatchObject({ entitledTo: null });
      expect(await typesOf(world)).toEqual(over);
    }
    expect(crashes).toBeGreaterThan(15);
    expect(crashes).toBeLessThan(299);
  });

  test('entitles again with the next one that is paid', async () => {
    const world = invoiced();
    await world.deliver([paid, refund(1_000)]);
    const lines = anInvoice().lines.map((line) => ({ ...line, from: day(31), until: day(59) }));
    await world.apply({ kind: 'invoice-paid', invoice: anInvoice({ id: 'in_2', reason: 'cycle', lines }) });
    expect(await world.subscription()).toMatchObject({ entitledTo: 'plus' });
  });
});

test('FS7 FS8 a plan that is changed down and up again on invoices brings no credits', async () => {
  const world = invoiced();
  const [plus] = world.sold.plans;
  if (!plus) throw new Error('no plan is sold');
  const mini = {
    ...plus,
    id: 'mini',
    monthly_credits: 40,
    price: { amount_minor: 500, currency: 'USD', interval: 'month' },
  } as const;
  world.sold.plans = [plus, mini];
  await world.apply(paid);
  const change = (id: string, back: [string, number], on: [string, number], from: number): Fact => {
    const proration = { proration: true, from: day(from), until: day(31) };
    const lines = [
      { ...proration, plan: back[0], amountMinor: -back[1] },
      { ...proration, plan: on[0], amountMinor: on[1] },
    ];
    const amountMinor = Math.max(0, on[1] - back[1]);
    return { kind: 'invoice-paid', invoice: anInvoice({ id, amountMinor, reason: 'update', lines }) };
  };
  await world.apply(change('in_2', ['plus', 900], ['mini', 450], 3));
  await world.apply(change('in_3', ['mini', 440], ['plus', 880], 4));
  const periods = (await world.subscriptionEvents()).flatMap((event) => (event.type === 'PeriodPaid' ? [event] : []));
  expect(periods.map(({ plan, credits }) => [plan, credits])).toEqual([
    ['plus', 100],
    ['mini', 0],
    ['plus', 0],
  ]);
});
