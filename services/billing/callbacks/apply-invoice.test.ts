import { describe, expect, test } from '@jest/globals';
import { paymentView } from '../payment-view.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { day } from '../test/subscriptions.ts';
import type { Fact } from './facts.ts';
import { paymentOfInvoice } from './find-payment.ts';
import { anInvoice, atStripe, newWorld, ordersOf, owner } from './testing/world.ts';

const paymentId = paymentOfInvoice(owner.app, 'in_1');
const found = { owner, paymentId };
const sub = { subscription: 'sub_1', customer: 'cus_1' };
const touched: Fact = { kind: 'subscription-touched', ...sub };
const paid: Fact = { kind: 'invoice-paid', invoice: anInvoice() };
const failed = { kind: 'invoice-failed', invoice: 'in_1', ...sub, amountMinor: 1_000, currency: 'USD' } as const;

/** Stripe has a subscription of the user's, and the invoice is paid. */
const subscribed = (...args: Parameters<typeof newWorld>) => {
  const world = newWorld(...args);
  const { subscriptions, invoices, invoiceOf, payments } = world.stripe;
  subscriptions.set('sub_1', atStripe());
  invoices.set('in_1', anInvoice());
  invoiceOf.set('pi_9', 'in_1');
  const at = { reference: 'pi_9', amountMinor: 1_000, currency: 'USD', createdAt: day(0), refundedMinor: 0 };
  payments.set('pi_9', { ...at, status: 'captured' });
  return world;
};
const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe('a subscription’s first payment', () => {
  const refunded: Fact = {
    kind: 'refunded',
    payment: { by: 'reference', reference: 'pi_9' },
    refunded: { totalMinor: 500 },
  };
  const facts: readonly Fact[] = [
    touched,
    paid,
    { kind: 'invoice-named', invoice: 'in_1', customer: 'cus_1' },
    failed,
    refunded,
  ];

  test('FS7 FS8 I5 is one payment and one period, whatever the order of its facts, each told twice', async () => {
    for (const inOrder of ordersOf(facts)) {
      const world = subscribed();
      await world.deliver([...inOrder, ...inOrder]);
      expect(await world.payment(paymentId)).toMatchObject({
        status: 'captured',
        purpose: 'plan',
        via: 'invoice',
        item: 'plus',
        name: 'Plus',
        reference: 'in_1',
        credits: 100,
        clawedBack: 50,
      });
      const events = await world.subscriptionEvents();
      expect(events.filter(({ type }) => type === 'PeriodPaid')).toMatchObject([
        {
          paymentId,
          reference: 'sub_1',
          kind: 'period',
          credits: 100,
          maxRollover: 50,
          price: { amountMinor: 1_000, currency: 'USD', interval: 'month' },
          from: day(0),
          until: day(31),
        },
      ]);
      expect(await world.subscription()).toMatchObject({ entitledTo: 'plus', payments: [paymentId] });
    }
  });

  test('FS8 I5 is one payment and one period, wherever the worker crashes', async () => {
    let crashes = 0;
    for (let crashesAt = 1; crashesAt < 200; crashesAt += 1) {
      const world = subscribed({ crashesAt });
      await world.deliver([touched, paid, refunded]);
      if (!world.hasCrashed()) break;
      crashes += 1;
      const events = await world.subscriptionEvents();
      expect(typesOf(events)).toEqual(['SubscriptionObserved', 'PeriodPaid', 'PlanEntitled']);
      const ofPayment = await world.paymentEvents(paymentId);
      expect(typesOf(ofPayment)).toEqual(['PaymentRequested', 'PaymentCaptured', 'PaymentRefunded']);
    }
    expect(crashes).toBeGreaterThan(20);
    expect(crashes).toBeLessThan(199);
  });

  test('FS8 keeps the customer, the subscription, the invoice and the payment intent', async () => {
    const world = subscribed();
    await world.apply(refunded);
    expect([...world.references.kept]).toEqual([
      ['sparky#stripe#cus_1', { owner }],
      ['sparky#stripe#sub_1', { owner }],
      ['sparky#stripe#pi_9', found],
      ['sparky#stripe#in_1', found],
    ]);
  });

  test('FS8 of a catalog that changed between two tellings: what was promised first is granted and stays', async () => {
    const world = subscribed();
    await world.apply(paid);
    world.sold.plans = world.sold.plans.map((plan) => ({ ...plan, name: 'Plus!', monthly_credits: 7 }));
    expect(await world.apply(paid)).toEqual({ outcome: 'handled', ...found });
    expect(await world.payment(paymentId)).toMatchObject({ credits: 100, name: 'Plus' });
    const events = await world.subscriptionEvents();
    expect(typesOf(events)).toEqual(['SubscriptionObserved', 'PeriodPaid', 'PlanEntitled']);
  });
});

describe('an invoice that is not what is sold', () => {
  const line = { amountMinor: 1_000, proration: false, from: day(0), until: day(31) };

  test.each([
    [
      'of another amount',
      anInvoice({ amountMinor: 900, lines: [{ ...line, plan: 'plus', amountMinor: 900 }] }),
      'amount',
    ],
    ['in another currency', anInvoice({ currency: 'EUR' }), 'currency'],
  ])('FS8 %s is recorded, mismatched, and gives nothing, each time', async (_, invoice, why) => {
    const world = subscribed();
    for (const _again of [1, 2])
      expect(await world.apply({ kind: 'invoice-paid', invoice })).toEqual({ outcome: 'mismatched', why, ...found });
    expect(await world.payment(paymentId)).toMatchObject({
      status: 'mismatched',
      amountMinor: 1_000,
      currency: 'USD',
      credits: 0,
      mismatches: [{ reference: 'in_1', amountMinor: invoice.amountMinor }],
    });
    expect(typesOf(await world.subscriptionEvents())).toEqual(['SubscriptionObserved']);
  });

  test('FS8 of a plan that nobody knows is unmatched', async () => {
    const world = subscribed();
    const invoice = anInvoice({ lines: [{ ...line, plan: 'gone' }] });
    const expected = { outcome: 'unmatched', why: 'plan-unknown', owner };
    expect(await world.apply({ kind: 'invoice-paid', invoice })).toEqual(expected);
    expect(await world.paymentEvents(paymentId)).toEqual([]);
  });

  test('FS7 of a trial, or of other things, is ignored', async () => {
    const world = subscribed();
    for (const lines of [[{ ...line, plan: 'plus', amountMinor: 0 }], [{ ...line, plan: undefined }]]) {
      const invoice = anInvoice({ lines });
      expect(await world.apply({ kind: 'invoice-paid', invoice })).toEqual({ outcome: 'ignored', owner });
    }
    expect(await world.paymentEvents(paymentId)).toEqual([]);
  });
});

describe('whose an invoice is', () => {
  test('FS8 nobody’s: unmatched, and Stripe is asked', async () => {
    const world = newWorld();
    for (const fact of [paid, touched, failed])
      expect(await world.apply(fact)).toEqual({ outcome: 'unmatched', why: 'customer-unknown' });
    expect(await world.apply({ kind: 'invoice-named', invoice: 'in_1', customer: 'cus_1' })).toEqual({
      outcome: 'unmatched',
      why: 'invoice-unknown',
    });
    world.stripe.subscriptions.set('sub_1', { ...atStripe(), owner: { ...owner, app: 'nano-banana' } });
    expect(await world.apply(paid)).toEqual({ outcome: 'ignored', why: 'app-other' });
    expect([...world.references.kept]).toEqual([]);
  });

  test('FS8 its customer’s, whom a checkout kept, though the subscription has no metadata', async () => {
    const world = subscribed();
    const { owner: _, ...bare } = atStripe();
    world.stripe.subscriptions.set('sub_1', bare);
    await world.references.keep('stripe', 'cus_1', { owner });
    expect(await world.apply(paid)).toEqual({ outcome: 'handled', ...found });
  });

  test('FS8 a Stripe that is down: the message comes again, and nothing is recorded', async () => {
    const world = subscribed();
    world.stripe.fall(true);
    for (const fact of [paid, touched, failed]) await expect(world.apply(fact)).rejects.toThrow(ProviderFailure);
    expect([...world.references.kept]).toEqual([]);
  });
});

describe('a second subscription beside one that lives', () => {
  test('FS7 is told of as one too many; its money is known, and gives nothing', async () => {
    const world = subscribed();
    await world.apply(paid);
    world.stripe.subscriptions.set('sub_2', atStripe('sub_2'));
    const other = { subscription: 'sub_2', customer: 'cus_1' };
    const theSecond = { owner, paymentId: paymentOfInvoice(owner.app, 'in_2') };
    const twice = { outcome: 'mismatched', why: 'subscription-other' };
    expect(await world.apply({ kind: 'subscription-touched', ...other })).toEqual({ ...twice, owner });
    for (const _again of [1, 2]) {
      const invoice = anInvoice({ id: 'in_2', subscription: 'sub_2' });
      expect(await world.apply({ kind: 'invoice-paid', invoice })).toEqual({ ...twice, ...theSecond });
    }
    expect(await world.payment(theSecond.paymentId)).toMatchObject({ status: 'captured', credits: 0 });
    expect(await world.subscription()).toMatchObject({ observed: { reference: 'sub_1' }, payments: [paymentId] });
    expect(await world.apply({ ...failed, ...other, invoice: 'in_3' })).toEqual({ ...twice, owner });
  });

  test('FS8 a payment of the one before, told of again, is still handled', async () => {
    const world = subscribed();
    await world.apply(paid);
    world.stripe.subscriptions.set('sub_1', atStripe('sub_1', { status: 'canceled' }));
    world.stripe.subscriptions.set('sub_2', atStripe('sub_2'));
    await world.apply({ kind: 'subscription-touched', subscription: 'sub_2', customer: 'cus_1' });
    expect(await world.apply(paid)).toEqual({ outcome: 'handled', ...found });
  });
});

describe('a payment that failed', () => {
  const overdue = () => {
    const world = subscribed();
    world.stripe.subscriptions.set('sub_1', atStripe('sub_1', { status: 'past_due' }));
    return world;
  };

  test('FS7 is known, each attempt once, and captured when it is paid after all', async () => {
    const world = overdue();
    const attempts = [{ ...failed, nextAttemptAt: day(3) }, failed];
    for (const fact of [...attempts, ...attempts]) await world.apply({ ...fact, url: 'https://pay.example/in_1' });
    expect(await world.paymentEvents(paymentId)).toMatchObject([
      { type: 'PaymentRequested', item: 'plus', amountMinor: 1_000, credits: 100, via: 'invoice' },
      { type: 'CheckoutOpened', session: 'in_1', url: 'https://pay.example/in_1' },
      { type: 'PaymentFailed', reason: 'invoice-payment-failed', nextAttemptAt: day(3) },
      { type: 'PaymentFailed', reason: 'invoice-payment-failed' },
    ]);
    const shown = async () => paymentView(paymentId, await world.payment(paymentId), day(40));
    expect(await shown()).toMatchObject({ status: 'failed', action_url: 'https://pay.example/in_1' });
    world.stripe.subscriptions.set('sub_1', atStripe());
    await world.apply(paid);
    expect(await world.apply({ ...failed, url: 'https://pay.example/in_1' })).toMatchObject({ outcome: 'handled' });
    expect(await shown()).toMatchObject({ status: 'paid', credits: 100, action_url: null });
  });

  test('FS7 of an invoice without a page of its own has no place to go to', async () => {
    const world = overdue();
    await world.apply(failed);
    expect(typesOf(await world.paymentEvents(paymentId))).toEqual(['PaymentRequested', 'PaymentFailed']);
  });

  test.each([
    ['for an upgrade, whose credits are not known before it is paid', { amountMinor: 400 }, 'past_due'],
    ['of a subscription that is paid meanwhile', {}, 'active'],
  ] as const)('FS7 %s: no payment is made of it', async (_, change, status) => {
    const world = overdue();
    world.stripe.subscriptions.set('sub_1', atStripe('sub_1', { status }));
    expect(await world.apply({ ...failed, ...change })).toEqual({ outcome: 'handled', owner });
    expect(await world.paymentEvents(paymentId)).toEqual([]);
    expect(await world.subscription()).toMatchObject({ observed: { status } });
  });
});

describe('NB7 a trial that ends soon', () => {
  const ending: Fact = { kind: 'trial-ending', ...sub, endsAt: day(7) };

  test('is told of once, behind what Stripe says of the subscription', async () => {
    const world = subscribed();
    world.stripe.subscriptions.set('sub_1', atStripe('sub_1', { status: 'trialing', trialEnd: day(7) }));
    for (const _again of [1, 2]) expect(await world.apply(ending)).toEqual({ outcome: 'handled', owner });
    const events = await world.subscriptionEvents();
    expect(typesOf(events)).toEqual(['SubscriptionObserved', 'PlanEntitled', 'TrialEnding']);
    expect(events.at(-1)).toEqual({ type: 'TrialEnding', plan: 'plus', endsAt: day(7) });
  });

  test('of a plan that is none of ours is told to nobody', async () => {
    const world = subscribed();
    world.stripe.subscriptions.set('sub_1', atStripe('sub_1', { status: 'trialing', plan: null }));
    expect(await world.apply(ending)).toEqual({ outcome: 'handled', owner });
    expect(typesOf(await world.subscriptionEvents())).toEqual(['SubscriptionObserved']);
  });
});
