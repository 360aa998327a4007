import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Transaction } from './paymob/account.ts';
import { hmacOf } from './paymob/hmac.ts';
import { app, otherApp, type PaymentsWorld, startWorld } from './testing/world.ts';

let world: PaymentsWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const acts = () => world.payments.paymob(app);
const call = async (path: string, body: object, key = acts().secretKey) => {
  const response = await fetch(`${world.payments.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Token ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const intention = (more: object = {}) => ({
  amount: 10_000,
  currency: 'EGP',
  payment_methods: [...acts().integrationIds],
  items: [{ name: '100 credits', amount: 10_000, description: 'a pack', quantity: 1 }],
  billing_data: { first_name: 'Mona', last_name: 'NA', phone_number: 'NA', email: 'me@example.com' },
  redirection_url: 'https://app.example/done?from=paymob',
  ...more,
});
const order = async (more: object = {}) => {
  const { status, body } = await call('/v1/intention/', intention(more));
  expect(status).toBe(201);
  return body as { id: string; client_secret: string; intention_order_id: number };
};
/** What came, whose HMAC is checked the way the documentation spells it out. */
const callbacks = async () => {
  await world.payments.drain();
  return world.receiver.received.map(({ body, query, path }) => {
    const { type, obj } = JSON.parse(body) as { type: string; obj: Transaction };
    const { source_data: source } = obj;
    const signed = `${obj.amount_cents}${obj.created_at}${obj.currency}${obj.error_occured}${obj.has_parent_transaction}${obj.id}${obj.integration_id}${obj.is_3d_secure}${obj.is_auth}${obj.is_capture}${obj.is_refunded}${obj.is_standalone_payment}${obj.is_voided}${obj.order.id}${obj.owner}${obj.pending}${source.pan}${source.sub_type}${source.type}${obj.success}`;
    expect(query.get('hmac')).toBe(createHmac('sha512', acts().hmacSecret).update(signed).digest('hex'));
    expect([type, path]).toEqual(['TRANSACTION', `/webhooks/paymob/${app}`]);
    return obj;
  });
};

describe('an order at the stand-in for Paymob', () => {
  test('is paid on its page: a signed callback, and the buyer goes back with the same facts', async () => {
    const { intention_order_id: id, client_secret: clientSecret } = await order({ special_reference: 'pay_1' });
    const page = `${world.payments.url}/unifiedcheckout/?${new URLSearchParams({ publicKey: acts().publicKey, clientSecret })}`;
    expect(await (await fetch(page)).text()).toContain('EGP 100.00');
    const { status, headers } = await fetch(page, {
      method: 'POST',
      body: new URLSearchParams({ how: 'pay' }),
      redirect: 'manual',
    });
    const [callback] = await callbacks();
    expect(callback).toMatchObject({ success: true, pending: false, amount_cents: 10_000, order: { id } });
    const next = new URL(headers.get('location') ?? '');
    expect([status, next.origin, next.searchParams.get('from')]).toEqual([303, 'https://app.example', 'paymob']);
    expect(Object.fromEntries(next.searchParams)).toMatchObject({
      success: 'true',
      order: String(id),
      merchant_order_id: 'pay_1',
      hmac: callback && hmacOf(callback, acts().hmacSecret),
    });
    expect(() => acts().pay(id, 'pay')).toThrow('paid already');
  });

  test('may fail, be pending, and succeed at last', async () => {
    const { intention_order_id: id } = await order();
    acts().pay(id, 'fail');
    await world.payments.drain();
    acts().pay(id, 'pending-then-pay');
    const told = (await callbacks()).map(({ success, pending }) => [success, pending]);
    expect(told).toEqual([
      [false, false],
      [false, true],
      [true, false],
    ]);
    const [, second, third] = await callbacks();
    expect(third?.id).toBe(second?.id);
  });

  test('calls back where the intention says', async () => {
    const { intention_order_id: id } = await order({ notification_url: `${world.receiver.url}/elsewhere?a=1` });
    acts().pay(id, 'pay');
    await world.payments.drain();
    const [{ path, query } = { path: '', query: new URLSearchParams() }] = world.receiver.received;
    expect([path, query.get('a'), query.has('hmac')]).toEqual(['/elsewhere', '1', true]);
  });

  test('is refused when its items do not add up, its reference was used, its key or integration is another’s', async () => {
    expect(await call('/v1/intention/', intention({ amount: 9_999 }))).toMatchObject({ status: 400 });
    expect(await call('/v1/intention/', intention({ payment_methods: [1] }))).toMatchObject({ status: 404 });
    expect(await call('/v1/intention/', { amount: 1 })).toMatchObject({ status: 400 });
    await order({ special_reference: 'pay_1' });
    expect(await call('/v1/intention/', intention({ special_reference: 'pay_1' }))).toMatchObject({ status: 400 });
    expect(await call('/v1/intention/', intention(), 'egy_sk_test_wrong')).toMatchObject({ status: 401 });
    const { secretKey } = world.payments.paymob(otherApp);
    expect(await call('/v1/intention/', intention(), secretKey)).toMatchObject({ status: 404 });
  });
});

describe('money that goes back at Paymob', () => {
  const paid = async () => {
    const { intention_order_id: id } = await order();
    return acts().pay(id, 'pay').id;
  };
  const back = '/api/acceptance/void_refund';

  test('refunds are transactions of their own, up to what was paid', async () => {
    const id = await paid();
    const { status, body } = await call(`${back}/refund`, { transaction_id: id, amount_cents: 2_500 });
    expect([status, body.has_parent_transaction, body.amount_cents]).toEqual([201, true, 2_500]);
    expect(await call(`${back}/refund`, { transaction_id: id, amount_cents: 7_501 })).toMatchObject({ status: 400 });
    acts().refund(id);
    const told = (await callbacks()).slice(-4);
    expect(
      told.map((child) => [child.id === id, child.parent_transaction, child.is_refund, child.is_refunded]),
    ).toEqual(
      expect.arrayContaining([
        [false, id, true, false],
        [true, null, false, true],
      ]),
    );
    expect(told.find((parent) => parent.id === id && parent.refunded_amount_cents === 10_000)).toBeDefined();
  });

  test('a payment is voided on its day only, and only whole', async () => {
    const [today, yesterday] = [await paid(), await paid()];
    expect(await call(`${back}/void`, { transaction_id: today })).toMatchObject({
      status: 201,
      body: { is_void: true },
    });
    world.clock.now = new Date(world.clock.now.getTime() + 86_400_000);
    expect(await call(`${back}/void`, { transaction_id: yesterday })).toMatchObject({ status: 400 });
    expect((await callbacks()).filter(({ is_voided }) => is_voided)).toHaveLength(1);
  });
});
