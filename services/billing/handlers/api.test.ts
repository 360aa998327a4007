import { expect, test } from '@jest/globals';
import { paymentStream } from '../domain/payment-state.ts';
import { subscriptionStream } from '../domain/subscription-state.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { newApi } from '../test/api.ts';
import { meta, owner } from '../test/api-world.ts';
import { anObserved } from '../test/subscriptions.ts';

const pack = { pack_id: 'small' };
const inAnHour = () => Date.now() + 3_500_000;

test('FS3 BM10 a pack is bought on the provider’s page, at the catalog’s price, for the user’s one customer', async () => {
  const { send, calls, kept, events } = newApi();
  const { status, body } = await send('POST', '/v1/checkout', { body: pack });
  expect([status, body]).toEqual([
    201,
    {
      payment_id: expect.stringMatching(/^pay_/),
      provider: 'stripe',
      session_id: 'cs_1',
      checkout_url: 'https://pay.example/cs_1',
      expires_at: expect.any(String),
    },
  ]);
  expect(Date.parse(body.expires_at)).toBeGreaterThan(inAnHour());
  expect(calls.map(({ method }) => method)).toEqual(['createCustomer', 'openCheckout']);
  expect(calls[1]?.asked[0]).toEqual({
    buyer: { owner, email: 'u@app.example' },
    sale: { kind: 'pack', id: 'small', name: 'Small', amountMinor: 999, currency: 'USD' },
    paymentId: body.payment_id,
    customer: 'cus_user-1',
    successUrl: 'https://app.example/paid',
    cancelUrl: 'https://app.example/left',
    notificationUrl: 'https://api.example/webhooks/stripe/flirt-studio',
    idempotencyKey: `${body.payment_id}:checkout:cus_user-1`,
  });
  expect(await events(body.payment_id)).toMatchObject([
    { type: 'PaymentRequested', purpose: 'pack', item: 'small', amountMinor: 999, credits: 120, via: 'checkout' },
    { type: 'CheckoutOpened', session: 'cs_1' },
  ]);
  const paymentId = body.payment_id;
  expect([...kept]).toEqual([
    ['stripe:cus_user-1', { app: owner.app, paymentId: undefined }],
    ['stripe:cs_1', { app: owner.app, paymentId }],
    ['stripe:pi_1', { app: owner.app, paymentId }],
  ]);
  await send('POST', '/v1/checkout', { body: pack });
  expect(calls.filter(({ method }) => method === 'createCustomer')).toHaveLength(1);
});

test('FS3 the same key is the same payment and page; another thing under it is refused', async () => {
  const { send, calls, app } = newApi();
  const first = await send('POST', '/v1/checkout', { body: pack, key: 'k' });
  const [small] = app.definition.packs;
  if (!small) throw new Error('no pack');
  app.definition = { ...app.definition, packs: [{ ...small, price: { amount_minor: 5_000, currency: 'USD' } }] };
  expect(await send('POST', '/v1/checkout', { body: pack, key: 'k' })).toEqual(first);
  expect(calls.filter(({ method }) => method === 'openCheckout')).toHaveLength(1);
  const [success_url, cancel_url] = ['https://app.example/other', 'https://app.example/elsewhere'];
  for (const body of [
    { plan_id: 'basic', provider: 'paymob' },
    { plan_id: 'plus' },
    { ...pack, provider: 'paymob' },
    { ...pack, success_url },
    { ...pack, cancel_url },
    { ...pack, save_payment_method: true },
  ])
    expect(await send('POST', '/v1/checkout', { body, key: 'k' })).toMatchObject({
      status: 422,
      body: { type: 'urn:tessera:problem:idempotency-mismatch', detail: expect.stringContaining('new key') },
    });
  expect(calls.filter(({ method }) => method === 'openCheckout')).toHaveLength(1);
  const usual = { ...pack, provider: 'stripe', success_url: 'https://app.example/paid', save_payment_method: false };
  expect(await send('POST', '/v1/checkout', { body: usual, key: 'k' })).toEqual(first);
  expect((await send('POST', '/v1/payment-intents', { body: pack, key: 'k' })).status).toBe(422);
  const other = await send('POST', '/v1/checkout', { body: pack, key: 'k', user: 'user-2' });
  expect(other.body.payment_id).not.toBe(first.body.payment_id);
});

test('FS3 a page that has expired is followed by another, which the same key meets again', async () => {
  const { send, calls, script, events } = newApi();
  const buy = () => send('POST', '/v1/checkout', { body: pack, key: 'k' });
  // By its key the provider gives the pages of before, though they can be paid on no more.
  script.pageLivesMs.push(-20_000, -10_000);
  const opened = await buy();
  expect([opened.status, opened.body.session_id]).toEqual([201, 'cs_3']);
  const keys = calls.flatMap(({ method, asked: [request] }) =>
    method === 'openCheckout' ? [(request as { idempotencyKey: string }).idempotencyKey] : [],
  );
  const { payment_id: id } = opened.body;
  const key = `${id}:checkout:cus_user-1`;
  expect(keys).toEqual([key, `${key}:cs_1`, `${key}:cs_2`]);
  expect(await buy()).toEqual(opened);
  expect((await events(id)).map(({ type }) => type)).toEqual(['PaymentRequested', 'CheckoutOpened']);
});

test('FS3 a request that found the provider down is repeated by its key, and has one payment', async () => {
  const { send, script, parts } = newApi();
  const buy = () => send('POST', '/v1/checkout', { body: pack, key: 'k' });
  script.failing.set('openCheckout', new ProviderFailure('unavailable', 'down'));
  expect((await buy()).status).toBe(503);
  script.failing.clear();
  script.pageLivesMs.push(-30_000, -20_000, -10_000);
  expect((await buy()).body.type).toMatch(/provider-unavailable$/);
  expect((await buy()).status).toBe(503);
  expect((await parts.paymentRows.listOfApp(owner.app, { limit: 9 })).rows).toHaveLength(1);
});

test('I5 what was paid under a key is not paid again under it', async () => {
  const { send, parts } = newApi();
  const { body } = await send('POST', '/v1/checkout', { body: pack, key: 'k' });
  const stream = paymentStream(owner, body.payment_id);
  const at = new Date().toISOString();
  await parts.handlePayment(stream, { type: 'RecordPending', at, reference: 'pi_1' }, meta);
  expect((await send('POST', '/v1/checkout', { body: pack, key: 'k' })).status).toBe(201);
  const money = { reference: 'pi_1', amountMinor: 999, currency: 'USD' };
  await parts.handlePayment(stream, { type: 'RecordCapture', at, ...money }, meta);
  const paid = await send('POST', '/v1/checkout', { body: pack, key: 'k' });
  expect([paid.status, paid.body]).toEqual([
    409,
    expect.objectContaining({
      type: 'urn:tessera:problem:payment-over',
      title: 'It is paid already',
      payment_id: body.payment_id,
      payment_status: 'paid',
    }),
  ]);
});

test('I5 a payment intent that was paid tells which payment it was', async () => {
  const { send, parts } = newApi();
  const buy = () => send('POST', '/v1/payment-intents', { body: pack, key: 'k' });
  const { payment_id } = (await buy()).body;
  const money = { reference: 'pi_1', amountMinor: 999, currency: 'USD' };
  const at = new Date().toISOString();
  await parts.handlePayment(paymentStream(owner, payment_id), { type: 'RecordCapture', at, ...money }, meta);
  expect(await buy()).toMatchObject({ status: 409, body: { payment_id, payment_status: 'paid' } });
});

test.each([
  ['/body/success_url', { ...pack, success_url: 'https://evil.example/paid' }],
  ['/body/success_url', { ...pack, success_url: 'https://app.example.evil.example/' }],
  ['/body/cancel_url', { ...pack, cancel_url: 'http://app.example/left' }],
  ['/body/pack_id', { pack_id: 'large' }],
  ['/body/plan_id', { plan_id: 'gold' }],
  ['/body/plan_id', { plan_id: 'gift' }],
  ['/body/plan_id', { plan_id: 'free' }],
  ['/body/pack_id', {}],
  ['/body/save_payment_method', { plan_id: 'plus', save_payment_method: false }],
  ['/body/save_payment_method', { plan_id: 'plus', provider: 'paymob', save_payment_method: true }],
  ['/body/billing_data', { ...pack, billing_data: { city: 'Cairo' } }],
  ['/body/billing_data', { plan_id: 'plus', billing_data: {} }],
])('FS3 %s is refused: %j', async (pointer, body) => {
  const { send, calls } = newApi();
  const answer = await send('POST', '/v1/checkout', { body });
  expect(answer).toMatchObject({ body: { errors: [{ pointer }] } });
  expect([400, 404, 409]).toContain(answer.status);
  expect(calls).toEqual([]);
});

test('FS3 a plan that is not for sale is there all the same, and why it is not is told', async () => {
  const { send } = newApi();
  const told = async (plan_id: string) => {
    const { status, body } = await send('POST', '/v1/checkout', { body: { plan_id } });
    return [status, body.detail];
  };
  expect(await told('gift')).toEqual([409, 'The plan "gift" is not for sale: it has no price.']);
  expect(await told('free')).toEqual([409, 'The plan "free" is not for sale: every user has it.']);
  expect(await told('gold')).toEqual([404, 'The app has no plan "gold".']);
});

test('FS3 the user comes back to the app’s own addresses; one that the app has not must be given', async () => {
  const { send, calls, app } = newApi();
  const { urls: _, ...bare } = app.definition;
  app.definition = bare;
  expect((await send('POST', '/v1/checkout', { body: pack })).body.errors).toEqual([
    { pointer: '/body/success_url', detail: expect.stringContaining('needed') },
  ]);
  const own = { success_url: 'https://app.example/ok?x=1', cancel_url: 'http://localhost:3000' };
  expect((await send('POST', '/v1/checkout', { body: { ...pack, ...own } })).status).toBe(201);
  expect(calls.at(-1)?.asked[0]).toMatchObject({
    successUrl: own.success_url,
    cancelUrl: 'http://localhost:3000/',
  });
});

test('SP6 a provider must be one of the app’s and set up', async () => {
  const { send, app } = newApi();
  const paymob = { ...pack, provider: 'paymob' };
  const { body } = await send('POST', '/v1/checkout', { body: { ...paymob, billing_data: { first_name: 'N' } } });
  expect(body).toMatchObject({ provider: 'paymob', payment_id: expect.stringMatching(/^pay_/) });
  expect((await send('POST', '/v1/checkout', { body: { ...paymob, save_payment_method: true } })).status).toBe(409);
  const { stripe } = app.providers;
  app.providers = stripe ? { stripe } : {};
  expect((await send('POST', '/v1/checkout', { body: paymob })).body.type).toMatch(/provider-unsupported$/);
  const { payment_providers: _, ...usual } = app.definition;
  app.definition = usual;
  expect((await send('POST', '/v1/checkout', { body: paymob })).status).toBe(409);
  expect((await send('POST', '/v1/checkout', { body: pack })).body.provider).toBe('stripe');
});

test('FS3 while the provider is down or refuses, the answer says so without its words', async () => {
  const { send, script } = newApi();
  const down = new ProviderFailure('unavailable', 'busy', { retryAfterSeconds: 9 });
  script.failing.set('openCheckout', down);
  const unavailable = await send('POST', '/v1/checkout', { body: pack });
  expect([unavailable.status, unavailable.retryAfter]).toEqual([503, '9']);
  script.failing.set('openCheckout', new ProviderFailure('refused', 'secret words'));
  const refused = await send('POST', '/v1/checkout', { body: pack });
  expect([refused.status, JSON.stringify(refused.body).includes('secret words')]).toEqual([502, false]);
});

test('FS7 a plan at Stripe has one page at a time; a repetition of the request meets the same one', async () => {
  const { send, calls, parts } = newApi();
  const plus = { plan_id: 'plus' };
  const first = await send('POST', '/v1/checkout', { body: plus, key: 'k' });
  expect(first.body).toMatchObject({ payment_id: null, provider: 'stripe', session_id: 'cs_1' });
  expect(calls.at(-1)?.asked[0]).toMatchObject({
    sale: { kind: 'plan', id: 'plus', amountMinor: 1_000, interval: 'month' },
    customer: 'cus_user-1',
  });
  expect(await send('POST', '/v1/checkout', { body: plus, key: 'k' })).toEqual(first);
  const opened = calls.length;
  for (const body of [{ plan_id: 'pro' }, pack, { ...plus, success_url: 'https://app.example/other' }])
    expect((await send('POST', '/v1/checkout', { body, key: 'k' })).body.type).toMatch(/idempotency-mismatch$/);
  expect(calls).toHaveLength(opened);
  const expiring = () => calls.filter(({ method }) => method === 'expireCheckout').map(({ asked }) => asked[0]);
  expect(expiring()).toEqual([]);
  expect((await send('POST', '/v1/checkout', { body: { plan_id: 'pro' } })).body.session_id).toBe('cs_2');
  expect(expiring()).toEqual(['cs_1']);
  const { state } = (await parts.subscriptions.load(subscriptionStream(owner))) ?? {};
  expect(state?.page).toMatchObject({ session: 'cs_2', plan: 'pro' });
});

test('FS7 of two requests at once one page stays open', async () => {
  const { send, calls, parts } = newApi();
  await send('POST', '/v1/checkout', { body: pack });
  const plans = ['basic', 'plus', 'pro'];
  const answers = await Promise.all(plans.map((plan_id) => send('POST', '/v1/checkout', { body: { plan_id } })));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  const closed = calls.filter(({ method }) => method === 'expireCheckout').map(({ asked }) => asked[0]);
  const { state } = (await parts.subscriptions.load(subscriptionStream(owner))) ?? {};
  const sessions = answers.map(({ body }) => body.session_id);
  expect(closed.toSorted()).toEqual(sessions.filter((session) => session !== state?.page?.session).toSorted());
});

test('FS7 whoever has a subscription, or a prepaid period, buys no other; a prepaid one is extended', async () => {
  const { send, parts } = newApi();
  const stream = subscriptionStream(owner);
  const at = new Date().toISOString();
  const prepaid = { paymentId: 'pay_1', provider: 'paymob', reference: '1', plan: 'plus', credits: 1 } as const;
  const paid = { ...prepaid, maxRollover: 0, kind: 'prepaid', from: at, interval: 'month' } as const;
  await parts.handleSubscription(stream, { type: 'RecordPeriodPaid', at, paid }, meta);
  const buy = (provider: string) => send('POST', '/v1/checkout', { body: { plan_id: 'plus', provider } });
  expect((await buy('stripe')).body.type).toMatch(/subscription-exists$/);
  const extended = await buy('paymob');
  expect(extended.body).toMatchObject({ payment_id: expect.stringMatching(/^pay_/), provider: 'paymob' });
  expect((await parts.payments.load(paymentStream(owner, extended.body.payment_id)))?.state).toMatchObject({
    purpose: 'plan',
    credits: 100,
    period: { interval: 'month', maxRollover: 50 },
  });
  const seen = { type: 'Observe', at, seen: 0, observed: anObserved({ status: 'unpaid' }) } as const;
  await parts.handleSubscription(stream, seen, meta);
  for (const provider of ['stripe', 'paymob']) expect((await buy(provider)).body.type).toMatch(/subscription-exists$/);
});

test('FS4 a pack is paid inside the app: the secret is told, kept nowhere, and told again', async () => {
  const { send, calls, events } = newApi();
  const saving = { ...pack, save_payment_method: true };
  const first = await send('POST', '/v1/payment-intents', { body: saving, key: 'k' });
  const { payment_id: id } = first.body;
  const secret = `pi_${id}_secret`;
  expect(first).toMatchObject({
    status: 201,
    body: { client_secret: secret, publishable_key: 'pk_test_1', amount_minor: 999, currency: 'USD' },
  });
  expect(calls[1]).toMatchObject({
    method: 'createPaymentIntent',
    asked: [{ paymentId: id, customer: 'cus_user-1', savesMethod: true, idempotencyKey: `${id}:intent:cus_user-1` }],
  });
  expect(await send('POST', '/v1/payment-intents', { body: saving, key: 'k' })).toEqual(first);
  expect((await send('POST', '/v1/payment-intents', { body: pack, key: 'k' })).status).toBe(422);
  expect(calls.map(({ method }) => method)).toEqual(['createCustomer', 'createPaymentIntent', 'readClientSecret']);
  expect(JSON.stringify(await events(id))).not.toContain('secret');
  expect((await send('POST', '/v1/payment-intents', { body: { pack_id: 'large' } })).status).toBe(404);
});

test('FS4 inside the app only Stripe is paid', async () => {
  const { send, app } = newApi();
  app.definition = { ...app.definition, payment_providers: ['paymob'] };
  expect((await send('POST', '/v1/payment-intents', { body: pack })).body.type).toMatch(/provider-unsupported$/);
});
