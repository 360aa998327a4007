import { expect, test } from '@jest/globals';
import { derivedUuid } from '#shared/ids.ts';
import type { PaymentCommand } from '../domain/payment-commands.ts';
import { paymentStream } from '../domain/payment-state.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { newApi } from '../test/api.ts';
import { meta, owner } from '../test/api-world.ts';

const at = new Date().toISOString();
const money = { reference: 'pi_1', amountMinor: 999, currency: 'USD' };

const withPayment = async (provider: 'stripe' | 'paymob' = 'stripe') => {
  const api = newApi();
  const { body } = await api.send('POST', '/v1/checkout', { body: { pack_id: 'small', provider } });
  const id: string = body.payment_id;
  const tell = (command: PaymentCommand) => api.parts.handlePayment(paymentStream(owner, id), command, meta);
  const capture = (receiptUrl?: string) =>
    tell({ type: 'RecordCapture', at, ...money, ...(receiptUrl === undefined ? {} : { receiptUrl }) });
  const refunds = () => api.calls.filter(({ method }) => method === 'refund').map(({ asked }) => asked);
  return { ...api, id, tell, capture, refunds };
};

const problem = (answer: { body: { type?: string } }) => answer.body.type?.replace('urn:tessera:problem:', '');

test('SP6 a user’s payments are listed newest first, page by page, each as it stands', async () => {
  const { send, id, capture } = await withPayment();
  await capture();
  const second = (await send('POST', '/v1/checkout', { body: { pack_id: 'small' } })).body;
  await send('POST', '/v1/checkout', { body: { pack_id: 'small' }, user: 'user-2' });
  const first = await send('GET', '/v1/payments', { query: { limit: '1' } });
  expect(first.body.data).toMatchObject([
    { id: second.payment_id, status: 'requested', action_url: second.checkout_url, paid_at: null },
  ]);
  const rest = await send('GET', '/v1/payments', { query: { cursor: first.body.next_cursor } });
  expect(rest.body).toEqual({
    data: [
      {
        id,
        status: 'paid',
        provider: 'stripe',
        purpose: 'pack',
        item: { id: 'small', name: 'Small' },
        amount_minor: 999,
        currency: 'USD',
        credits: 120,
        refunded_minor: 0,
        automatic: false,
        failure: null,
        action_url: null,
        created_at: expect.any(String),
        paid_at: at,
      },
    ],
    next_cursor: null,
  });
  expect((await send('GET', `/v1/payments/${id}`)).body).toEqual(rest.body.data[0]);
});

test('I8 another user’s payment, or another app’s, is none', async () => {
  const { send, id } = await withPayment();
  for (const as of [{ user: 'user-2' }, { app: 'other-app' }]) {
    expect(problem(await send('GET', `/v1/payments/${id}`, as))).toBe('payment-unknown');
    expect(problem(await send('GET', `/v1/payments/${id}/receipt`, as))).toBe('payment-unknown');
  }
  const admin = { app: 'other-app', key: 'k', body: { reason: 'r' } };
  for (const path of ['', '/callbacks']) {
    const answer = await send('GET', `/v1/admin/payments/${id}${path}`, { app: 'other-app' });
    expect(problem(answer)).toBe('payment-unknown');
  }
  for (const path of ['refunds', 'void'])
    expect(problem(await send('POST', `/v1/admin/payments/${id}/${path}`, admin))).toBe('payment-unknown');
  expect((await send('GET', '/v1/admin/payments', { app: 'other-app' })).body.data).toEqual([]);
});

test('SP6 a receipt is the one that came with the capture, or Stripe’s when it is asked, or none', async () => {
  const { send, id, capture, script, calls } = await withPayment();
  const receipt = () => send('GET', `/v1/payments/${id}/receipt`);
  expect(problem(await receipt())).toBe('receipt-none');
  await capture();
  expect(problem(await receipt())).toBe('receipt-none');
  script.receiptUrl = 'https://stripe.example/r';
  expect((await receipt()).body).toEqual({ url: 'https://stripe.example/r' });
  expect(calls.at(-1)).toEqual({ method: 'readPayment', asked: ['pi_1'] });
  script.failing.set('readPayment', new ProviderFailure('unknown-there', 'gone'));
  expect(problem(await receipt())).toBe('receipt-none');
  script.failing.set('readPayment', new ProviderFailure('unavailable', 'down'));
  expect((await receipt()).status).toBe(503);
  const other = await withPayment('paymob');
  await other.capture();
  expect(problem(await other.send('GET', `/v1/payments/${other.id}/receipt`))).toBe('receipt-none');
  const told = await withPayment();
  await told.capture('https://told.example/r');
  expect((await told.send('GET', `/v1/payments/${told.id}/receipt`)).body.url).toBe('https://told.example/r');
});

test('PP8 admins see the app’s payments, or one user’s, with whose they are and the provider’s reference', async () => {
  const { send, id, capture } = await withPayment();
  await send('POST', '/v1/checkout', { body: { pack_id: 'small' }, user: 'user-2' });
  await capture();
  const all = await send('GET', '/v1/admin/payments');
  expect(all.body.data.map(({ user }: { user: string }) => user).toSorted()).toEqual(['user-1', 'user-2']);
  const ofOne = await send('GET', '/v1/admin/payments', { query: { user: 'user-1' } });
  expect(ofOne.body.data).toMatchObject([{ id, user: 'user-1', provider_reference: 'pi_1' }]);
  expect((await send('GET', `/v1/admin/payments/${id}`)).body).toEqual(ofOne.body.data[0]);
  const usersOf = async (query: Record<string, string>) => {
    const { body } = await send('GET', '/v1/admin/payments', { query });
    return body.data.map(({ user }: { user: string }) => user);
  };
  expect(await usersOf({ status: 'paid' })).toEqual(['user-1']);
  expect(await usersOf({ status: 'requested' })).toEqual(['user-2']);
  expect(await usersOf({ status: 'paid', user: 'user-2' })).toEqual([]);
  const unknown = await send('GET', '/v1/admin/payments', { query: { status: 'lost' } });
  expect(unknown.body.errors).toMatchObject([{ pointer: '/query/status' }]);
});

test('PP8 an admin gives money back, no more than is left, and once by the key at Stripe', async () => {
  const { send, id, capture, tell, refunds } = await withPayment();
  const refund = (body: object, key = 'k') => send('POST', `/v1/admin/payments/${id}/refunds`, { body, key });
  const reason = 'unhappy';
  expect(problem(await refund({ reason }))).toBe('refund-exceeds');
  await capture();
  expect(problem(await refund({ reason, amount_minor: 1_000 }))).toBe('refund-exceeds');
  const half = await refund({ reason, amount_minor: 300 });
  expect([half.status, half.body.status]).toEqual([202, 'paid']);
  await refund({ reason, amount_minor: 300 });
  const [first, second] = refunds();
  expect(first).toEqual(['pi_1', { amountMinor: 300, idempotencyKey: expect.any(String), voids: false }]);
  expect(second).toEqual(first);
  await tell({ type: 'RecordRefund', at, refunded: { totalMinor: 300 } });
  await refund({ reason }, 'other'.repeat(50));
  const [, rest] = refunds().at(-1) as [string, { amountMinor: number; idempotencyKey: string }];
  expect(rest.amountMinor).toBe(699);
  expect(rest.idempotencyKey.length).toBeLessThan(255);
  await tell({ type: 'RecordRefund', at, refunded: { totalMinor: 999 } });
  expect(problem(await refund({ reason }, 'k3'))).toBe('refund-exceeds');
  expect((await send('POST', `/v1/admin/payments/${id}/refunds`, { body: { reason } })).status).toBe(400);
});

test('SP13 PP8 at Paymob, which would give twice, a key gives money back once, also where the answer was lost', async () => {
  const { send, id, capture, tell, refunds, script } = await withPayment('paymob');
  const refund = (body: object, key = 'k') => send('POST', `/v1/admin/payments/${id}/refunds`, { body, key });
  await capture();
  for (const _again of [1, 2]) expect((await refund({ reason: 'r', amount_minor: 300 })).status).toBe(202);
  expect(refunds()).toHaveLength(1);
  expect(problem(await refund({ reason: 'r', amount_minor: 301 }))).toBe('idempotency-mismatch');
  await tell({ type: 'RecordRefund', at, refunded: { refund: '901', amountMinor: 300 } });
  script.failing.set('refund', new ProviderFailure('unavailable', 'no answer'));
  expect((await refund({ reason: 'r' }, 'rest')).status).toBe(503);
  script.failing.clear();
  expect((await refund({ reason: 'r' }, 'rest')).status).toBe(202);
  expect(refunds()).toHaveLength(2);
  await tell({ type: 'RecordRefund', at, refunded: { refund: '902', amountMinor: 699 } });
  expect((await refund({ reason: 'r' }, 'rest')).body.status).toBe('refunded');
  expect(refunds()).toHaveLength(2);
});

test('PP8 Stripe is asked again by the key while it knows it: a lost answer does not lose the refund', async () => {
  const { id, capture, tell, refunds, send } = await withPayment();
  await capture();
  const refund = (key: string) => send('POST', `/v1/admin/payments/${id}/refunds`, { body: { reason: 'r' }, key });
  for (const _again of [1, 2]) expect((await refund('k')).status).toBe(202);
  expect(refunds()).toHaveLength(2);
  const yesterday = new Date(Date.now() - 21 * 3_600_000).toISOString();
  await tell({ type: 'AskRefund', at: yesterday, key: derivedUuid('old'), amountMinor: 999 });
  expect((await refund('old')).status).toBe(202);
  expect(refunds()).toHaveLength(2);
});

test('PP8 what the provider refuses to give back is said to be refused, and may be asked for again', async () => {
  const { send, id, capture, script, app, refunds, events } = await withPayment();
  await capture();
  script.failing.set('refund', new ProviderFailure('refused', 'disputed'));
  const refund = () => send('POST', `/v1/admin/payments/${id}/refunds`, { body: { reason: 'r' }, key: 'k' });
  for (const _again of [1, 2]) expect(problem(await refund())).toBe('provider-refused');
  expect(refunds()).toHaveLength(2);
  expect((await events(id)).at(-1)).toMatchObject({ type: 'RefundRefused' });
  app.providers = {};
  expect(problem(await refund())).toBe('provider-unsupported');
});

test('SP13 a payment at Paymob is voided whole, before any of it went back; one at Stripe is not', async () => {
  const { send, id, capture, tell, refunds } = await withPayment('paymob');
  const stop = () => send('POST', `/v1/admin/payments/${id}/void`, { body: { reason: 'r' } });
  expect(problem(await stop())).toBe('payment-unvoidable');
  await capture();
  expect((await stop()).status).toBe(202);
  expect(refunds()).toEqual([['pi_1', { amountMinor: 999, idempotencyKey: `${id}:void`, voids: true }]]);
  await tell({ type: 'RecordRefund', at, refunded: { refund: 'r1', amountMinor: 1 } });
  expect(problem(await stop())).toBe('payment-unvoidable');
  const stripe = await withPayment();
  await stripe.capture();
  const answer = await stripe.send('POST', `/v1/admin/payments/${stripe.id}/void`, { body: { reason: 'r' } });
  expect(problem(answer)).toBe('provider-unsupported');
});

test('SP6 admins read the provider’s callbacks: all, by outcome, of a payment, and one as it came', async () => {
  const { send, id, records } = await withPayment();
  const record = { app: owner.app, provider: 'stripe', type: 't', receivedAt: at } as const;
  records.push(
    { ...record, id: 'stripe:evt_1', outcome: 'handled', paymentId: id, user: owner.user },
    { ...record, id: 'stripe:evt_gone', outcome: 'unmatched' },
    { ...record, id: 'stripe:evt_2', outcome: 'handled', app: 'other-app' },
  );
  const view = {
    id: 'stripe:evt_1',
    provider: 'stripe',
    type: 't',
    outcome: 'handled',
    payment_id: id,
    received_at: at,
  };
  const all = await send('GET', '/v1/admin/callbacks');
  expect(all.body).toMatchObject({ data: [view, { id: 'stripe:evt_gone', payment_id: null }], next_cursor: 'further' });
  const unmatched = await send('GET', '/v1/admin/callbacks', { query: { outcome: 'unmatched' } });
  expect(unmatched.body.data).toHaveLength(1);
  const ofPayment = await send('GET', `/v1/admin/payments/${id}/callbacks`);
  expect(ofPayment.body).toEqual({ data: [view], next_cursor: null });
  const one = await send('GET', '/v1/admin/callbacks/stripe:evt_1');
  expect(one.body).toEqual({ ...view, raw: '{"of":"stripe:evt_1"}' });
  expect((await send('GET', '/v1/admin/callbacks/stripe:evt_gone')).body.raw).toBeNull();
  expect(problem(await send('GET', '/v1/admin/callbacks/stripe:evt_2'))).toBe('callback-unknown');
});
