import { afterAll, expect, test } from '@jest/globals';
import { type CheckoutRequest, ProviderFailure } from '../provider.ts';
import { startScriptedServer } from '../testing/scripted-server.ts';
import { paymobApi } from './paymob-api.ts';
import { signedCallback } from './testing/signed-callback.ts';

const server = await startScriptedServer();
afterAll(() => server.close());

const setup = {
  secret_key: 'egy_sk_test_1',
  public_key: 'egy_pk_test_1',
  hmac_secrets: ['hmac-1'],
  integration_ids: [4097558, 4097559],
  base_url: server.url,
};
const paymob = paymobApi({ app: 'sparky', setup, now: () => Date.parse('2026-11-21T12:00:00Z') });

const checkout: CheckoutRequest = {
  buyer: { owner: { app: 'sparky', user: 'u-1' }, email: 'dana@example.com' },
  sale: { kind: 'pack', id: 'starter', name: '100 credits', amountMinor: 4_900, currency: 'EGP' },
  paymentId: 'pay_1',
  successUrl: 'https://sparky.example/paid',
  cancelUrl: 'https://sparky.example/shop',
  idempotencyKey: 'pay_1:checkout',
  billingData: { first_name: 'Dana', phone_number: '+201001234567' },
  notificationUrl: 'https://api.example.com/webhooks/paymob/sparky',
};
const made = { id: 'pi_test_1', client_secret: 'egy_csk_test_1&x', intention_order_id: 217503754, status: 'intended' };

const failureOf = async (call: Promise<unknown>): Promise<ProviderFailure> => {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof ProviderFailure) return failure;
  throw new Error(`no failure of the provider: ${failure}`);
};
const sent = () => server.received.map(({ body }): unknown => JSON.parse(body));

test('PP8 an intention asks for the price of the catalog, with items that add up to it', async () => {
  server.answer({ status: 201, body: made });
  await paymob.openCheckout(checkout);
  expect(server.received[0]).toMatchObject({
    method: 'POST',
    path: '/v1/intention/',
    headers: { authorization: 'Token egy_sk_test_1', 'content-type': 'application/json' },
  });
  expect(sent()).toEqual([
    {
      amount: 4_900,
      currency: 'EGP',
      payment_methods: [4097558, 4097559],
      items: [{ name: '100 credits', amount: 4_900, description: 'pack starter', quantity: 1 }],
      billing_data: {
        first_name: 'Dana',
        last_name: 'NA',
        phone_number: '+201001234567',
        email: 'dana@example.com',
        country: 'NA',
        city: 'NA',
        state: 'NA',
        street: 'NA',
        building: 'NA',
        floor: 'NA',
        apartment: 'NA',
      },
      special_reference: expect.stringMatching(/^pay_1-[0-9a-f]{8}$/),
      notification_url: 'https://api.example.com/webhooks/paymob/sparky',
      redirection_url: 'https://sparky.example/paid',
      expiration: 3_600,
    },
  ]);
});

test('SP13 the page is Paymob’s, and its order is what callbacks name the payment by', async () => {
  server.answer({ status: 201, body: made });
  const page = await paymob.openCheckout(checkout);
  expect(page).toEqual({
    session: 'pi_test_1',
    url: `${server.url}/unifiedcheckout/?publicKey=egy_pk_test_1&clientSecret=egy_csk_test_1%26x`,
    expiresAt: '2026-11-21T13:00:00.000Z',
    aliases: ['order-217503754'],
  });
  expect(paymob.readCallback(signedCallback({}, 'hmac-1'))).toMatchObject({
    callback: { facts: [{ kind: 'captured', payment: { by: 'reference', reference: page.aliases[0] } }] },
  });
});

test('PP8 an order’s number that is sent as text is the same order', async () => {
  server.answer({ status: 201, body: { ...made, intention_order_id: '217503754' } });
  expect((await paymob.openCheckout(checkout)).aliases).toEqual(['order-217503754']);
});

test('SP6 a page that is asked for again after the answer was lost is a new order of the same payment', async () => {
  server.answer('drop', { status: 201, body: made });
  await expect(paymob.openCheckout(checkout)).resolves.toMatchObject({ session: 'pi_test_1' });
  await paymob.openCheckout(checkout);
  const references = server.received.map(({ body }) => /"special_reference":"(pay_1-[0-9a-f]+)"/.exec(body)?.[1]);
  expect(references).toHaveLength(3);
  expect(references).not.toContain(undefined);
  expect(references[2]).not.toBe(references[1]);
});

test.each([
  ['down', 'drop', 'unavailable'],
  ['busy', { status: 429, headers: { 'retry-after': '9' } }, 'unavailable'],
  ['broken', { status: 500 }, 'unavailable'],
  ['not understood', { body: { id: 'pi_test_1' } }, 'unavailable'],
  ['without the integration', { status: 404, body: { detail: 'Integration ID does not exist' } }, 'refused'],
  ['unwilling', { status: 400, body: { special_reference: ['duplicate'] } }, 'refused'],
] as const)('SP6 a page cannot be had from a provider that is %s', async (_, answer, kind) => {
  server.answer(answer);
  const failure = await failureOf(paymob.openCheckout(checkout));
  expect(failure.kind).toBe(kind);
  expect(failure.message).toMatch(/^Paymob for sparky/);
});

test('SP6 a silent provider is not waited for long', async () => {
  server.answer('silence');
  const hasty = paymobApi({ app: 'sparky', setup, timeoutMs: 50 });
  expect((await failureOf(hasty.openCheckout(checkout))).kind).toBe('unavailable');
});

test('PP8 money goes back on the transaction: a part of it, or by a void all of it', async () => {
  server.answer({ body: { type: 'TRANSACTION', obj: { id: 78, success: 'true', pending: 'false' } } });
  await paymob.refund('192036465', { amountMinor: 1_000, idempotencyKey: 'k', voids: false });
  await paymob.refund('192036465', { amountMinor: 4_900, idempotencyKey: 'k', voids: true });
  expect(server.received.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ['/api/acceptance/void_refund/refund', 'Token egy_sk_test_1'],
    ['/api/acceptance/void_refund/void', 'Token egy_sk_test_1'],
  ]);
  expect(sent()).toEqual([{ transaction_id: 192036465, amount_cents: 1_000 }, { transaction_id: 192036465 }]);
});

test.each([
  ['drop', 'unavailable'],
  [{ status: 429 }, 'unavailable'],
  [{ status: 500 }, 'unavailable'],
  [{ status: 404 }, 'unknown-there'],
  [{ status: 400, body: { message: 'more than was paid' } }, 'refused'],
  [{ body: { id: 78, success: false, pending: false } }, 'refused'],
] as const)('SP6 money that may have gone back is never asked for again: %j', async (answer, kind) => {
  for (const voids of [false, true]) {
    server.answer(answer);
    const failure = await failureOf(paymob.refund('192036465', { amountMinor: 1, idempotencyKey: 'k', voids }));
    expect(failure.kind).toBe(kind);
    expect(server.received).toHaveLength(1);
  }
});

test('SP6 a refund that is pending is under way', async () => {
  server.answer({ body: { id: 78, success: false, pending: true } });
  await expect(paymob.refund('1', { amountMinor: 1, idempotencyKey: 'k', voids: false })).resolves.toBeUndefined();
});

test('PP8 what is no transaction’s number is not asked for', async () => {
  server.answer({ body: {} });
  const failure = await failureOf(paymob.refund('pi_1', { amountMinor: 1, idempotencyKey: 'k', voids: false }));
  expect(failure.kind).toBe('unknown-there');
  expect(server.received).toEqual([]);
});
