import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { paymentId, refusal, sent, startAccount } from './testing/account-at.ts';
import { anothers, day, intent, ours } from './testing/objects.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.server.close());

const list = (...data: readonly object[]) => ({ body: { object: 'list', data, has_more: false, url: '/' } });
const find = () => account.api.findCharge('cus_1', { paymentId, since: '2026-11-20T00:00:00.000Z' });
const declined = intent({
  id: 'pi_0',
  status: 'requires_payment_method',
  last_payment_error: { code: 'card_declined', decline_code: 'lost_card', charge: 'ch_0' },
});

test.each([
  ['money that came', [declined, intent()], { outcome: 'captured', reference: 'pi_1', amountMinor: 500 }],
  ['money on its way', [intent({ status: 'processing' }), declined], { outcome: 'pending', reference: 'pi_1' }],
  ['one to confirm', [declined, intent({ status: 'requires_action' })], { outcome: 'action-required' }],
  ['a decline', [declined], { outcome: 'declined', reason: 'lost_card', reference: 'ch_0' }],
])('X11 what came of the charges of a payment, at best: %s', async (_, intents, outcome) => {
  account.server.answer(list(...intents));
  expect(await find()).toMatchObject(outcome);
  expect(account.server.received.map(sent)).toMatchObject([
    { call: 'GET /v1/payment_intents', form: { customer: 'cus_1', 'created[gte]': String(day('2026-11-20')) } },
  ]);
});

test('X11 I8 the intents of other payments and apps are none of it', async () => {
  const metadata = { ...ours, tessera_payment: 'pay_019a9d7e-0000-7000-8000-000000000002' };
  account.server.answer(list(intent({ metadata }), intent({ metadata: anothers }), intent({ metadata: {} })));
  expect(await find()).toBeUndefined();
});

test('FS3 a key that Stripe knows with another request is no refusal of the request', async () => {
  account.server.answer(refusal(400, { type: 'idempotency_error' }));
  await expect(account.api.createCustomer({ owner: { app: 'sparky', user: 'u' } })).rejects.toMatchObject({
    name: 'ProviderFailure',
    kind: 'key-taken',
  });
});
