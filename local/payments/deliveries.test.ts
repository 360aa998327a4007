import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { app, type PaymentsWorld, packPage, startWorld } from './testing/world.ts';

let world: PaymentsWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const receivedTypes = () => world.receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);

test('a webhook that is not taken comes again with the same body, and is given up after three tries', async () => {
  world.receiver.answerNext(500, 503);
  await world.stripe.customers.create();
  await world.payments.drain();
  const [first, , third] = world.receiver.received;
  expect(third?.body).toBe(first?.body);
  expect(world.payments.deliveries.all.at(-1)).toMatchObject({ status: 'delivered', tries: 3, answer: '200' });
  world.receiver.answerNext(401, 401, 401);
  await world.stripe.customers.create();
  await world.payments.drain();
  const last = world.payments.deliveries.all.at(-1);
  expect(last).toMatchObject({ status: 'given-up', tries: 3, answer: '401' });
  await world.payments.deliveries.redeliver(last?.id ?? '');
  expect(world.payments.deliveries.all.at(-1)).toMatchObject({ status: 'delivered' });
});

test('webhooks are held, and come in any order, twice or never', async () => {
  const { id } = await packPage(world);
  await world.payments.drain();
  const before = receivedTypes().length;
  world.payments.deliveries.hold();
  world.payments.stripe(app).paySession(id, 'pay');
  await world.payments.drain();
  expect(receivedTypes()).toHaveLength(before);
  await world.payments.deliveries.deliverHeld((held) => {
    const [created, charge, intent, session] = held;
    return [session, intent, session].flatMap((delivery) =>
      delivery && delivery !== created && delivery !== charge ? [delivery] : [],
    );
  });
  expect(receivedTypes().slice(before)).toEqual([
    'checkout.session.completed',
    'payment_intent.succeeded',
    'checkout.session.completed',
  ]);
  expect(world.payments.deliveries.all.filter(({ status }) => status === 'dropped')).toHaveLength(2);
  await world.stripe.customers.create();
  await world.payments.drain();
  expect(receivedTypes().at(-1)).toBe('customer.created');
});
