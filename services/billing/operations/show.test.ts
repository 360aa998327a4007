/** One payment as an operator sees it: its events and the callbacks that told of it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordCapture, refundTotal } from '../test/payment-words.ts';
import { day } from '../test/subscriptions.ts';
import { newApp, startBooks, type TestBooks } from './testing/books.ts';

let books: TestBooks;
beforeAll(async () => {
  books = await startBooks();
});
afterAll(() => books.close());

const refunded = async () => {
  const app = newApp(books);
  const paymentId = await app.request({ amountMinor: 5_120, currency: 'KWD' });
  const receiptUrl = 'https://pay.example/receipt';
  const money = { amountMinor: 5_120, currency: 'KWD', receiptUrl };
  await app.tell(paymentId, { ...recordCapture('pi_1', money), at: day(1) });
  await app.tell(paymentId, { ...refundTotal(2_560), at: day(2) });
  const id = 'stripe:evt_1';
  const type = 'payment_intent.succeeded';
  await app.callbacks.add({
    app: app.owner.app,
    id,
    provider: 'stripe',
    type,
    receivedAt: day(1),
  });
  await app.callbacks.conclude(app.owner.app, id, { outcome: 'handled', owner: app.owner, paymentId });
  return { ...app, paymentId };
};

test('SP6 a payment is told event by event with its callbacks, amounts in the currency’s digits, no addresses', async () => {
  const { billing, owner, paymentId } = await refunded();
  const { code, said } = await billing('show', owner.app, paymentId);
  expect(code).toBe(0);
  expect(said).toContain(
    `${paymentId} of user-1 in ${owner.app}: captured at stripe; pack-500, 500 credits for KWD 5.120`,
  );
  expect(said).toContain('refunded KWD 2.560; 250 credits taken back');
  expect(said).toMatch(
    /2 {2}2027-01-02 00:00:00 {2}PaymentCaptured {3}system:test {2}capturedAt 2027-\S+ reference pi_1/,
  );
  expect(said).toContain('amount KWD 2.560, credits 250, total KWD 2.560');
  expect(said).toMatch(/2027-01-02 00:00:00 {2}stripe:evt_1 {2}payment_intent.succeeded {2}handled/);
  expect(said).not.toContain('https://');
});

test('SP6 the same as JSON', async () => {
  const { billing, owner, paymentId } = await refunded();
  const { said } = await billing('show', owner.app, paymentId, '--json');
  expect(JSON.parse(said)).toMatchObject({
    user: 'user-1',
    state: { status: 'captured', refundedMinor: 2_560 },
    events: [{ version: 1 }, { version: 2 }, { version: 3, actor: 'system:test', event: { type: 'PaymentRefunded' } }],
    callbacks: [{ id: 'stripe:evt_1', outcome: 'handled' }],
    complete: true,
  });
});

test('SP6 another app’s payment is none', async () => {
  const { billing, paymentId } = await refunded();
  expect(await billing('show', 'app-0', paymentId)).toMatchObject({
    code: 2,
    complaint: expect.stringContaining(`app-0 has no payment ${paymentId} in the account of `),
  });
});
