import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buyer, pack, paymentId, plan, refusal, sent, startAccount } from './testing/account-at.ts';
import { planSession, session } from './testing/objects.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.server.close());

const page = {
  buyer,
  customer: 'cus_1',
  successUrl: 'https://app.example/paid?from=stripe#/done',
  cancelUrl: 'https://app.example/packs',
  notificationUrl: 'https://api.example/webhooks',
  idempotencyKey: 'pay:checkout',
};
const missing = refusal(400, { code: 'resource_missing', param: 'line_items[0][price_data][product]' });
const all = () => account.server.received.map(sent);

describe('a page to pay on (PP8, BM10)', () => {
  test("a pack's is paid once, at the catalog's price, and says in its metadata whose it is", async () => {
    const { server, api } = account;
    server.answer({ body: session({ status: 'open', payment_intent: null }) });
    const opened = await api.openCheckout({ ...page, sale: pack, paymentId });
    expect(opened).toEqual({
      session: 'cs_1',
      url: 'https://checkout.stripe.com/c/pay/cs_1',
      expiresAt: '2026-11-22T00:00:00.000Z',
      aliases: ['cs_1'],
    });
    expect(all()).toEqual([
      {
        call: 'POST /v1/checkout/sessions',
        key: 'pay:checkout',
        form: {
          mode: 'payment',
          client_reference_id: 'user_1',
          customer: 'cus_1',
          'metadata[tessera_app]': 'sparky',
          'metadata[tessera_user]': 'user_1',
          'metadata[tessera_payment]': paymentId,
          'payment_intent_data[metadata][tessera_app]': 'sparky',
          'payment_intent_data[metadata][tessera_user]': 'user_1',
          'payment_intent_data[metadata][tessera_payment]': paymentId,
          'line_items[0][price_data][currency]': 'usd',
          'line_items[0][price_data][unit_amount]': '500',
          'line_items[0][price_data][product]': 'tessera_sparky_pack_small',
          'line_items[0][quantity]': '1',
          success_url: 'https://app.example/paid?from=stripe&session_id={CHECKOUT_SESSION_ID}#/done',
          cancel_url: 'https://app.example/packs',
        },
      },
    ]);
    expect(server.received[0]?.headers).toMatchObject({ authorization: 'Bearer sk_test_secret' });
    expect(server.received[0]?.headers).not.toHaveProperty('x-stripe-client-telemetry');
  });

  test("a plan's renews itself, and has no payment yet", async () => {
    const { server, api } = account;
    server.answer({ body: planSession({ status: 'open' }) });
    await api.openCheckout({ ...page, sale: plan });
    expect(all()[0]?.form).toMatchObject({
      mode: 'subscription',
      'line_items[0][price_data][recurring][interval]': 'month',
      'line_items[0][price_data][product]': 'tessera_sparky_plan_pro',
      'subscription_data[metadata][tessera_app]': 'sparky',
      'subscription_data[metadata][tessera_user]': 'user_1',
    });
    expect(all()[0]?.form).not.toHaveProperty('metadata[tessera_payment]');
  });

  test('the card is kept only where the user lets it be (X11)', async () => {
    const { server, api } = account;
    server.answer({ body: session({ status: 'open' }) });
    const opened = await api.openCheckout({ ...page, sale: pack, paymentId, savesMethod: true });
    expect(all()[0]?.form).toMatchObject({ 'payment_intent_data[setup_future_usage]': 'off_session' });
    expect(opened.aliases).toEqual(['cs_1', 'pi_1']);
  });

  test('without a customer the page asks with the address that is known', async () => {
    const { server, api } = account;
    server.answer({ body: session({ status: 'open' }) });
    const { customer: _, ...anybody } = page;
    await api.openCheckout({ ...anybody, sale: pack, paymentId });
    expect(all()[0]?.form).toMatchObject({ customer_email: 'buyer@example.com' });
  });

  test.each([
    ['USD', 500, '500'],
    ['EGP', 10_050, '10050'],
    ['JPY', 500, '500'],
    ['KWD', 5_250, '5250'],
    ['ISK', 500, '50000'],
  ])('an amount in %s goes as Stripe counts it', async (currency, amountMinor, sentAs) => {
    const { server, api } = account;
    server.answer({ body: session({ status: 'open' }) });
    await api.openCheckout({ ...page, sale: { ...pack, currency, amountMinor }, paymentId });
    expect(all()[0]?.form).toMatchObject({
      'line_items[0][price_data][unit_amount]': sentAs,
      'line_items[0][price_data][currency]': currency.toLowerCase(),
    });
  });

  test('an amount that Stripe cannot charge is refused before it is asked', async () => {
    const { server, api } = account;
    server.answer({ body: session() });
    const sale = { ...pack, currency: 'KWD', amountMinor: 5_001 };
    await expect(api.openCheckout({ ...page, sale, paymentId })).rejects.toMatchObject({ kind: 'refused' });
    expect(all()).toEqual([]);
  });
});

describe('a product that Stripe does not know yet is made, under our id (PP8)', () => {
  const made = { body: { id: 'tessera_sparky_pack_small', object: 'product' } };
  const exists = refusal(400, { code: 'resource_already_exists' });
  test.each([
    ['new', made],
    ['made by somebody else meanwhile', exists],
  ])('%s', async (_, product) => {
    const { server, api } = account;
    server.answer(missing, product, { body: session({ status: 'open' }) });
    expect(await api.openCheckout({ ...page, sale: pack, paymentId })).toMatchObject({ session: 'cs_1' });
    const [first, second, third] = all();
    expect(second).toMatchObject({
      call: 'POST /v1/products',
      form: { id: 'tessera_sparky_pack_small', name: '100 credits', 'metadata[tessera_app]': 'sparky' },
    });
    expect(third?.form).toEqual(first?.form);
    // Stripe would answer the first refusal again.
    expect([first?.key, third?.key]).toEqual(['pay:checkout', 'pay:checkout:made']);
  });
  test('once: one that stays missing is a failure', async () => {
    const { server, api } = account;
    server.answer(missing, made, missing);
    await expect(api.openCheckout({ ...page, sale: pack, paymentId })).rejects.toMatchObject({ kind: 'unknown-there' });
    expect(all()).toHaveLength(3);
  });
  test('a customer that is missing is a failure at once', async () => {
    const { server, api } = account;
    server.answer(refusal(400, { code: 'resource_missing', param: 'customer' }));
    const failure = { kind: 'unknown-there', param: 'customer' };
    await expect(api.openCheckout({ ...page, sale: pack, paymentId })).rejects.toMatchObject(failure);
    expect(all()).toHaveLength(1);
  });
});

describe('closing a page (PP8)', () => {
  test.each([
    ['expired', { status: 'expired' }, { outcome: 'expired' }],
    ['paid on', { status: 'complete', subscription: 'sub_1' }, { outcome: 'complete', subscription: 'sub_1' }],
    ['paid on, of a pack', { status: 'complete' }, { outcome: 'complete' }],
  ])('one that is %s already is said to be', async (_, over, closed) => {
    const { server, api } = account;
    server.answer(refusal(400, {}), { body: session(over) });
    expect(await api.expireCheckout('cs_1')).toEqual(closed);
    expect(all().map(({ call }) => call)).toEqual([
      'POST /v1/checkout/sessions/cs_1/expire',
      'GET /v1/checkout/sessions/cs_1',
    ]);
  });
  test('one that was open is expired, and one that nobody knows is gone', async () => {
    const { server, api } = account;
    server.answer({ body: session({ status: 'expired' }) }, refusal(404, { code: 'resource_missing' }));
    expect(await api.expireCheckout('cs_1')).toEqual({ outcome: 'expired' });
    expect(await api.expireCheckout('cs_1')).toEqual({ outcome: 'gone' });
  });
  test('one that stays open is a failure', async () => {
    const { server, api } = account;
    server.answer(refusal(400, {}), { body: session({ status: 'open' }) });
    await expect(api.expireCheckout('cs_1')).rejects.toMatchObject({ kind: 'refused' });
  });
});

describe('customers (PP8)', () => {
  test('are made once for each user of an app', async () => {
    const { server, api } = account;
    server.answer({ body: { id: 'cus_1', object: 'customer' } });
    expect(await api.createCustomer(buyer)).toBe('cus_1');
    await api.createCustomer(buyer);
    await api.createCustomer({ owner: buyer.owner });
    await api.createCustomer(buyer, 'cus_0');
    const [first, second, third, fourth] = all();
    expect(fourth?.key).toBe(`${first?.key}:cus_0`);
    expect(first).toMatchObject({
      call: 'POST /v1/customers',
      form: { email: 'buyer@example.com', 'metadata[tessera_app]': 'sparky', 'metadata[tessera_user]': 'user_1' },
    });
    expect(second?.key).toBe(first?.key);
    expect(third?.key).not.toBe(first?.key);
  });
  test('leave, and one that is gone already is fine', async () => {
    const { server, api } = account;
    server.answer(
      { body: { id: 'cus_1', deleted: true } },
      refusal(404, { code: 'resource_missing' }),
      refusal(403, {}),
    );
    await api.removeCustomer('cus_1');
    await api.removeCustomer('cus_1');
    await expect(api.removeCustomer('cus_1')).rejects.toMatchObject({ kind: 'refused' });
    expect(all()[0]?.call).toBe('DELETE /v1/customers/cus_1');
  });
  test('look after cards and subscriptions on a page of Stripe (BM12)', async () => {
    const { server, api } = account;
    server.answer({ body: { id: 'bps_1', url: 'https://billing.stripe.com/p/session/1' } });
    expect(await api.openPortal('cus_1', 'https://app.example')).toBe('https://billing.stripe.com/p/session/1');
    expect(all()[0]).toMatchObject({
      call: 'POST /v1/billing_portal/sessions',
      form: { customer: 'cus_1', return_url: 'https://app.example' },
    });
  });
});
