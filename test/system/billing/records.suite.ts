/** What is kept of payments, and who may see it: their user, the app's admins with what the provider sent, and nobody else. */
import { beforeAll, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { buyPack, type Callback, openPage, type Payment, withKey } from './buying.ts';

const app = 'sandbox-lab';

let stack: Stack;
let user: User;
let bought: { readonly payment: string; readonly session: string };
let open = '';
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp(app);
  bought = await buyPack(stack, user, 'pack-300');
  open = (await openPage(user, { pack_id: 'pack-100' })).payment_id;
  await stack.account.drain();
}, 60_000);

const newAdmin = async (of: User['app']): Promise<User> => {
  const admin = await stack.signUp(of);
  await stack.makeAdmin(admin);
  return admin;
};

interface Page<Item> {
  readonly data: readonly Item[];
}

test('SP6 PP8 a user sees their own payments and receipts', async () => {
  const { body } = await user.api.get<Page<Payment>>('/v1/payments');
  expect(body.data).toMatchObject([
    { id: open, status: 'requested', item: { id: 'pack-100' }, action_url: expect.stringContaining('http') },
    { id: bought.payment, status: 'paid', amount_minor: 2_500, currency: 'USD', credits: 330, action_url: null },
  ]);
  const receipt = await user.api.get(`/v1/payments/${bought.payment}/receipt`);
  expect(receipt).toMatchObject({ status: 200, body: { url: expect.stringContaining('http') } });
  expect((await user.api.get(`/v1/payments/${open}/receipt`)).status).toBe(404);
});

test('SP6 FS8 an admin of the app sees whose they are, and every callback as it came', async () => {
  const { api } = await newAdmin(app);
  const { body } = await api.get<Page<Payment>>(`/v1/admin/payments?user=${user.id}`);
  expect(body.data).toMatchObject([
    { id: open, user: user.id, provider_reference: null },
    { id: bought.payment, user: user.id, provider_reference: expect.stringMatching(/^pi_/) },
  ]);
  const { body: callbacks } = await api.get<Page<Callback>>(`/v1/admin/payments/${bought.payment}/callbacks`);
  expect(callbacks.data.map(({ type, outcome }) => `${type} ${outcome}`).toSorted()).toEqual([
    'checkout.session.completed handled',
    'payment_intent.succeeded handled',
  ]);
  for (const { id } of callbacks.data) {
    const { raw } = (await api.get<Callback>(`/v1/admin/callbacks/${id}`)).body;
    expect(raw).toBe(stack.payments.deliveries.all.find((sent) => id === `stripe:${sent.id}`)?.body);
  }
});

test('I8 X1 another user, another app’s user and another app’s admin find none of it', async () => {
  const [other, elsewhere, admin] = [await stack.signUp(app), await stack.signUp('sparky'), await newAdmin('sparky')];
  for (const { api } of [other, elsewhere]) {
    expect((await api.get(`/v1/payments/${bought.payment}`)).status).toBe(404);
    expect((await api.get(`/v1/payments/${bought.payment}/receipt`)).status).toBe(404);
    expect((await api.get<Page<Payment>>('/v1/payments')).body.data).toEqual([]);
  }
  const told = stack.payments.deliveries.all.find(({ body }) => body.includes(bought.payment));
  for (const path of [
    `payments/${bought.payment}`,
    `payments/${bought.payment}/callbacks`,
    `callbacks/stripe:${told?.id}`,
  ])
    expect([path, (await admin.api.get(`/v1/admin/${path}`)).status]).toEqual([path, 404]);
  const refund = await admin.api.post(`/v1/admin/payments/${bought.payment}/refunds`, { reason: 'x' }, withKey('x'));
  expect(refund.status).toBe(404);
  expect((await admin.api.get<Page<Payment>>(`/v1/admin/payments?user=${user.id}`)).body.data).toEqual([]);
});

test('I8 no key, no secret of a callback and no payment page is in a log', () => {
  const logs = stack.account.logs.all.map(({ line }) => line).join('\n');
  expect(logs).toContain('callback applied');
  const { stripe, paymob } = stack.payments;
  const { secretKey, webhookSecret } = stripe(app);
  const secrets = [secretKey, webhookSecret, paymob('sparky').secretKey, paymob('sparky').hmacSecret];
  const pages = stripe(app)
    .list('checkout.session')
    .flatMap(({ url }) => url ?? []);
  const intents = stripe('flirt-studio')
    .list('payment_intent')
    .flatMap(({ client_secret: secret }) => secret ?? []);
  expect([...secrets, ...pages, ...intents].filter((text) => logs.includes(text))).toEqual([]);
});
