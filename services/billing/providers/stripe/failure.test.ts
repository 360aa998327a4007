import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { askList } from './failure.ts';
import { stripeApi } from './stripe-api.ts';
import { app, plan, refusal, sent, startAccount } from './testing/account-at.ts';
import { intent, subscription } from './testing/objects.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.server.close());

const how = { amountMinor: 100, idempotencyKey: 'pay:refund', voids: false };
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a provider that does not answer as it should (FS8)', () => {
  test.each([
    ['one that asks to wait', refusal(429, { code: 'rate_limit' }, { 'retry-after': '7' }), 'unavailable', 7],
    ['one that asks to wait for ever', refusal(429, {}, { 'retry-after': '99999999' }), 'unavailable', 3_600],
    ['nonsense', { body: '<html>' }, 'unavailable', undefined],
    ['null', { body: 'null' }, 'unavailable', undefined],
    ['too little', { body: { id: 'pi_1' } }, 'refused', undefined],
    ['what it does not know', refusal(404, { code: 'resource_missing' }), 'unknown-there', undefined],
    ['a no', refusal(400, { code: 'parameter_invalid' }), 'refused', undefined],
    ['a key that is no good', refusal(401, {}), 'refused', undefined],
  ])('%s', async (_, answer, kind, retryAfterSeconds) => {
    const { server, api } = account;
    server.answer(answer);
    expect(await failureOf(api.readPayment('pi_1'))).toMatchObject({
      name: 'ProviderFailure',
      kind,
      retryAfterSeconds,
    });
  });

  // Each waits half a second for its second attempt, so all are asked at once.
  test('a conflict, an error of theirs, a lost connection and silence are met twice, by the same key', async () => {
    const faults = [refusal(409, {}), { status: 500, body: {} }, 'drop', 'silence'] as const;
    const met = await Promise.all(
      faults.map(async (fault) => {
        const { server, setup } = await startAccount();
        server.answer({ body: intent() }, fault);
        const api = stripeApi({ app, setup, timeoutMs: 200 });
        const failure = await failureOf(api.refund('pi_1', how));
        const calls = server.received.map(sent).slice(1);
        await server.close();
        return { failure, calls };
      }),
    );
    const refund = { call: 'POST /v1/refunds', key: 'pay:refund' };
    for (const { failure, calls } of met) {
      expect(failure).toMatchObject({ name: 'ProviderFailure', kind: 'unavailable' });
      expect(calls).toMatchObject([refund, refund]);
    }
  });

  test('an answer that was lost is asked for again, and it is fine', async () => {
    const { server, api } = account;
    server.answer({ body: intent() }, 'drop', { body: { id: 're_1', status: 'succeeded' } });
    await api.refund('pi_1', how);
    expect(server.received).toHaveLength(3);
  });

  test('nobody at all', async () => {
    const { server, setup } = await startAccount();
    await server.close();
    const failure = await failureOf(stripeApi({ app, setup, timeoutMs: 200 }).readPayment('pi_1'));
    expect(failure).toMatchObject({ kind: 'unavailable' });
  });

  test('an error of theirs in JSON that says nothing is no answer', async () => {
    const { server, api } = account;
    // Stripe says by this header that another attempt is no use.
    const silent = { status: 500, headers: { 'stripe-should-retry': 'false' }, body: {} };
    server.answer({ body: subscription() }, silent);
    const change = api.changePlan('sub_1', plan, { upgrade: true, idempotencyKey: 'change' });
    expect(await failureOf(change)).toMatchObject({ kind: 'unavailable' });
  });

  test('a list that breaks in the middle tells so', async () => {
    const { server, api } = account;
    const page = { object: 'list', data: [intent()], has_more: true, url: '/' };
    server.answer({ body: page }, refusal(429, {}));
    const found: string[] = [];
    const reading = async () => {
      for await (const { reference } of api.listPayments('2026-11-01T00:00:00.000Z')) found.push(reference);
    };
    await expect(reading()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(found).toEqual(['pi_1']);
  });
});

test('a list longer than what is looked at is a failure, and never a shorter list (FS8)', async () => {
  async function* numbers() {
    for (const number of [1, 2, 3]) yield number;
  }
  const read = async (atMost: number) => {
    let sum = 0;
    for await (const number of askList('listing', atMost, numbers)) sum += number;
    return sum;
  };
  expect(await read(3)).toBe(6);
  await expect(read(2)).rejects.toMatchObject({ name: 'ProviderFailure', kind: 'refused' });
});

test('messages to operators say what and which request, without keys, people and addresses (FS8)', async () => {
  const { server, api } = account;
  const message = 'Invalid API Key sk_test_secret for buyer@example.com at https://app.example/paid';
  server.answer(refusal(401, { message, param: 'customer' }, { 'request-id': 'req_1' }));
  expect(await failureOf(api.readPayment('pi_1'))).toMatchObject({
    message:
      'Stripe, reading a payment: Invalid API Key [key] for [address] at [url] (invalid_request_error, customer, req_1)',
  });
});
