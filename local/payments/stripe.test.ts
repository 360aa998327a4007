import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { app, otherApp, type PaymentsWorld, packPage, startWorld, stripeFor } from './testing/world.ts';

let world: PaymentsWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const acts = () => world.payments.stripe(app);
const intentOf = async (session: string) => {
  const { payment_intent } = await world.stripe.checkout.sessions.retrieve(session, { expand: ['payment_intent'] });
  if (!payment_intent || typeof payment_intent === 'string') throw new Error('no intent');
  return payment_intent;
};

describe('a purchase at the stand-in for Stripe', () => {
  test('sends every event that Stripe sends of it, signed so that its own library takes them', async () => {
    const session = await packPage(world);
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 10_000, currency: 'egp' });
    acts().paySession(session.id, 'pay');
    const events = await world.events();
    expect(events.map(({ type }) => type)).toEqual([
      'product.created',
      'customer.created',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.completed',
    ]);
    expect(events.at(-1)?.data.object).toMatchObject({
      id: session.id,
      payment_status: 'paid',
      metadata: { tessera_payment: 'pay_1' },
    });
    const intent = await intentOf(session.id);
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 10_000, metadata: { tessera_user: 'u1' } });
    const { latest_charge: charge } = await world.stripe.paymentIntents.retrieve(intent.id, {
      expand: ['latest_charge'],
    });
    expect(charge).toMatchObject({ amount_refunded: 0, paid: true });
  });

  test('may fail first, need the bank, and succeed at last', async () => {
    const { id } = await packPage(world);
    await world.newTypes();
    acts().paySession(id, 'decline');
    expect(await world.newTypes()).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ]);
    acts().paySession(id, 'authenticate');
    const { status, id: intent, next_action } = await intentOf(id);
    expect([status, next_action?.redirect_to_url?.url]).toEqual([
      'requires_action',
      `${world.payments.url}/apps/${app}/confirm/${intent}`,
    ]);
    acts().payIntent(intent, 'pay');
    const types = await world.newTypes();
    expect(types.slice(-2)).toEqual(['payment_intent.succeeded', 'checkout.session.completed']);
    expect(() => acts().paySession(id, 'pay')).toThrow('complete');
  });

  test.each([
    [true, 'checkout.session.async_payment_succeeded', 'paid'],
    [false, 'checkout.session.async_payment_failed', 'unpaid'],
  ])('may be pending, and the money comes: %s', async (arrives, type, status) => {
    const { id } = await packPage(world);
    acts().paySession(id, 'pending');
    const { payment_status } = await world.stripe.checkout.sessions.retrieve(id);
    expect(payment_status).toBe('unpaid');
    await world.newTypes();
    acts().settleSession(id, arrives);
    expect((await world.newTypes()).at(-1)).toBe(type);
    expect(await world.stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: status });
  });

  test('a page expires by the call, and by its time when somebody looks', async () => {
    const [first, second] = [await packPage(world), await packPage(world)];
    expect(await world.stripe.checkout.sessions.expire(first.id)).toMatchObject({ status: 'expired', url: null });
    await expect(world.stripe.checkout.sessions.expire(first.id)).rejects.toMatchObject({ statusCode: 400 });
    await world.newTypes();
    world.clock.now = new Date(world.clock.now.getTime() + 25 * 3_600_000);
    expect(await world.stripe.checkout.sessions.retrieve(second.id)).toMatchObject({ status: 'expired' });
    expect(await world.newTypes()).toEqual(['checkout.session.expired']);
  });
});

describe('money that goes back', () => {
  const paid = async () => {
    const { id } = await packPage(world);
    acts().paySession(id, 'pay');
    await world.newTypes();
    return { session: id, intent: (await intentOf(id)).id };
  };

  test('refunds add up and never exceed what was paid', async () => {
    const { intent } = await paid();
    await world.stripe.refunds.create({ payment_intent: intent, amount: 2_500 });
    expect(await world.newTypes()).toEqual(['refund.created', 'charge.refunded']);
    await expect(world.stripe.refunds.create({ payment_intent: intent, amount: 7_501 })).rejects.toThrow(
      'greater than',
    );
    acts().refund(intent);
    const [event] = (await world.events()).slice(-1);
    expect(event?.data.object).toMatchObject({ amount_refunded: 10_000, refunded: true });
    expect(event?.data.previous_attributes).toMatchObject({ amount_refunded: 2_500 });
    await expect(world.stripe.refunds.create({ payment_intent: intent })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
  });

  test.each(['won', 'lost'] as const)('a dispute is opened and %s', async (outcome) => {
    const { session, intent } = await paid();
    const { id } = acts().dispute(session);
    await expect(world.stripe.refunds.create({ payment_intent: intent })).rejects.toMatchObject({
      code: 'charge_disputed',
    });
    acts().closeDispute(id, outcome);
    const events = (await world.events()).slice(-2);
    expect(events.at(-1)).toMatchObject({
      type: 'charge.dispute.closed',
      data: { object: { id, status: outcome, amount: 10_000, payment_intent: intent } },
    });
    expect(() => acts().closeDispute(id, 'won')).toThrow('closed');
  });

  test('a buyer may pay and dispute when everybody was told of the payment', async () => {
    const { id } = await packPage(world);
    acts().paySession(id, 'dispute');
    const types = await world.newTypes();
    expect(types.indexOf('charge.dispute.created')).toBeGreaterThan(types.indexOf('checkout.session.completed'));
  });
});

describe('payments without a page', () => {
  const terms = { amount: 500, currency: 'usd', metadata: { tessera_payment: 'pay_2' } };

  test('an intent waits with its client secret until it is paid', async () => {
    const intent = await world.stripe.paymentIntents.create({ ...terms, automatic_payment_methods: { enabled: true } });
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      client_secret: expect.stringContaining(intent.id),
    });
    await expect(
      world.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_chargeDeclined' }),
    ).rejects.toMatchObject({ type: 'StripeCardError', code: 'card_declined', payment_intent: { id: intent.id } });
    acts().payIntent(intent.id, 'pay');
    expect(await world.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' });
  });

  test('a saved card is charged off session, refused, or needs its owner', async () => {
    const { id, customer } = await packPage(world, { payment_intent_data: { setup_future_usage: 'off_session' } });
    acts().paySession(id, 'pay');
    if (typeof customer !== 'string') throw new Error('no customer');
    const { data } = await world.stripe.customers.listPaymentMethods(customer, { limit: 1 });
    const method = data[0]?.id ?? '';
    const charge = () =>
      world.stripe.paymentIntents.create({
        ...terms,
        customer,
        payment_method: method,
        confirm: true,
        off_session: true,
      });
    expect(await charge()).toMatchObject({ status: 'succeeded' });
    acts().setCard(customer, 'declines');
    await expect(charge()).rejects.toMatchObject({ code: 'card_declined', decline_code: 'generic_decline' });
    acts().setCard(customer, 'needs-authentication');
    await expect(charge()).rejects.toMatchObject({
      code: 'authentication_required',
      payment_intent: { status: 'requires_payment_method' },
    });
  });

  test('lists go page by page, the newest first, from a moment on', async () => {
    for (const amount of [100, 200, 300]) {
      await world.stripe.paymentIntents.create({ amount, currency: 'jpy' });
      world.clock.now = new Date(world.clock.now.getTime() + 1_000);
    }
    const created = { gte: world.clock.now.getTime() / 1_000 - 2 };
    const amounts: number[] = [];
    for await (const { amount } of world.stripe.paymentIntents.list({ limit: 1, created })) amounts.push(amount);
    expect(amounts).toEqual([300, 200]);
  });
});

describe('the manners of the interface', () => {
  test('the same idempotency key has the same answer, refusals too, and no other call', async () => {
    const terms = { amount: 100, currency: 'usd' };
    const first = await world.stripe.paymentIntents.create(terms, { idempotencyKey: 'k1' });
    const again = await world.stripe.paymentIntents.create(terms, { idempotencyKey: 'k1' });
    expect(again.id).toBe(first.id);
    await expect(
      world.stripe.paymentIntents.create({ ...terms, amount: 101 }, { idempotencyKey: 'k1' }),
    ).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
    const refund = () => world.stripe.refunds.create({ payment_intent: 'pi_none' }, { idempotencyKey: 'k2' });
    await expect(refund()).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(refund()).rejects.toMatchObject({ code: 'resource_missing' });
  });

  test('unknown routes, parameters, products and amounts are refused as Stripe refuses them', async () => {
    await expect(world.stripe.balance.retrieve()).rejects.toMatchObject({ statusCode: 404 });
    await expect(world.stripe.customers.create({ email: 'a@example.com', balance: 5 })).rejects.toMatchObject({
      code: 'parameter_unknown',
      param: 'balance',
    });
    const line = { price_data: { currency: 'usd', unit_amount: 100, product: 'prod_none' }, quantity: 1 };
    await expect(packPage(world, { line_items: [line] })).rejects.toMatchObject({
      code: 'resource_missing',
      param: 'line_items[0][price_data][product]',
    });
    await expect(world.stripe.paymentIntents.create({ amount: 1_234, currency: 'kwd' })).rejects.toThrow('divisible');
    await expect(world.stripe.products.create({ id: 'p1', name: 'a' })).resolves.toMatchObject({ id: 'p1' });
    await expect(world.stripe.products.create({ id: 'p1', name: 'a' })).rejects.toMatchObject({
      code: 'resource_already_exists',
    });
  });

  test('an app has an account of its own', async () => {
    const { id } = await packPage(world);
    const other = stripeFor(world.payments, otherApp);
    await expect(other.checkout.sessions.retrieve(id)).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(
      stripeFor({ ...world.payments, stripe: () => ({ ...acts(), secretKey: 'sk_test_wrong' }) }).customers.create(),
    ).rejects.toMatchObject({ statusCode: 401 });
  });

  test('a call can be made to fail, with and without its effect', async () => {
    world.payments.failNext({
      call: /^POST \/v1\/customers$/,
      answer: { status: 429, headers: { 'retry-after': '7' } },
    });
    await expect(world.stripe.customers.create()).rejects.toMatchObject({ statusCode: 429 });
    world.payments.failNext({ call: /^POST/, answer: 'refused', times: 2 });
    await expect(world.stripe.customers.create()).rejects.toMatchObject({ type: 'StripeConnectionError' });
    expect(acts().list('customer')).toEqual([]);
    world.payments.failNext({ call: /^POST/, answer: 'lost' });
    // The library asks again by itself when a connection breaks: the key makes it one customer.
    await world.stripe.customers.create({}, { idempotencyKey: 'c1' });
    expect(acts().list('customer')).toHaveLength(1);
  });
});
