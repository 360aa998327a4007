/** FS8 faults at the door: what is not authentic leaves no trace; what is, and fits nothing, is kept for people and moves nothing. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { type Callback, openPage, postAs, postStripe, readCredits, readPayment } from './buying.ts';

const app = 'sandbox-lab';
const welcome = 10;

let stack: Stack;
let user: User;
let admin: User;
/** Paid for at Stripe, which has not told of it. */
let payment = '';
let paid = '';
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp(app);
  admin = await stack.signUp(app);
  await stack.makeAdmin(admin);
  const page = await openPage(user, { pack_id: 'pack-100' });
  payment = page.payment_id;
  const { deliveries } = stack.payments;
  deliveries.hold();
  stack.payments.stripe(app).paySession(page.session_id, 'pay');
  paid = deliveries.held.find(({ type }) => type === 'checkout.session.completed')?.body ?? '';
  await deliveries.deliverHeld(() => []);
}, 60_000);

const now = () => Math.floor(Date.now() / 1_000);
const state = async () => [(await readPayment(user, payment)).status, (await readCredits(user)).available];

interface StripeEvent {
  readonly id: string;
  readonly data: { readonly object: Readonly<Record<string, unknown>> };
}
/** The event of the payment as it was sent, but for its id, its type and some fields of its object. */
const changed = (id: string, fields: Readonly<Record<string, unknown>>, type = 'checkout.session.completed') => {
  const { data, ...event } = JSON.parse(paid) as StripeEvent;
  return JSON.stringify({ ...event, id, type, data: { object: { ...data.object, ...fields } } });
};
/** What became of it; 404 where nothing of it was kept. */
const outcomeOf = async (id: string): Promise<string | number> => {
  const { status, body } = await admin.api.get<Callback>(`/v1/admin/callbacks/stripe:${id}`);
  return status === 200 ? body.outcome : status;
};
/** How often something that alarms watch was counted. */
const counted = (metric: string): number =>
  stack.account.logs.all.filter(({ line }) => line.includes('_aws') && line.includes(`"${metric}":`)).length;

describe('FS8 a callback that is not authentic', () => {
  test('is 401 whatever is wrong with it, is not kept, and moves nothing', async () => {
    const another = stack.payments.stripe('baby-music').webhookSecret;
    const dearer = paid.replace('"amount_total": 1000', '"amount_total": 9999');
    expect(dearer).not.toBe(paid);
    expect({
      forged: await postStripe(stack, dearer, { signed: paid }),
      'of another app’s secret': await postStripe(stack, paid, { secret: another }),
      stale: await postStripe(stack, paid, { at: now() - 310 }),
      'written anew': await postStripe(stack, JSON.stringify(JSON.parse(paid)), { signed: paid }),
      unsigned: await postAs(stack, `/webhooks/stripe/${app}`, paid),
    }).toEqual({ forged: 401, 'of another app’s secret': 401, stale: 401, 'written anew': 401, unsigned: 401 });
    await stack.settle();
    expect(await outcomeOf((JSON.parse(paid) as StripeEvent).id)).toBe(404);
    expect(await state()).toEqual(['requested', welcome]);
  });

  test('X1 has nowhere to go for an app that is not served', async () => {
    expect(await postStripe(stack, paid, { app: 'nobody', secret: 'whsec_nobody' })).toBe(404);
  });
});

describe('FS8 an authentic callback', () => {
  test('I8 that names another app tells this one nothing', async () => {
    expect(await postStripe(stack, paid, { app: 'flirt-studio' })).toBe(200);
    await stack.settle();
    expect(await state()).toEqual(['requested', welcome]);
    expect((await stack.check()).accounts.has(`flirt-studio#${user.id}`)).toBe(false);
  });

  test('of a type that concerns nobody is 200, kept, and nothing happens', async () => {
    expect(await postStripe(stack, changed('evt_type', {}, 'checkout.session.imagined'))).toBe(200);
    await stack.settle();
    expect([await outcomeOf('evt_type'), await state()]).toEqual(['ignored', ['requested', welcome]]);
  });

  test('of a customer or a payment that nobody knows is 200, and kept for people', async () => {
    const before = counted('CallbacksUnmatched');
    const subscription = { id: 'sub_nobody', object: 'subscription', customer: 'cus_nobody', metadata: {} };
    const charge = {
      id: 'ch_nobody',
      payment_intent: 'pi_nobody',
      amount_refunded: 100,
      currency: 'usd',
      metadata: {},
    };
    expect([
      await postStripe(stack, changed('evt_customer', subscription, 'customer.subscription.updated')),
      await postStripe(stack, changed('evt_charge', charge, 'charge.refunded')),
    ]).toEqual([200, 200]);
    await stack.settle();
    expect([await outcomeOf('evt_customer'), await outcomeOf('evt_charge')]).toEqual(['unmatched', 'unmatched']);
    expect(counted('CallbacksUnmatched')).toBe(before + 2);
  });

  test('I5 of money that is not what was asked for is kept as such and grants nothing, until the right money comes', async () => {
    const before = counted('PaymentsMismatched');
    expect([
      await postStripe(stack, changed('evt_amount', { payment_intent: 'pi_less', amount_total: 999 })),
      await postStripe(stack, changed('evt_currency', { payment_intent: 'pi_other', currency: 'egp' })),
    ]).toEqual([200, 200]);
    await stack.settle();
    expect([await outcomeOf('evt_amount'), await outcomeOf('evt_currency')]).toEqual(['mismatched', 'mismatched']);
    expect([await state(), counted('PaymentsMismatched')]).toEqual([['mismatched', welcome], before + 2]);
    expect(await postStripe(stack, paid)).toBe(200);
    await stack.settle();
    expect(await state()).toEqual(['paid', welcome + 100]);
  });
});
