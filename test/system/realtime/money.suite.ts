/** What users are told of their money: a low balance, a subscription that begins, ends or is overdue. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import {
  adjust,
  closeDevices,
  type Device,
  dataOf,
  inboxOf,
  namesOf,
  newAdmin,
  newUser,
  openDevice,
} from './devices.ts';

const app = 'sandbox-lab';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);
afterEach(closeDevices);

test('X11 a balance that falls below the user’s own threshold is told once, and again after it rose', async () => {
  const [user, admin] = await Promise.all([newUser(stack, app), newAdmin(stack, app)]);
  expect((await user.api.call('/v1/credits/alert', { method: 'PUT', body: { below: 5 } })).status).toBe(200);
  const device = await openDevice(stack, user);
  for (const credits of [-4, -2, -1, 10, -9]) await adjust(stack, admin, user, credits);
  expect(dataOf(device, 'credits.balance').map(({ available }) => available)).toEqual([6, 4, 3, 13, 4]);
  const told = dataOf(device, 'notification.created').filter(({ title_key }) => /low_balance/.test(title_key));
  expect(told.map(({ type, params }) => [type, params])).toEqual([
    ['credits', { below: 5, available: 4 }],
    ['credits', { below: 5, available: 4 }],
  ]);
  expect(namesOf(await inboxOf(user))).toEqual(['low_balance', 'credits_given', 'low_balance']);
});

describe('SP5 BM10 a subscription', () => {
  let user: User;
  beforeAll(async () => {
    user = await newUser(stack, app);
    await stack.settle();
  });

  const stripe = () => stack.payments.stripe(app);
  const act = async (path: string, body?: unknown): Promise<void> => {
    expect((await user.api.post(`/v1/subscription${path}`, body)).status).toBe(200);
    await stack.settle();
  };
  const newest = (device: Device) => dataOf(device, 'subscription.updated').at(-1);

  test('that begins is heard of, with its credits', async () => {
    const device = await openDevice(stack, user);
    const { status, body } = await user.api.post<{ session_id: string }>('/v1/checkout', { plan_id: 'plus' });
    expect(status).toBe(201);
    stripe().paySession(body.session_id, 'pay');
    await stack.settle();
    expect(newest(device)).toMatchObject({ status: 'active', plan: 'plus', cancel_at_period_end: false });
    expect(dataOf(device, 'credits.balance').at(-1)).toEqual({ available: 110 });
    expect(await inboxOf(user)).toEqual([]);
  });

  test('that ends with its period is told, once however often it is said', async () => {
    const device = await openDevice(stack, user);
    await act('/cancel', { when: 'period_end' });
    expect(newest(device)).toMatchObject({ status: 'active', cancel_at_period_end: true });
    expect(dataOf(device, 'notification.created')).toMatchObject([
      {
        type: 'payment',
        title_key: 'notifications.subscription_ending.title',
        params: { plan: 'plus', plan_name: 'Plus', until: newest(device)?.current_period_end },
        subject: { kind: 'subscription' },
      },
    ]);
    await act('/resume');
    await act('/cancel', { when: 'period_end' });
    await act('/resume');
    expect(newest(device)).toMatchObject({ status: 'active', cancel_at_period_end: false });
    expect(namesOf(await inboxOf(user))).toEqual(['subscription_ending']);
  });

  test('whose payment fails: that it did, when it is tried again, and until when the plan stays', async () => {
    const device = await openDevice(stack, user);
    const [subscription] = stripe()
      .list('subscription')
      .filter(({ metadata }) => metadata.tessera_user === user.id);
    stripe().advance(subscription?.id ?? '', 'decline');
    await stack.settle();
    expect(newest(device)).toMatchObject({ status: 'past_due', plan: 'plus', grace_until: expect.any(String) });
    const told = dataOf(device, 'notification.created');
    expect(namesOf(told).toSorted()).toEqual(['payment_retried', 'subscription_overdue']);
    for (const { type, params } of told) expect([type, params.date]).toEqual(['payment', expect.any(String)]);
  });
});

test('SP1 SP5 a plan that is prepaid is heard of as it is entitled to, though no provider knows a subscription', async () => {
  const buyer = await newUser(stack, 'sparky');
  const device = await openDevice(stack, buyer);
  expect((await buyer.api.post('/v1/checkout', { plan_id: 'plus' })).status).toBe(201);
  const { orders, pay } = stack.payments.paymob('sparky');
  const [order] = orders();
  pay(order?.id ?? 0, 'pay');
  await stack.settle();
  const { body } = await buyer.api.get('/v1/subscription');
  expect(dataOf(device, 'subscription.updated')).toEqual([
    {
      status: 'active',
      plan: 'plus',
      cancel_at_period_end: false,
      current_period_end: body.current_period_end,
      grace_until: null,
    },
  ]);
});
