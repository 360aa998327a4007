/** X5 money that goes back takes its credits with it: in proportion, exactly, once; what was spent already is owed. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { buyPack, openPage, readCredits, readPayment, withKey } from './buying.ts';

const app = 'sandbox-lab';
const welcome = 10;
/** 100 credits for 10.00 dollars. */
const pack = 'pack-100';

let stack: Stack;
let admin: User;
beforeAll(async () => {
  stack = await sharedStack();
  admin = await stack.signUp(app);
  await stack.makeAdmin(admin);
}, 60_000);

const stripe = () => stack.payments.stripe(app);
const statusOf = async (user: User, payment: string) => (await readPayment(user, payment)).status;
const spendable = async (user: User) => (await readCredits(user)).available;

test('X5 three partial refunds take a third of the credits each, the last one the rest, once, however often they are told', async () => {
  const user = await stack.signUp(app);
  const { payment, session } = await buyPack(stack, user, pack);
  const refundByAdmin = () =>
    admin.api.post(
      `/v1/admin/payments/${payment}/refunds`,
      { amount_minor: 333, reason: 'half empty' },
      withKey('first'),
    );
  const left: number[] = [];
  const settled = async () => {
    await stack.settle();
    left.push(await spendable(user));
  };
  // At Stripe the key makes it one refund.
  expect([(await refundByAdmin()).status, (await refundByAdmin()).status]).toEqual([202, 202]);
  await settled();
  stripe().refund(session, 333);
  await settled();
  expect(await readPayment(user, payment)).toMatchObject({ status: 'partially_refunded', refunded_minor: 666 });
  stripe().refund(session);
  await settled();
  const { all, redeliver } = stack.payments.deliveries;
  const told = all.filter(({ type, body }) => type === 'charge.refunded' && body.includes(payment));
  for (const { id } of told.toReversed()) await redeliver(id);
  await settled();
  expect(told).toHaveLength(3);
  expect(left).toEqual([welcome + 67, welcome + 34, welcome, welcome]);
  expect(await readPayment(user, payment)).toMatchObject({ status: 'refunded', refunded_minor: 1_000 });
});

test('X5 credits that were spent are owed: nothing runs, until another purchase has paid for them', async () => {
  const user = await stack.signUp(app);
  const generate = () => user.api.generate({ tool: 'metered', params: { prompt: 'a lighthouse' } });
  const { session } = await buyPack(stack, user, pack);
  const { status } = await admin.api.post(
    `/v1/admin/accounts/${user.id}/adjustments`,
    { credits: 10 - welcome - 100, reason: 'as if spent' },
    withKey(randomUUID()),
  );
  expect([status, (await generate()).status]).toEqual([200, 202]);
  await stack.settle();
  const unspent = await spendable(user);
  // Five were held, and one at least was charged.
  expect([unspent >= 5, unspent <= 9]).toEqual([true, true]);
  stripe().refund(session);
  await stack.settle();
  expect(await readCredits(user)).toMatchObject({ available: 0, debt: 100 - unspent });
  const refused = await generate();
  expect([refused.status, refused.body]).toEqual([
    402,
    expect.objectContaining({ type: 'urn:tessera:problem:debt-outstanding' }),
  ]);
  await buyPack(stack, user, pack);
  expect(await readCredits(user)).toMatchObject({ available: unspent, debt: 0 });
  expect((await generate()).status).toBe(202);
});

test('X5 a dispute takes the credits while it is open; won it gives them back, lost it does not', async () => {
  const user = await stack.signUp(app);
  const won = await buyPack(stack, user, pack);
  const lost = await buyPack(stack, user, pack);
  const statuses = async () => [await statusOf(user, won.payment), await statusOf(user, lost.payment)];
  const [first, second] = [stripe().dispute(won.session), stripe().dispute(lost.session)];
  await stack.settle();
  expect([await spendable(user), await statuses()]).toEqual([welcome, ['disputed', 'disputed']]);
  stripe().closeDispute(first.id, 'won');
  stripe().closeDispute(second.id, 'lost');
  await stack.settle();
  expect([await spendable(user), await statuses()]).toEqual([welcome + 100, ['paid', 'disputed']]);
});

test('X5 I5 all of it told backwards, and moved by a bus that repeats, delays and shuffles, comes to the same', async () => {
  const user = await stack.signUp(app);
  const { deliveries } = stack.payments;
  const { payment_id: payment, session_id: session } = await openPage(user, { pack_id: pack });
  await stack.account.drain();
  deliveries.hold();
  stripe().paySession(session, 'pay');
  stripe().refund(session, 333);
  const dispute = stripe().dispute(session, { amount: 400 });
  stripe().closeDispute(dispute.id, 'won');
  const { faults } = stack.account;
  const seeds = { duplicate: 1, delay: 2, reorder: 3 } as const;
  const strikes = Object.entries(seeds).map(([fault, seed]) =>
    faults.onDelivery(fault as keyof typeof seeds, { probability: 0.5, seed }),
  );
  await deliveries.deliverHeld((held) => held.toReversed());
  await stack.settle();
  faults.clear();
  expect(strikes.every(({ struck }) => struck > 0)).toBe(true);
  expect(await readPayment(user, payment)).toMatchObject({ status: 'partially_refunded', refunded_minor: 333 });
  expect(await readCredits(user)).toMatchObject({ available: welcome + 67, debt: 0 });
});
