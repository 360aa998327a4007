/** Reconciliation of subscriptions: those that give a plan here beside how they stand at Stripe. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { day, observe, recordPaid, recordPrepaid } from '../test/subscriptions.ts';
import { newApp, startBooks, type TestBooks } from './testing/books.ts';

let books: TestBooks;
beforeAll(async () => {
  books = await startBooks();
});
afterAll(() => books.close());

/** A user who pays for a subscription here; it is as here at Stripe. */
const subscribed = async () => {
  const app = newApp(books);
  const next = { paymentId: 'pay_2', from: day(31), until: day(62) };
  await app.tellSubscription(observe(day(0), 0), recordPaid(day(0)), recordPaid(day(31), next));
  app.stripe.subscribe(app.owner);
  return app;
};

describe('FS8 a subscription that gives a plan here', () => {
  test('and stands the same way at Stripe is no difference', async () => {
    const { reconcile } = await subscribed();
    expect(await reconcile()).toMatchObject({ code: 0, differences: [], subscriptions: 1 });
  });

  test('and has ended there unheard is found, and ended by --fix', async () => {
    const { reconcile, stripe, owner, subscription } = await subscribed();
    stripe.subscribe(owner, { status: 'canceled' });
    expect(await reconcile()).toMatchObject({
      code: 1,
      differences: [{ kind: 'subscription differs', reference: 'sub_1', user: 'user-1', at: day(31) }],
    });
    expect(await subscription()).toMatchObject({ entitledTo: 'plus' });
    expect(await reconcile('--fix')).toMatchObject({ code: 0, mended: [{ outcome: 'handled' }], remaining: [] });
    expect(await subscription()).toMatchObject({ entitledTo: null, observed: { status: 'canceled' } });
  });

  test('and is not there at all is told, and left to people', async () => {
    const app = newApp(books);
    await app.tellSubscription(observe(day(0), 0), recordPaid(day(0)));
    expect(await app.reconcile('--fix')).toMatchObject({
      code: 1,
      mended: [],
      remaining: [{ what: expect.stringContaining('Stripe knows no such subscription') }],
    });
  });

  test('is one of this app, and none that was prepaid', async () => {
    await subscribed();
    const app = newApp(books);
    await app.tellSubscription(recordPrepaid(day(0)));
    expect(await app.reconcile()).toMatchObject({ code: 0, subscriptions: 0 });
  });
});
