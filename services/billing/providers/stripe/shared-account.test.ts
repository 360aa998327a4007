/** I8: what another app, or another business, made in the same account is known as such before any shape of ours is asked of it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { readCallbackOf } from './read-callback.ts';
import { app, startAccount } from './testing/account-at.ts';
import { anothers, intent, invoice, line, linesOf, oursOfPlan, subscription } from './testing/objects.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.server.close());

const list = (data: readonly object[]) => ({ body: { object: 'list', data, has_more: false, url: '/' } });
/** By use, of three things, by the week: no plan of ours is. */
const strange = { items: { data: [{ price: { unit_amount: null, recurring: { interval: 'week' } } }] } };
const theirs = { subscription: 'sub_x', metadata: anothers };

test.each([
  ['another app’s', { metadata: anothers }, { app: anothers.tessera_app, user: anothers.tessera_user }],
  ['ours', { metadata: oursOfPlan }, { app, user: 'user_1' }],
  ['nobody’s', { metadata: {} }, undefined],
  ['of metadata that is none', { metadata: 7 }, undefined],
])('I8 whose a subscription is, of whatever shape: %s', async (_, over, owner) => {
  const { server, api } = account;
  server.answer({ body: subscription({ ...strange, ...over }) });
  expect(await api.ownerOfSubscription('sub_1')).toEqual(owner);
});

test.each([
  ['today', { parent: { subscription_details: theirs }, lines: 'other' }],
  ['before 2025', { parent: null, subscription_details: theirs, lines: 'other' }],
  ['known by its lines', { parent: null, lines: linesOf([line({ metadata: anothers })]) }],
])('I8 an invoice of another app is told apart from none: %s', async (_, over) => {
  const { server, api } = account;
  server.answer(list([{ id: 'inpay_1', invoice: 'in_1' }]), { body: invoice(over) });
  expect(await api.invoiceOfPayment('pi_1')).toBe('app-other');
  server.answer(list([invoice(over), invoice({ id: 'in_2' })]));
  const found: string[] = [];
  for await (const { id } of api.listPaidInvoices('2026-11-01T00:00:00.000Z')) found.push(id);
  expect(found).toEqual(['in_2']);
});

const read = (type: string, object: object) => {
  const payload = JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } });
  const at = Date.parse('2026-11-21T12:00:00Z');
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_1', timestamp: at / 1_000 });
  const request = { body: payload, headers: { 'stripe-signature': header }, query: {}, receivedAtMs: at };
  return readCallbackOf(app, ['whsec_1'])(request);
};

test.each([
  ['customer.subscription.updated', subscription({ ...strange, customer: 7, metadata: anothers })],
  ['invoice.paid', invoice({ amount_paid: 'much', parent: { subscription_details: theirs } })],
  ['payment_intent.succeeded', intent({ amount: 0.5, metadata: anothers })],
  ['customer.created', { id: 'cus_x', email: 'zoe@other.example', metadata: anothers }],
])('I8 an event of another app tells nothing, of nobody, whatever its shape: %s', (type, object) =>
  expect(read(type, object)).toEqual({ callback: { provider: 'stripe', id: 'evt_1', type, facts: [] } }),
);

test('FS10 what is not understood says whose it is, so that its body goes with them', () => {
  const object = intent({ amount: 'much', customer: 'cus_1' });
  const owner = { app, user: 'user_1' };
  expect(read('payment_intent.succeeded', object)).toEqual({ fault: 'malformed', owner, customer: 'cus_1' });
  const nobodys = intent({ amount: 'much', metadata: {} });
  expect(read('payment_intent.succeeded', nobodys)).toEqual({ fault: 'malformed' });
});
