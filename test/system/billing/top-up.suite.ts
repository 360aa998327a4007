/** X11 automatic top-ups on the whole system: a run that takes the balance below what the user set has their saved card charged. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { openPage, readPayment } from './buying.ts';
import { accountEvents, payOnPage, readBalance, readPayments } from './subscriber.ts';

const app = 'sandbox-lab';
const first = { pack_id: 'pack-100', save_payment_method: true };
/** What a top-up buys. */
const pack = { id: 'pack-300', amount: 2_500, credits: 330 };

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);

const stripe = () => stack.payments.stripe(app);
/** What Stripe was asked to charge for the user, the newest first; their pages aside. */
const chargesOf = ({ id }: User) =>
  stripe()
    .list('payment_intent')
    .filter(({ metadata, setup_future_usage }) => metadata.tessera_user === id && setup_future_usage === null);
const customerOf = ({ id }: User): string => {
  const customer = stripe()
    .list('customer')
    .find(({ metadata }) => metadata.tessera_user === id);
  if (!customer) throw new Error('the user is no customer');
  return customer.id;
};

/** With a pack of 100, a card that Stripe keeps, and the ten credits of the welcome. */
const cardHolder = async (): Promise<User> => {
  const user = await stack.signUp(app);
  await payOnPage(stack, user, first);
  await stack.settle();
  expect(await readBalance(user)).toMatchObject({ available: 110 });
  return user;
};
const setTopUp = async ({ api }: User, below: number) => {
  const top_up = { below, pack_id: pack.id, max_per_month: 3 };
  expect((await api.call('/v1/credits/top-up', { method: 'PUT', body: { top_up } })).status).toBe(200);
};
const readTopUp = async ({ api }: User) => (await api.get('/v1/credits/top-up')).body;
/** Holds five credits, and costs two. */
const run = async ({ api }: User) => {
  const { status } = await api.generate({ tool: 'metered', params: { prompt: 'hello' } });
  expect(status).toBe(202);
};
const topUpsOf = async (user: User) =>
  (await accountEvents(stack, user)).flatMap((event) => {
    if (event.type === 'TopUpRequested') return ['requested'];
    if (event.type === 'TopUpEnded') return [event.outcome];
    return event.type === 'CreditsGranted' && event.kind === 'pack' ? [`${event.credits} credits`] : [];
  });

test('X11 I5 buys a pack once the balance is below: charged, granted, and told as what it is', async () => {
  const user = await cardHolder();
  await setTopUp(user, 110);
  await stack.settle();
  expect(await readTopUp(user)).toMatchObject({ pending: false, requested_this_month: 0 });
  await run(user);
  await stack.settle();

  const [topUp, ...others] = await readPayments(user);
  expect(topUp).toMatchObject({
    status: 'paid',
    purpose: 'pack',
    item: { id: pack.id },
    amount_minor: pack.amount,
    credits: pack.credits,
    automatic: true,
  });
  expect(others).toMatchObject([{ status: 'paid', automatic: false }]);
  expect(chargesOf(user)).toMatchObject([
    { status: 'succeeded', amount: pack.amount, customer: customerOf(user), metadata: { tessera_payment: topUp?.id } },
  ]);
  expect(await topUpsOf(user)).toEqual(['100 credits', 'requested', '330 credits', 'paid']);
  expect(await readTopUp(user)).toMatchObject({
    pending: false,
    requested_this_month: 1,
    paused_until: expect.any(String),
  });
  expect(await readBalance(user)).toMatchObject({ available: 438 });
});

describe('X11 without the money', () => {
  test('a declined card is not tried again soon; nor is the user kept from running what they can pay', async () => {
    const user = await cardHolder();
    stripe().setCard(customerOf(user), 'declines');
    await setTopUp(user, 110);
    await run(user);
    await stack.settle();
    const [declined] = await readPayments(user);
    expect(declined).toMatchObject({ status: 'failed', failure: 'generic_decline', automatic: true, action_url: null });
    const paused = String((await readTopUp(user)).paused_until);
    expect(Date.parse(paused)).toBeGreaterThan(Date.now() + 3_500_000);

    stripe().setCard(customerOf(user), 'pays');
    await run(user);
    await stack.settle();
    expect(chargesOf(user)).toHaveLength(1);
    expect(await topUpsOf(user)).toEqual(['100 credits', 'requested', 'declined']);
    expect(await readBalance(user)).toMatchObject({ available: 106 });
  });

  test('a bank that wants the user has the payment wait for them: paid by the link it is granted, once', async () => {
    const user = await cardHolder();
    stripe().setCard(customerOf(user), 'needs-authentication');
    await setTopUp(user, 110);
    await run(user);
    await stack.settle();
    const [waiting] = await readPayments(user);
    expect(waiting).toMatchObject({ status: 'action_required', failure: null, automatic: true });
    const session = stripe()
      .list('checkout.session')
      .find(({ url }) => url !== null && url === waiting?.action_url);
    expect(session).toMatchObject({ amount_total: pack.amount, customer: customerOf(user) });
    expect((await fetch(waiting?.action_url ?? '')).status).toBe(200);
    expect(await readTopUp(user)).toMatchObject({ pending: true });
    expect(await topUpsOf(user)).toEqual(['100 credits', 'requested']);

    stripe().paySession(session?.id ?? '', 'pay');
    await stack.settle();
    expect(await readPayment(user, waiting?.id ?? '')).toMatchObject({ status: 'paid', credits: pack.credits });
    expect(await topUpsOf(user)).toEqual(['100 credits', 'requested', '330 credits', 'paid']);
    expect(await readTopUp(user)).toMatchObject({ pending: false });
    expect(await readBalance(user)).toMatchObject({ available: 438 });
  });

  test('whoever let no card be kept is charged nothing: not who paid without it, nor who never paid', async () => {
    const users = [await stack.signUp(app), await stack.signUp(app)];
    const [paid] = users;
    if (!paid) throw new Error('nobody signed up');
    const { session_id } = await openPage(paid, { pack_id: 'pack-100' });
    stripe().paySession(session_id, 'pay');
    await stack.settle();
    for (const user of users) await setTopUp(user, pack.credits);
    await stack.settle();
    for (const user of users) {
      const [declined] = await readPayments(user);
      expect(declined).toMatchObject({ status: 'failed', failure: 'no-saved-method', automatic: true });
      expect((await topUpsOf(user)).slice(-2)).toEqual(['requested', 'declined']);
    }
  });
});
