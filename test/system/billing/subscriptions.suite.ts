/** Subscriptions at Stripe on the whole system: from the page to the plan and its credits, until the last month is over. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sandboxLab } from '#apps/sandbox-lab.ts';
import type { SubscriptionEvent } from '#services/billing/domain/subscription-events.ts';
import { type Subscription, subscriptionStream } from '#services/billing/domain/subscription-state.ts';
import { subscriptionHandler } from '#services/billing/handle-subscription.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { scheduleName, secondsFromNow } from '../ledger.ts';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { openPage, withKey } from './buying.ts';
import { accountEvents, payOnPage, readBalance, readPayments, readSubscription } from './subscriber.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);

const stripeOf = ({ app }: User) => stack.payments.stripe(app);
/** The user's newest one at Stripe. */
const atStripe = (user: User) => {
  const found = stripeOf(user)
    .list('subscription')
    .find(({ metadata }) => metadata.tessera_user === user.id);
  if (!found) throw new Error('nobody subscribed');
  return found;
};
const periodEnds = (user: User): string =>
  new Date((atStripe(user).items.data[0]?.current_period_end ?? 0) * 1_000).toISOString();
const advance = async (user: User, how?: 'pay' | 'decline'): Promise<void> => {
  stripeOf(user).advance(atStripe(user).id, how);
  await stack.settle();
};
const act = async ({ api }: User, path: string, body?: unknown) => {
  const answer = await api.post(`/v1/subscription${path}`, body);
  await stack.settle();
  return answer;
};

describe('FS7 a subscription through its tiers', () => {
  let user: User;
  beforeAll(async () => {
    user = await stack.signUp('sandbox-lab');
  });

  test('BM10 BM11 NB7 begins on a page of the user’s own, and with the first payment the plan and its credits', async () => {
    const page = await openPage(user, { plan_id: 'plus' }, withKey('subscribe'));
    expect(page).toMatchObject({ payment_id: null, provider: 'stripe' });
    expect(await openPage(user, { plan_id: 'plus' }, withKey('subscribe'))).toEqual(page);
    const [session, ...others] = stripeOf(user)
      .list('checkout.session')
      .filter(({ client_reference_id }) => client_reference_id === user.id);
    expect(others).toEqual([]);
    expect(session).toMatchObject({ id: page.session_id, mode: 'subscription', amount_total: 1_000 });
    for (const url of [session?.success_url, session?.cancel_url])
      expect(sandboxLab.origins).toContain(new URL(url ?? '').origin);
    expect(await readSubscription(user)).toMatchObject({ status: 'none', plan: null });

    stripeOf(user).paySession(page.session_id, 'pay');
    await stack.settle();
    expect(await readSubscription(user)).toEqual({
      status: 'active',
      provider: 'stripe',
      plan: 'plus',
      next_plan: null,
      next_price: null,
      price: { amount_minor: 1_000, currency: 'USD', interval: 'month' },
      subscription_id: atStripe(user).id,
      customer_id: atStripe(user).customer,
      current_period_end: periodEnds(user),
      paid_until: periodEnds(user),
      cancel_at_period_end: false,
      trial_end: null,
      grace_until: null,
      prepaid: false,
    });
    expect(await readBalance(user)).toEqual({ available: 110, plan: 'plus' });
    expect(await readPayments(user)).toMatchObject([
      { status: 'paid', purpose: 'plan', item: { id: 'plus' }, amount_minor: 1_000, credits: 100 },
    ]);
    const again = await user.api.post('/v1/checkout', { plan_id: 'max' });
    expect(again).toMatchObject({ status: 409, body: { type: expect.stringContaining('subscription-exists') } });
  });

  test('to a dearer one now: the difference is charged, and its share of the credits comes', async () => {
    const preview = await user.api.get('/v1/subscription/change-preview?plan_id=max');
    expect(preview).toMatchObject({
      status: 200,
      body: { plan: 'max', proration: { amount_minor: 1_500, takes_effect: 'now' } },
    });
    expect(await act(user, '/change', { plan_id: 'max' })).toMatchObject({
      status: 200,
      body: {
        // Stripe may have told by now that the difference is paid, or not yet.
        subscription: { plan: expect.stringMatching(/^(plus|max)$/), status: 'active' },
        proration: { amount_minor: 1_500 },
      },
    });
    expect(await readSubscription(user)).toMatchObject({ status: 'active', plan: 'max', next_plan: null });
    expect(await readBalance(user)).toEqual({ available: 310, plan: 'max' });
    const [newest] = await readPayments(user);
    expect(newest).toMatchObject({ status: 'paid', item: { id: 'max' }, amount_minor: 1_500, credits: 200 });
  });

  test('FS8 to a cheaper one from the next period on, which rolls over as much as that plan lets', async () => {
    const { status, body } = await act(user, '/change', { plan_id: 'plus' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      subscription: {
        plan: 'max',
        price: { amount_minor: 2_500 },
        next_plan: 'plus',
        next_price: { amount_minor: 1_000 },
      },
      proration: { amount_minor: 0, takes_effect: 'period_end' },
    });
    expect(await readBalance(user)).toEqual({ available: 310, plan: 'max' });
    await advance(user);
    expect(await readSubscription(user)).toMatchObject({
      plan: 'plus',
      next_plan: null,
      current_period_end: periodEnds(user),
    });
    // Of 300 of the plan's credits 20 are kept; what came as welcome is another matter.
    expect(await readBalance(user)).toEqual({ available: 10 + 20 + 100, plan: 'plus' });
  });

  test('ends with its period unless it is resumed, or now; what was given stays', async () => {
    const cancel = (when: string) => act(user, '/cancel', { when });
    expect((await cancel('period_end')).body).toMatchObject({ status: 'active', cancel_at_period_end: true });
    expect((await act(user, '/resume')).body).toMatchObject({ status: 'active', cancel_at_period_end: false });
    await cancel('period_end');
    expect(await readBalance(user)).toMatchObject({ plan: 'plus' });
    await advance(user);
    expect(await readSubscription(user)).toMatchObject({ status: 'canceled', plan: null, current_period_end: null });
    expect(await readBalance(user)).toEqual({ available: 130, plan: 'free' });
    expect((await act(user, '/resume')).status).toBe(409);

    // Whoever left may come back: with the customer that they were.
    const before = atStripe(user);
    await payOnPage(stack, user, { plan_id: 'max' });
    await stack.settle();
    expect(atStripe(user).id).not.toBe(before.id);
    expect(atStripe(user).customer).toBe(before.customer);
    expect(await readBalance(user)).toMatchObject({ plan: 'max' });
    expect((await cancel('now')).body).toMatchObject({ status: 'canceled', plan: null });
    expect(await readBalance(user)).toMatchObject({ plan: 'free' });
  });
});

/** What Stripe says of an overdue renewal, written down as if it had been asked so many days ago. */
const observeOverdue = async (user: User, days: number): Promise<void> => {
  const store = dynamoEventStore<Subscription, SubscriptionEvent>(stack.dynamoDb, stack.tables.billing);
  const stream = subscriptionStream({ app: user.app, user: user.id });
  const { observed, observations = 0 } = (await store.load(stream))?.state ?? {};
  if (!observed) throw new Error('nobody subscribed');
  const handled = await subscriptionHandler(store)(
    stream,
    {
      type: 'Observe',
      at: secondsFromNow(-days * 86_400),
      observed: { ...observed, status: 'past_due', currentPeriodEnd: periodEnds(user) },
      seen: observations,
    },
    { actor: 'test', correlationId: 'test' },
  );
  expect(handled).toMatchObject({ accepted: true, events: [{ event: { type: 'SubscriptionObserved' } }] });
};

describe('BM11 FS8 premium follows the subscription', () => {
  let user: User;
  beforeAll(async () => {
    user = await stack.signUp('baby-music');
    await payOnPage(stack, user, { plan_id: 'premium' });
    await stack.settle();
  });
  const premium = async () => {
    const { status, plan, grace_until } = await readSubscription(user);
    const { plan: ofAccount } = await readBalance(user);
    return { status, plan, ofAccount, inGrace: grace_until !== null };
  };
  const active = { status: 'active', plan: 'premium', ofAccount: 'premium', inGrace: false };

  test('on while it is paid; while a renewal is overdue it stays for the grace, and is on again when that is paid', async () => {
    expect(await premium()).toEqual(active);
    await advance(user, 'decline');
    expect(await premium()).toEqual({ ...active, status: 'past_due', inGrace: true });
    const { grace_until } = await readSubscription(user);
    expect(Math.round((Date.parse(String(grace_until)) - Date.now()) / 86_400_000)).toBe(7);
    const [overdue] = await readPayments(user);
    expect(overdue).toMatchObject({ status: 'failed', item: { id: 'premium' }, amount_minor: 999 });
    expect(await readBalance(user)).toMatchObject({ available: 320 });

    await advance(user, 'pay');
    expect(await premium()).toEqual(active);
    const [paid] = await readPayments(user);
    expect(paid).toMatchObject({ id: overdue?.id, status: 'paid' });
  });

  test('off when the grace is over, by the clock alone; callbacks that come then change nothing; on when it is paid after all', async () => {
    const { deliveries } = stack.payments;
    deliveries.hold();
    stripeOf(user).advance(atStripe(user).id, 'decline');
    await observeOverdue(user, 8);
    await stack.account.drain();
    expect(await readBalance(user)).toMatchObject({ plan: 'premium' });
    await stack.account.fireSchedule(scheduleName(stack, 'EveryCheck'));
    await stack.account.drain();
    const overdue = { status: 'past_due', plan: null, ofAccount: 'free', inGrace: true };
    expect(await premium()).toEqual(overdue);
    await deliveries.deliverHeld();
    await stack.settle();
    expect(await premium()).toEqual(overdue);
    await advance(user, 'pay');
    expect(await premium()).toEqual(active);
  });

  test('BM12 the portal is opened for the customer; what they end there is off', async () => {
    const { status, body } = await user.api.post<{ url: string }>('/v1/billing-portal', {});
    expect(status).toBe(201);
    const [portal] = stripeOf(user).list('billing_portal.session');
    expect(portal).toMatchObject({ customer: atStripe(user).customer, url: body.url });
    expect((await fetch(body.url)).status).toBe(200);
    stripeOf(user).cancelNow(atStripe(user).id);
    await stack.settle();
    expect(await premium()).toEqual({ status: 'canceled', plan: null, ofAccount: 'free', inGrace: false });
  });
});

/** What an endpoint at Stripe is set to be told of. */
const told =
  /^(checkout\.session\.|payment_intent\.(succeeded|payment_failed)|invoice\.(paid|payment_failed)|customer\.subscription\.)/;

test('FS8 I5 months of events, half told in time and all told long afterwards, in any order: the same end', async () => {
  const users = [await stack.signUp('sandbox-lab'), await stack.signUp('sandbox-lab')];
  const { deliveries } = stack.payments;
  const shuffled = <Item>(items: readonly Item[], count: number, seed: number): readonly Item[] => {
    const some = fc.shuffledSubarray([...items], { minLength: count, maxLength: count });
    return fc.sample(some, { seed, numRuns: 1 })[0] ?? [];
  };
  const months: readonly ((user: User) => unknown)[] = [
    (user) => payOnPage(stack, user, { plan_id: 'plus' }),
    (user) => stripeOf(user).advance(atStripe(user).id, 'pay'),
    (user) => stripeOf(user).advance(atStripe(user).id, 'decline'),
    (user) => stripeOf(user).advance(atStripe(user).id, 'pay'),
    (user) => stripeOf(user).cancelAtPeriodEnd(atStripe(user).id, true),
  ];
  const all: string[] = [];
  for (const [seed, goOn] of months.entries()) {
    deliveries.hold();
    for (const user of users) await goOn(user);
    await deliveries.deliverHeld((held) => {
      const concerned = held.filter(({ type }) => told.test(type));
      all.push(...concerned.map(({ id }) => id));
      return shuffled(concerned, Math.ceil(concerned.length / 2), seed);
    });
    await stack.account.drain();
  }
  for (const id of shuffled(all, all.length, months.length)) await deliveries.redeliver(id);
  await stack.settle();
  for (const user of users) {
    expect(await readSubscription(user)).toMatchObject({
      status: 'active',
      plan: 'plus',
      next_plan: null,
      current_period_end: periodEnds(user),
      cancel_at_period_end: true,
      grace_until: null,
    });
    const payments = await readPayments(user);
    const paid = { status: 'paid', item: { id: 'plus' }, amount_minor: 1_000, credits: 100 };
    expect(payments).toMatchObject([paid, paid, paid]);
    const grants = (await accountEvents(stack, user)).flatMap((event) =>
      event.type === 'CreditsGranted' && event.kind === 'plan' ? [`${event.grantId} ${event.credits}`] : [],
    );
    expect(grants.toSorted()).toEqual(payments.map(({ id }) => `plan-${id} 100`).toSorted());
    expect(await readBalance(user)).toMatchObject({ plan: 'plus' });
  }
});
