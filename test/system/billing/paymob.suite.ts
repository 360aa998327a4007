/** Sparky, sold by Paymob: packs and prepaid plans, money that fails first or comes late, and money that goes back. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Transaction } from '#local/payments/paymob/account.ts';
import { hmacOf } from '#local/payments/paymob/hmac.ts';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { type Callback, openPage, postAs, readCredits, readPayment, withKey } from './buying.ts';

const app = 'sparky';
const welcome = 10;
const endpoint = `/webhooks/paymob/${app}`;

let stack: Stack;
let user: User;
let admin: User;
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp(app);
  admin = await stack.signUp(app);
  await stack.makeAdmin(admin);
}, 60_000);

const paymob = () => stack.payments.paymob(app);
/** Opens a page, and finds the order that it made at Paymob by its reference there. */
const order = async (wanted: object) => {
  const { payment_id: payment, provider } = await openPage(user, wanted);
  const made = paymob()
    .orders()
    .find(({ asked }) => asked.special_reference?.startsWith(payment));
  if (provider !== 'paymob' || !made) throw new Error(`${payment} has no order at Paymob`);
  return { payment, id: made.id, asked: made.asked };
};
/** A callback that was on its way, changed by somebody who has no secret. */
const postChanged = (transaction: Transaction, changes: object): Promise<number> => {
  const hmac = hmacOf(transaction, paymob().hmacSecret);
  const obj = { ...transaction, order: { ...transaction.order, ...changes } };
  return postAs(stack, `${endpoint}?hmac=${hmac}`, JSON.stringify({ type: 'TRANSACTION', obj }));
};
const isOfOrder = (body: string, order: number): boolean => body.includes(`"order":{"id":${order},`);
const spendable = async () => (await readCredits(user)).available;

describe('SP13 a pack', () => {
  test('SP6 fails, is pending, and comes at last: each is told apart, and admins read every callback as it came', async () => {
    const { payment, id, asked } = await order({ pack_id: 'pack-100', billing_data: { first_name: 'Mona' } });
    expect(asked).toMatchObject({
      amount: 44_900,
      currency: 'EGP',
      items: [{ name: '100 credits', amount: 44_900, quantity: 1 }],
      billing_data: { first_name: 'Mona', phone_number: 'NA' },
      notification_url: `${stack.account.httpUrl()}${endpoint}`,
    });
    const state = async () => {
      await stack.settle();
      const { status, failure } = await readPayment(user, payment);
      return [status, failure, await spendable()];
    };
    paymob().pay(id, 'fail');
    expect(await state()).toEqual(['failed', 'Declined', welcome]);
    const { id: transaction } = paymob().pay(id, 'pending');
    expect(await state()).toEqual(['pending', null, welcome]);
    paymob().settle(transaction, true);
    expect(await state()).toEqual(['paid', null, welcome + 110]);

    const { body } = await admin.api.get<{ data: Callback[] }>(`/v1/admin/payments/${payment}/callbacks`);
    const raws = await Promise.all(
      body.data.map(async (one) => (await admin.api.get<Callback>(`/v1/admin/callbacks/${one.id}`)).body.raw),
    );
    const sent = stack.payments.deliveries.all.filter(({ body: one }) => isOfOrder(one, id));
    expect(raws).toHaveLength(3);
    expect(raws.toSorted()).toEqual(sent.map((one) => one.body).toSorted());
  });

  test('I5 is known by what Paymob signs: another order named beside the signature, or under it, moves nothing', async () => {
    const before = await spendable();
    const dear = await order({ pack_id: 'pack-100' });
    const cheap = await order({ pack_id: 'pack-20' });
    stack.payments.deliveries.hold();
    const paid = paymob().pay(cheap.id, 'pay');
    await stack.payments.deliveries.deliverHeld(() => []);
    expect(await postChanged(paid, { id: dear.id })).toBe(401);
    expect(await postChanged(paid, { merchant_order_id: dear.asked.special_reference })).toBe(200);
    await stack.settle();
    expect(await readPayment(user, dear.payment)).toMatchObject({ status: 'requested' });
    expect(await readPayment(user, cheap.payment)).toMatchObject({ status: 'paid' });
    expect(await spendable()).toBe(before + 20);
  });
});

describe('SP13 a plan', () => {
  let plan: Awaited<ReturnType<typeof order>>;
  let before = 0;
  beforeAll(async () => {
    before = await spendable();
    plan = await order({ plan_id: 'plus' });
    paymob().pay(plan.id, 'pay');
    await stack.settle();
  }, 60_000);

  test('SP1 SP6 is paid for a month ahead, gives its credits and its daily cap, and does not renew itself', async () => {
    const { body: plans } = await stack.anybody.get<{ data: { id: string; price: object }[] }>(`/v1/apps/${app}/plans`);
    expect(plans.data.find(({ id }) => id === 'plus')?.price).toMatchObject({ amount_minor: 14_900, currency: 'EGP' });
    expect(plan.asked).toMatchObject({ amount: 14_900, currency: 'EGP' });
    const { body } = await user.api.get('/v1/subscription');
    expect(body).toMatchObject({ status: 'active', plan: 'plus', provider: 'paymob', prepaid: true, next_plan: null });
    const days = (Date.parse(String(body.current_period_end)) - Date.now()) / 86_400_000;
    expect([days > 27, days < 31.1]).toEqual([true, true]);
    const { body: credits } = await user.api.get('/v1/credits');
    expect(credits).toMatchObject({ plan: 'plus', available: before + 150, daily: { cap: 30 } });
    expect((await user.api.post('/v1/subscription/cancel', { when: 'now' })).status).toBe(409);
  });

  test('X5 what an admin gives back of it takes the same part of its credits; a voided pack takes all of them; once', async () => {
    const pack = await order({ pack_id: 'pack-20' });
    paymob().pay(pack.id, 'pay');
    await stack.settle();
    expect(await spendable()).toBe(before + 150 + 20);
    const giveBack = (path: string, more: object = {}, key = 'back') =>
      admin.api.post(`/v1/admin/payments/${path}`, { reason: 'asked for', ...more }, withKey(key));
    expect((await giveBack(`${plan.payment}/refunds`, { amount_minor: 5_000 })).status).toBe(202);
    expect((await giveBack(`${pack.payment}/void`)).status).toBe(202);
    await stack.settle();
    // 150 × 5000 / 14900, rounded down.
    expect(await spendable()).toBe(before + 150 - 50);
    const refunded = { status: 'partially_refunded', refunded_minor: 5_000 };
    expect(await readPayment(user, plan.payment)).toMatchObject(refunded);
    expect(await readPayment(user, pack.payment)).toMatchObject({ status: 'refunded', refunded_minor: 9_900 });
    expect((await giveBack(`${plan.payment}/refunds`, { amount_minor: 9_901 })).status).toBe(422);
    expect((await giveBack(`${plan.payment}/refunds`, { amount_minor: 9_901 }, 'more')).status).toBe(409);
    const { all, redeliver } = stack.payments.deliveries;
    const told = all.filter(({ body }) => [plan.id, pack.id].some((id) => isOfOrder(body, id)));
    for (const { id } of told.toReversed()) await redeliver(id);
    await stack.settle();
    expect([told.length, await spendable()]).toEqual([6, before + 150 - 50]);
  });
});
