import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { plan, refusal, sent, startAccount } from './testing/account-at.ts';
import { anothers, day, line, linesOf, oldSubscription, subscription } from './testing/objects.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.server.close());

const all = () => account.server.received.map(sent);
const itemForm = {
  'items[0][id]': 'si_1',
  'items[0][price_data][currency]': 'usd',
  'items[0][price_data][unit_amount]': '1000',
  'items[0][price_data][product]': 'tessera_sparky_plan_pro',
  'items[0][price_data][recurring][interval]': 'month',
};

describe('how a subscription stands (BM11)', () => {
  const observed = {
    provider: 'stripe',
    reference: 'sub_1',
    status: 'active',
    plan: 'pro',
    amountMinor: 1_000,
    currency: 'USD',
    interval: 'month',
    currentPeriodEnd: '2026-12-21T00:00:00.000Z',
    cancelAtPeriodEnd: false,
  };
  test.each([
    ['today', subscription()],
    ['before 2025', oldSubscription()],
  ])('in the shape of %s', async (_, body) => {
    const { server, api } = account;
    server.answer({ body });
    expect(await api.readSubscription('sub_1')).toEqual({
      observed,
      customer: 'cus_1',
      owner: { app: 'sparky', user: 'user_1' },
      item: 'si_1',
    });
  });
  test('in a trial, and ending with it by a date that the portal set', async () => {
    const { server, api } = account;
    const trial_end = day('2026-12-21');
    server.answer({ body: subscription({ status: 'trialing', trial_end, cancel_at: trial_end }) });
    expect((await api.readSubscription('sub_1')).observed).toMatchObject({
      status: 'trialing',
      trialEnd: '2026-12-21T00:00:00.000Z',
      cancelAtPeriodEnd: true,
    });
  });
  test("I8 another app's names its own owner, so that it is known as such", async () => {
    const { server, api } = account;
    server.answer({ body: subscription({ metadata: anothers }) });
    expect((await api.readSubscription('sub_1')).owner?.app).toBe(anothers.tessera_app);
  });
  test.each([
    ['a status that is new', { status: 'dormant' }],
    ['no period', { items: { data: [{ ...subscription().items.data[0], current_period_end: undefined }] } }],
  ])('%s is not understood, which is a failure', async (_, over) => {
    const { server, api } = account;
    server.answer({ body: subscription(over) });
    await expect(api.readSubscription('sub_1')).rejects.toMatchObject({ name: 'ProviderFailure', kind: 'refused' });
  });
});

describe('a change of plan (FS7)', () => {
  const part = (amount: number) => line({ amount, parent: { subscription_item_details: { proration: true } } });
  const next = line({ period: { start: day('2026-12-21'), end: day('2027-01-21') } });
  test.each([
    ['parts of the running period, and not the next one', [part(-500), part(1_500), next], 1_000],
    ['a whole period, where the change begins a new one', [part(-500), line({ amount: 9_000 })], 8_500],
    ['something to be credited', [part(-500), part(200)], -300],
  ])('costs now: %s', async (_, lines, amountMinor) => {
    const { server, api } = account;
    server.answer({ body: subscription() }, { body: { object: 'invoice', currency: 'usd', lines: linesOf(lines) } });
    expect(await api.previewChange('sub_1', plan)).toEqual({ amountMinor, currency: 'USD' });
    expect(all()[1]).toMatchObject({
      call: 'POST /v1/invoices/create_preview',
      form: {
        subscription: 'sub_1',
        'subscription_details[items][0][id]': 'si_1',
        'subscription_details[items][0][price_data][product]': 'tessera_sparky_plan_pro',
        'subscription_details[proration_behavior]': 'always_invoice',
      },
    });
  });
  test('to a better one is invoiced at once and made when that is paid', async () => {
    const { server, api } = account;
    server.answer({ body: subscription() });
    await api.changePlan('sub_1', plan, { upgrade: true, idempotencyKey: 'change' });
    expect(all()[1]).toEqual({
      call: 'POST /v1/subscriptions/sub_1',
      key: 'change',
      form: { ...itemForm, proration_behavior: 'always_invoice', payment_behavior: 'pending_if_incomplete' },
    });
  });
  test('to a better one has its price made first, where Stripe takes none that comes with a pending update', async () => {
    const { server, api } = account;
    const message =
      'When `payment_behavior` is set to `pending_if_incomplete`, you can only pass supported params. `items[0][price_data]` is not supported.';
    server.answer(
      { body: subscription() },
      refusal(400, { message }),
      { body: { id: 'price_2' } },
      { body: subscription() },
    );
    await api.changePlan('sub_1', plan, { upgrade: true, idempotencyKey: 'change' });
    expect(all().slice(2)).toEqual([
      {
        call: 'POST /v1/prices',
        key: 'change:price',
        form: {
          currency: 'usd',
          unit_amount: '1000',
          product: 'tessera_sparky_plan_pro',
          'recurring[interval]': 'month',
        },
      },
      {
        call: 'POST /v1/subscriptions/sub_1',
        key: 'change:priced',
        form: {
          'items[0][id]': 'si_1',
          'items[0][price]': 'price_2',
          proration_behavior: 'always_invoice',
          payment_behavior: 'pending_if_incomplete',
        },
      },
    ]);
  });
  test('to a smaller one costs nothing, and the next period is of it', async () => {
    const { server, api } = account;
    server.answer({ body: subscription() });
    await api.changePlan('sub_1', plan, { upgrade: false, idempotencyKey: 'change' });
    expect(all()[1]).toMatchObject({ key: 'change', form: { ...itemForm, proration_behavior: 'none' } });
  });
  test('to one that Stripe has no product of makes it', async () => {
    const { server, api } = account;
    const missing = refusal(400, { code: 'resource_missing', param: 'items[0][price_data][product]' });
    server.answer({ body: subscription() }, missing, { body: { id: 'made' } }, { body: subscription() });
    await api.changePlan('sub_1', plan, { upgrade: false, idempotencyKey: 'change' });
    expect(all().map(({ call, key }) => (call === 'POST /v1/subscriptions/sub_1' ? key : call))).toEqual([
      'GET /v1/subscriptions/sub_1',
      'change',
      'POST /v1/products',
      'change:made',
    ]);
  });
});

describe('cancelling (FS7)', () => {
  test('now', async () => {
    const { server, api } = account;
    server.answer({ body: subscription({ status: 'canceled' }) });
    await api.cancel('sub_1', 'now');
    expect(all()).toMatchObject([{ call: 'DELETE /v1/subscriptions/sub_1' }]);
  });
  test('now, though it was over already; and not when it cannot be', async () => {
    const { server, api } = account;
    const gone = refusal(404, { code: 'resource_missing' });
    server.answer(gone, { body: subscription({ status: 'canceled' }) });
    await api.cancel('sub_1', 'now');
    server.answer(gone, { body: subscription() });
    await expect(api.cancel('sub_1', 'now')).rejects.toMatchObject({ kind: 'unknown-there' });
    server.answer(gone);
    await expect(api.cancel('sub_1', 'now')).rejects.toMatchObject({ kind: 'unknown-there' });
  });
  test('at the end of the period, resumed, and again: no call has the answer of the one before', async () => {
    const { server, api } = account;
    server.answer({ body: subscription() });
    await api.cancel('sub_1', 'period-end');
    await api.resume('sub_1');
    await api.cancel('sub_1', 'period-end');
    const changes = all().filter(({ call }) => call.startsWith('POST'));
    expect(changes.map(({ form }) => form)).toEqual([
      { cancel_at_period_end: 'true' },
      { cancel_at_period_end: 'false' },
      { cancel_at_period_end: 'true' },
    ]);
    expect(new Set(changes.map(({ key }) => key)).size).toBe(3);
    expect(changes.every(({ key }) => typeof key === 'string')).toBe(true);
  });
  test('by a date is resumed by taking the date away', async () => {
    const { server, api } = account;
    server.answer({ body: subscription({ cancel_at: day('2026-12-21') }) });
    await api.resume('sub_1');
    expect(all()[1]?.form).toEqual({ cancel_at: '' });
  });
});
