import { expect, test } from '@jest/globals';
import type { Observed } from '../domain/subscription-state.ts';
import { subscriptionStream } from '../domain/subscription-state.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { newApi } from '../test/api.ts';
import { meta, owner } from '../test/api-world.ts';
import { anObserved } from '../test/subscriptions.ts';

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** A user who pays for `plus`, at 10.00 a month, and is ten days into it. */
const subscribed = async (changes: Partial<Observed> = {}) => {
  const api = newApi();
  const { parts, script } = api;
  script.subscription = anObserved({ currentPeriodEnd: inDays(20), ...changes });
  const at = inDays(-10);
  const stream = subscriptionStream(owner);
  await parts.customers.keep(owner, 'cus_user-1');
  await parts.handleSubscription(stream, { type: 'Observe', at, seen: 0, observed: script.subscription }, meta);
  const paid = { paymentId: 'pay_1', provider: 'stripe', reference: 'sub_1', kind: 'period', plan: 'plus' } as const;
  const price = { amountMinor: 1_000, currency: 'USD', interval: 'month' } as const;
  const period = { ...paid, credits: 100, maxRollover: 50, price, from: at, until: inDays(20) };
  await parts.handleSubscription(stream, { type: 'RecordPeriodPaid', at, paid: period }, meta);
  const methods = () => api.calls.map(({ method }) => method);
  return { ...api, methods };
};

test('BM11 FS8 the subscription tells status, plan, price, customer and the period’s end', async () => {
  const { send, methods } = await subscribed();
  const { status, body } = await send('GET', '/v1/subscription');
  expect([status, body]).toEqual([
    200,
    expect.objectContaining({
      status: 'active',
      plan: 'plus',
      price: { amount_minor: 1_000, currency: 'USD', interval: 'month' },
      next_price: null,
      paid_until: expect.any(String),
      subscription_id: 'sub_1',
      customer_id: 'cus_user-1',
      cancel_at_period_end: false,
    }),
  ]);
  expect(methods()).toEqual([]);
  expect((await send('GET', '/v1/subscription', { user: 'user-2' })).body).toMatchObject({
    status: 'none',
    plan: null,
    customer_id: null,
  });
});

test('FS7 a dearer plan begins now, for what the provider says of the difference; what it says then is shown', async () => {
  const { send, calls, methods } = await subscribed();
  const proration = { amount_minor: 321, currency: 'USD', takes_effect: 'now' };
  const preview = await send('GET', '/v1/subscription/change-preview', { query: { plan_id: 'pro' } });
  expect(preview.body).toEqual({
    plan: 'pro',
    price: { amount_minor: 2_000, currency: 'USD', interval: 'month' },
    proration,
  });
  const changed = await send('POST', '/v1/subscription/change', { body: { plan_id: 'pro' }, key: 'k' });
  expect([changed.status, changed.body.proration]).toEqual([200, proration]);
  expect(changed.body.subscription).toMatchObject({
    price: { amount_minor: 1_000 },
    next_price: { amount_minor: 2_000 },
    next_plan: 'pro',
  });
  const sale = { kind: 'plan', id: 'pro', name: 'PRO', amountMinor: 2_000, currency: 'USD', interval: 'month' };
  expect(calls.find(({ method }) => method === 'changePlan')?.asked).toEqual([
    'sub_1',
    sale,
    { upgrade: true, idempotencyKey: expect.stringMatching(/^sub_/) },
  ]);
  expect(methods().at(-1)).toBe('readSubscription');
  const again = await send('POST', '/v1/subscription/change', { body: { plan_id: 'pro' }, key: 'k' });
  expect(again.body.type).toMatch(/plan-same$/);
});

test('FS7 a cheaper plan waits for the end of the period and costs nothing now', async () => {
  const { send, calls } = await subscribed();
  const proration = { amount_minor: 0, currency: 'USD', takes_effect: 'period_end' };
  const query = { plan_id: 'basic' };
  expect((await send('GET', '/v1/subscription/change-preview', { query })).body.proration).toEqual(proration);
  const { body } = await send('POST', '/v1/subscription/change', { body: query });
  expect(body).toMatchObject({ subscription: { plan: 'plus', next_plan: 'basic' }, proration });
  expect(calls.find(({ method }) => method === 'changePlan')?.asked[2]).toMatchObject({ upgrade: false });
  const back = await send('POST', '/v1/subscription/change', { body: { plan_id: 'plus' } });
  expect(back.body).toMatchObject({ subscription: { plan: 'plus', next_plan: null }, proration });
});

test.each([
  ['plan-unknown', 404, 'gold', {}],
  ['plan-not-sold', 409, 'gift', {}],
  ['plan-same', 409, 'plus', {}],
  ['subscription-unchangeable', 409, 'cairo', {}],
  ['subscription-unchangeable', 409, 'pro', { status: 'past_due' as const }],
  ['subscription-none', 409, 'pro', { status: 'canceled' as const }],
])('FS7 %s (%i): a change to %s of %j', async (problem, status, plan_id, changes) => {
  const { send, methods } = await subscribed(changes);
  const answer = await send('POST', '/v1/subscription/change', { body: { plan_id } });
  expect([answer.status, answer.body.type]).toEqual([status, `urn:tessera:problem:${problem}`]);
  expect(answer.body.detail !== undefined || problem === 'subscription-none').toBe(true);
  expect(methods()).toEqual([]);
});

test('FS8 a subscription ends with its period, goes on again, or ends now', async () => {
  const { send, calls } = await subscribed();
  const ending = await send('POST', '/v1/subscription/cancel', { body: { when: 'period_end' } });
  expect(ending).toMatchObject({ status: 200, body: { status: 'active', plan: 'plus', cancel_at_period_end: true } });
  expect((await send('POST', '/v1/subscription/change', { body: { plan_id: 'pro' } })).status).toBe(409);
  const resumed = await send('POST', '/v1/subscription/resume');
  expect(resumed).toMatchObject({ status: 200, body: { cancel_at_period_end: false } });
  const ended = await send('POST', '/v1/subscription/cancel', { body: { when: 'now' } });
  expect(ended).toMatchObject({ status: 200, body: { status: 'canceled', plan: null } });
  expect(calls.filter(({ method }) => method === 'cancel').map(({ asked }) => asked)).toEqual([
    ['sub_1', 'period-end'],
    ['sub_1', 'now'],
  ]);
  for (const path of ['cancel', 'resume']) {
    const answer = await send('POST', `/v1/subscription/${path}`, path === 'cancel' ? { body: { when: 'now' } } : {});
    expect(answer.body.type).toMatch(/subscription-none$/);
  }
});

test('FS8 a prepaid period ends by itself', async () => {
  const { send, parts } = newApi();
  const at = new Date().toISOString();
  const facts = { paymentId: 'pay_1', provider: 'paymob', reference: '1', plan: 'plus', credits: 1 } as const;
  const paid = { ...facts, maxRollover: 0, kind: 'prepaid', from: at, interval: 'month' } as const;
  await parts.handleSubscription(subscriptionStream(owner), { type: 'RecordPeriodPaid', at, paid }, meta);
  expect((await send('GET', '/v1/subscription')).body).toMatchObject({ status: 'active', prepaid: true });
  const cancelled = await send('POST', '/v1/subscription/cancel', { body: { when: 'now' } });
  expect(cancelled.body.type).toMatch(/subscription-unchangeable$/);
  const changed = await send('POST', '/v1/subscription/change', { body: { plan_id: 'pro' } });
  expect(changed.body.type).toMatch(/subscription-unchangeable$/);
});

test('FS8 while Stripe is down nothing is said to have changed', async () => {
  const { send, script } = await subscribed();
  script.failing.set('cancel', new ProviderFailure('unavailable', 'down'));
  const answer = await send('POST', '/v1/subscription/cancel', { body: { when: 'now' } });
  expect([answer.status, answer.retryAfter]).toEqual([503, '5']);
  expect((await send('GET', '/v1/subscription')).body).toMatchObject({ status: 'active' });
});

test('FS8 without Stripe’s keys a subscription there is out of reach', async () => {
  const { send, app } = await subscribed();
  app.providers = {};
  const cancelled = await send('POST', '/v1/subscription/cancel', { body: { when: 'now' } });
  const changed = await send('POST', '/v1/subscription/change', { body: { plan_id: 'pro' } });
  const opened = await send('POST', '/v1/billing-portal', { body: {} });
  for (const answer of [cancelled, changed, opened]) expect(answer.body.type).toMatch(/provider-unsupported$/);
});

test('BM12 the portal is opened for whoever has paid once, and leads back to the app', async () => {
  const { send, calls, app } = await subscribed();
  const opened = await send('POST', '/v1/billing-portal', { body: {} });
  expect([opened.status, opened.body]).toEqual([201, { url: 'https://portal.example/cus_user-1' }]);
  expect(calls.at(-1)?.asked).toEqual(['cus_user-1', 'https://app.example/billing']);
  const elsewhere = await send('POST', '/v1/billing-portal', { body: { return_url: 'https://evil.example/' } });
  expect(elsewhere.body.errors).toEqual([expect.objectContaining({ pointer: '/body/return_url' })]);
  const nobody = await send('POST', '/v1/billing-portal', { body: {}, user: 'user-2' });
  expect(nobody.body.type).toMatch(/customer-none$/);
  app.definition = { ...app.definition, payment_providers: ['paymob'] };
  const elsewherePaid = await send('POST', '/v1/billing-portal', { body: {}, user: 'user-2' });
  expect(elsewherePaid.body.type).toMatch(/provider-unsupported$/);
  expect((await send('POST', '/v1/billing-portal', { body: {} })).status).toBe(201);
});
