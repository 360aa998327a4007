/** Packs bought at Stripe, on its page and inside the app: credited once, whatever is told how often and in which order. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { type Checkout, openPage, readCredits, readPayment, withKey } from './buying.ts';

const app = 'flirt-studio';
/** The welcome, and the plan's credits of the day. */
const given = 100;

let stack: Stack;
let user: User;
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp(app);
  expect(await readCredits(user)).toMatchObject({ available: given });
}, 60_000);

const stripe = () => stack.payments.stripe(app);
const sessionOf = ({ session_id: id }: Checkout) =>
  stripe()
    .list('checkout.session')
    .find((one) => one.id === id);
const customersOf = ({ id }: User) =>
  stripe()
    .list('customer')
    .filter(({ metadata }) => metadata.tessera_user === id);
const small = { pack_id: 'small' };

describe('FS3 PP8 a pack on Stripe’s page', () => {
  test('I5 asked for twice at once by one key is one page of one payment, and a user is one customer', async () => {
    const ask = () => openPage(user, small, withKey('one'));
    const [first, again] = await Promise.all([ask(), ask()]);
    expect([again, await ask()]).toEqual([first, first]);
    expect((await user.api.post('/v1/checkout', { pack_id: 'large' }, withKey('one'))).status).toBe(422);
    const other = await openPage(user, small, withKey('two'));
    expect(other.session_id).not.toBe(first.session_id);
    const [customer, ...more] = customersOf(user);
    expect([sessionOf(first)?.customer, sessionOf(other)?.customer, more]).toEqual([customer?.id, customer?.id, []]);
  });

  test('costs what the catalog says, whoever asks, and comes back to the app alone', async () => {
    const page = await openPage(user, small);
    const session = sessionOf(page);
    expect(session).toMatchObject({
      amount_total: 499,
      currency: 'usd',
      client_reference_id: user.id,
      metadata: { tessera_app: app, tessera_user: user.id, tessera_payment: page.payment_id },
    });
    expect(session?.success_url).toMatch(/^https:\/\/flirt-studio\.example\/.*session_id=\{CHECKOUT_SESSION_ID\}$/);
    const asked = async (more: object) => {
      const { status, body } = await user.api.post('/v1/checkout', { ...small, ...more });
      return [status, String(body.type).replace(/.*:/, '')];
    };
    expect(await asked({ success_url: 'https://flirt-studio.example.evil/' })).toEqual([400, 'url-elsewhere']);
    expect(await asked({ amount_minor: 1 })).toEqual([400, 'request-invalid']);
    expect(await asked({ pack_id: 'pack-100' })).toEqual([404, 'pack-unknown']);
  });

  test('I5 is credited once with its bonus: by both events one behind the other, in either order, or at once, each twice', async () => {
    const { deliveries } = stack.payments;
    const pages = [await openPage(user, small), await openPage(user, small), await openPage(user, small)];
    const told: string[][] = [];
    for (const { session_id } of pages) {
      deliveries.hold();
      stripe().paySession(session_id, 'pay');
      const telling = deliveries.held.filter(({ type }) => /^(payment_intent|charge|checkout)\..*(ed)$/.test(type));
      expect(telling.map(({ type }) => type)).toEqual([
        'payment_intent.created',
        'charge.succeeded',
        'payment_intent.succeeded',
        'checkout.session.completed',
      ]);
      told.push(telling.map(({ id }) => id));
      await deliveries.deliverHeld(() => []);
    }
    const [asSent = [], backwards = [], atOnce = []] = told;
    const oneByOne = [...asSent.slice(2), ...backwards.slice(2).toReversed()];
    // Each when all that follows from the one before is done.
    for (const id of [...oneByOne, ...oneByOne]) {
      await deliveries.redeliver(id);
      await stack.account.drain();
    }
    await Promise.all([...atOnce, ...atOnce].map((id) => deliveries.redeliver(id)));
    await stack.settle();
    for (const { payment_id: id } of pages) expect(await readPayment(user, id)).toMatchObject({ status: 'paid' });
    const { available, grants } = await readCredits(user);
    const ofPacks = grants.filter(({ id }) => id.startsWith('pay_')).map(({ remaining }) => remaining);
    expect([available, ofPacks]).toEqual([given + 3 * 210, [210, 210, 210]]);
  });

  test('FS8 may be declined, expire, or be paid later or never: only money that came counts', async () => {
    const before = await readCredits(user);
    const [late, never, left] = [await openPage(user, small), await openPage(user, small), await openPage(user, small)];
    const statuses = async () =>
      Promise.all([late, never, left].map(async ({ payment_id }) => (await readPayment(user, payment_id)).status));
    stripe().paySession(late.session_id, 'decline');
    stripe().paySession(never.session_id, 'pending');
    stripe().expireSession(left.session_id);
    await stack.settle();
    expect(await statuses()).toEqual(['failed', 'pending', 'expired']);
    stripe().paySession(late.session_id, 'pending');
    await stack.settle();
    stripe().settleSession(late.session_id, true);
    stripe().settleSession(never.session_id, false);
    await stack.settle();
    expect(await statuses()).toEqual(['paid', 'failed', 'expired']);
    expect((await readCredits(user)).available).toBe(before.available + 210);
  });
});

test('FS4 a pack inside the app: declined, then paid, credited once; its key tells the same secret again', async () => {
  const before = await readCredits(user);
  const begin = () => user.api.post('/v1/payment-intents', { pack_id: 'quick' }, withKey('quick'));
  const { status, body } = await begin();
  expect([status, body]).toEqual([201, expect.objectContaining({ amount_minor: 199, currency: 'USD' })]);
  expect((await begin()).body).toEqual(body);
  expect(body.publishable_key).toBe(stripe().publishableKey);
  const intent = stripe()
    .list('payment_intent')
    .find(({ client_secret }) => client_secret === body.client_secret);
  expect([intent?.amount, intent?.customer]).toEqual([199, customersOf(user)[0]?.id]);
  stripe().payIntent(intent?.id ?? '', 'decline');
  await stack.settle();
  const id = String(body.payment_id);
  expect(await readPayment(user, id)).toMatchObject({ status: 'failed', failure: 'generic_decline' });
  stripe().payIntent(intent?.id ?? '', 'pay');
  await stack.settle();
  expect(await readPayment(user, id)).toMatchObject({ status: 'paid', failure: null });
  expect((await readCredits(user)).available).toBe(before.available + 50);
  expect((await begin()).status).toBe(409);
});
