/** FS3 SP13 a provider that is down or busy when a page is asked for: the user is told to try again, and no payment is lost or doubled. */
import { beforeAll, expect, test } from '@jest/globals';
import type { ProviderFault } from '#local/payments/faults.ts';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { type Checkout, type Payment, readCredits, withKey } from './buying.ts';

const app = 'sandbox-lab';

let stack: Stack;
let user: User;
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp(app);
}, 60_000);

const ask = (provider: string, key: string) =>
  user.api.post<Checkout>('/v1/checkout', { pack_id: 'pack-100', provider }, withKey(key));
const paymentsOf = async () => (await user.api.get<{ data: Payment[] }>('/v1/payments')).body.data;

const stripePages = /^POST \/v1\/checkout\/sessions$/;
const paymobPages = /^POST \/v1\/intention\/$/;
/** Each is met as often as we ask: twice, but where we are told to wait. */
const faults: readonly (readonly [string, string, ProviderFault, string])[] = [
  ['stripe-down', 'stripe', { call: stripePages, answer: 'refused', times: 2 }, '5'],
  ['stripe-failing', 'stripe', { call: stripePages, answer: { status: 500 }, times: 2 }, '5'],
  ['stripe-locked', 'stripe', { call: stripePages, answer: { status: 409 }, times: 2 }, '5'],
  ['stripe-busy', 'stripe', { call: stripePages, answer: { status: 429, headers: { 'retry-after': '7' } } }, '7'],
  ['paymob-failing', 'paymob', { call: paymobPages, answer: { status: 502 }, times: 2 }, '5'],
  ['paymob-busy', 'paymob', { call: paymobPages, answer: { status: 429, headers: { 'retry-after': '9' } } }, '9'],
];

test('FS3 SP13 503 with the time to wait; the same key then has the same payment, and its page', async () => {
  for (const [name, provider, fault, seconds] of faults) {
    stack.payments.failNext(fault);
    const { status, headers, body } = await ask(provider, name);
    expect([name, status, headers.get('retry-after'), body]).toEqual([
      name,
      503,
      seconds,
      expect.objectContaining({ type: 'urn:tessera:problem:provider-unavailable' }),
    ]);
  }
  await stack.account.drain();
  const waiting = (await paymentsOf()).map(({ id }) => id);
  expect(waiting).toHaveLength(faults.length);
  const pages = await Promise.all(faults.map(([name, provider]) => ask(provider, name)));
  expect(pages.map(({ body }) => body.payment_id).toSorted()).toEqual(waiting.toSorted());
  const before = (await readCredits(user)).available;
  stack.payments.stripe(app).paySession(pages[0]?.body.session_id ?? '', 'pay');
  await stack.settle();
  expect((await readCredits(user)).available).toBe(before + 100);
});

test('FS3 an answer that is lost is asked for again: one page at Stripe, one payment', async () => {
  const sessions = () => stack.payments.stripe(app).list('checkout.session');
  const before = sessions().length;
  stack.payments.failNext({ call: stripePages, answer: 'lost' });
  const { status, body } = await ask('stripe', 'lost');
  expect([status, sessions().length, sessions()[0]?.id]).toEqual([201, before + 1, body.session_id]);
});
