import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buyer, pack, paymentId, refusal, sent, startAccount } from './testing/account-at.ts';
import { anothers, charge, day, intent, invoice, invoiceRead, line, linesOf, ours } from './testing/objects.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.server.close());

const request = { buyer, sale: pack, paymentId, customer: 'cus_1', idempotencyKey: 'pay:intent' };
const all = () => account.server.received.map(sent);
const listed = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const list = (data: readonly object[], hasMore = false) => ({
  body: { object: 'list', data, has_more: hasMore, url: '/' },
});

describe('a payment intent (FS4)', () => {
  test('is made with the price, the user and every method that the account takes', async () => {
    const { server, api } = account;
    server.answer({ body: intent({ status: 'requires_payment_method' }) });
    expect(await api.createPaymentIntent({ ...request, savesMethod: true })).toEqual({
      reference: 'pi_1',
      clientSecret: 'pi_1_secret_2',
    });
    expect(all()).toEqual([
      {
        call: 'POST /v1/payment_intents',
        key: 'pay:intent',
        form: {
          amount: '500',
          currency: 'usd',
          customer: 'cus_1',
          description: '100 credits',
          'automatic_payment_methods[enabled]': 'true',
          'metadata[tessera_app]': 'sparky',
          'metadata[tessera_user]': 'user_1',
          'metadata[tessera_payment]': paymentId,
          setup_future_usage: 'off_session',
        },
      },
    ]);
  });
  test('tells its client secret again', async () => {
    const { server, api } = account;
    server.answer({ body: intent() }, { body: intent({ client_secret: null }) });
    expect(await api.readClientSecret('pi_1')).toBe('pi_1_secret_2');
    await expect(api.readClientSecret('pi_1')).rejects.toMatchObject({ kind: 'refused' });
  });
});

describe('charging a saved method (X11)', () => {
  const customer = (method: unknown = null) => ({
    body: { id: 'cus_1', object: 'customer', invoice_settings: { default_payment_method: method } },
  });
  const cardError = (error: object) => refusal(402, { type: 'card_error', ...error });

  test('the one that the customer chose, off session, by our key', async () => {
    const { server, api } = account;
    server.answer(customer('pm_chosen'), { body: intent() });
    expect(await api.chargeSavedMethod(request)).toEqual({
      outcome: 'captured',
      reference: 'pi_1',
      amountMinor: 500,
      currency: 'USD',
    });
    expect(all()[1]).toMatchObject({
      key: 'pay:intent',
      form: {
        payment_method: 'pm_chosen',
        confirm: 'true',
        off_session: 'true',
        amount: '500',
        'metadata[tessera_payment]': paymentId,
      },
    });
  });
  test('else the newest', async () => {
    const { server, api } = account;
    server.answer(customer(), list([{ id: 'pm_newest' }]), { body: intent() });
    await api.chargeSavedMethod(request);
    expect(all().map(({ call }) => call)).toEqual([
      'GET /v1/customers/cus_1',
      'GET /v1/customers/cus_1/payment_methods',
      'POST /v1/payment_intents',
    ]);
    expect(all()[2]?.form).toMatchObject({ payment_method: 'pm_newest' });
  });
  test('none: nothing is charged', async () => {
    const { server, api } = account;
    server.answer(customer(), list([]));
    expect(await api.chargeSavedMethod(request)).toBeUndefined();
    server.answer({ body: { id: 'cus_1', object: 'customer', deleted: true } });
    expect(await api.chargeSavedMethod(request)).toBeUndefined();
  });
  test.each([
    ['on its way', { body: intent({ status: 'processing' }) }, { outcome: 'pending', reference: 'pi_1' }],
    [
      'to be confirmed',
      { body: intent({ status: 'requires_action' }) },
      { outcome: 'action-required', reference: 'pi_1' },
    ],
    [
      'without a method after all',
      { body: intent({ status: 'requires_payment_method' }) },
      { outcome: 'declined', reason: 'requires_payment_method', reference: 'ch_1' },
    ],
    [
      'declined',
      cardError({
        code: 'card_declined',
        decline_code: 'insufficient_funds',
        charge: 'ch_1',
        payment_intent: intent(),
      }),
      { outcome: 'declined', reason: 'insufficient_funds', reference: 'ch_1' },
    ],
    ['of an expired card', cardError({ code: 'expired_card' }), { outcome: 'declined', reason: 'expired_card' }],
    [
      'that the bank wants confirmed',
      cardError({ code: 'authentication_required', charge: 'ch_1', payment_intent: intent() }),
      { outcome: 'action-required', reference: 'pi_1' },
    ],
  ])('a charge %s', async (_, answer, outcome) => {
    const { server, api } = account;
    server.answer(customer('pm_1'), answer);
    expect(await api.chargeSavedMethod(request)).toEqual(outcome);
  });
  test('an error that tells nothing about the card is a failure', async () => {
    const { server, api } = account;
    server.answer(customer('pm_1'), refusal(400, { code: 'amount_too_small' }));
    await expect(api.chargeSavedMethod(request)).rejects.toMatchObject({ kind: 'refused' });
  });
});

describe('refunds (FS8)', () => {
  const how = { amountMinor: 250, idempotencyKey: 'pay:refund', voids: false };
  test('go by the intent, in the way Stripe counts its currency', async () => {
    const { server, api } = account;
    server.answer({ body: intent({ currency: 'isk' }) }, { body: { id: 're_1', status: 'succeeded' } });
    await api.refund('pi_1', how);
    expect(all()[1]).toEqual({
      call: 'POST /v1/refunds',
      key: 'pay:refund',
      form: { payment_intent: 'pi_1', amount: '25000' },
    });
  });
  test('that fail are failures, and there are no voids', async () => {
    const { server, api } = account;
    server.answer({ body: intent() }, { body: { id: 're_1', status: 'failed' } });
    await expect(api.refund('pi_1', how)).rejects.toMatchObject({ kind: 'refused' });
    server.answer({ body: intent() }, refusal(400, { code: 'charge_already_refunded' }));
    await expect(api.refund('pi_1', how)).rejects.toMatchObject({ kind: 'refused' });
    server.answer({ body: intent() });
    await expect(api.refund('pi_1', { ...how, voids: true })).rejects.toMatchObject({ kind: 'refused' });
    expect(all()).toEqual([]);
  });
});

describe('what Stripe says of a payment when it is asked (FS8)', () => {
  const read = {
    reference: 'pi_1',
    status: 'captured',
    amountMinor: 500,
    currency: 'USD',
    refundedMinor: 200,
    createdAt: '2026-11-21T00:00:00.000Z',
    owner: buyer.owner,
    paymentId,
    receiptUrl: 'https://pay.stripe.com/receipts/1',
  };
  test('its refunds, its receipt, and whose it is', async () => {
    const { server, api } = account;
    server.answer({ body: intent({ latest_charge: charge() }) });
    expect(await api.readPayment('pi_1')).toEqual(read);
    expect(all()[0]).toMatchObject({ call: 'GET /v1/payment_intents/pi_1', form: { 'expand[0]': 'latest_charge' } });
  });
  test.each([
    ['nobody paid yet', { status: 'requires_payment_method' }, 'pending'],
    ['a declined one', { status: 'requires_payment_method', last_payment_error: { code: 'card_declined' } }, 'failed'],
    ['one on its way', { status: 'processing' }, 'pending'],
    ['one given up', { status: 'canceled' }, 'failed'],
  ])('%s is %s', async (_, over, status) => {
    const { server, api } = account;
    server.answer({ body: intent({ latest_charge: null, amount_received: 0, ...over }) });
    expect(await api.readPayment('pi_1')).toMatchObject({ status, amountMinor: 500, refundedMinor: 0 });
  });
  test.each([
    ['nobody of ours', {}],
    ['a user that cannot be one', { ...ours, tessera_user: 'a#b' }],
  ])('metadata of %s names no owner', async (_, metadata) => {
    const { server, api } = account;
    server.answer({ body: intent({ metadata }) });
    const found = await api.readPayment('pi_1');
    expect([found.owner, found.paymentId]).toEqual([undefined, undefined]);
  });
  test("I8 metadata of another app's names its own owner, and no payment of ours", async () => {
    const { server, api } = account;
    server.answer({ body: intent({ metadata: anothers }) });
    const found = await api.readPayment('pi_1');
    expect([found.owner?.app, found.paymentId]).toEqual([anothers.tessera_app, undefined]);
  });
  test('by an invoice: the intent that paid it is found first', async () => {
    const { server, api } = account;
    const paidBy = { object: 'invoice_payment', payment: { type: 'payment_intent', payment_intent: 'pi_1' } };
    server.answer(list([paidBy]), { body: intent() });
    expect((await api.readPayment('in_1')).reference).toBe('pi_1');
    expect(all().map(({ call }) => call)).toEqual(['GET /v1/invoice_payments', 'GET /v1/payment_intents/pi_1']);
    server.answer(list([paidBy]), { body: intent() }, { body: { id: 're_1', status: 'succeeded' } });
    await api.refund('in_1', { amountMinor: 250, idempotencyKey: 'pay:refund', voids: false });
    expect(all()[2]?.form).toEqual({ payment_intent: 'pi_1', amount: '250' });
    server.answer(list([]));
    await expect(api.readPayment('in_2')).rejects.toMatchObject({ kind: 'unknown-there' });
  });
  test("are listed page by page since a time, without another app's", async () => {
    const { server, api } = account;
    const [a, b, c] = ['pi_a', 'pi_b', 'pi_c'].map((id) => intent({ id, latest_charge: charge() }));
    server.answer(list([a ?? {}, intent({ id: 'pi_x', metadata: anothers })], true), list([b ?? {}, c ?? {}]));
    const found = await listed(api.listPayments('2026-11-01T00:00:00.000Z'));
    expect(found.map(({ reference }) => reference)).toEqual(['pi_a', 'pi_b', 'pi_c']);
    expect(all().map(({ form }) => form)).toMatchObject([
      { 'created[gte]': String(day('2026-11-01')), limit: '100', 'expand[0]': 'data.latest_charge' },
      { starting_after: 'pi_x' },
    ]);
  });
});

describe('invoices (BM11, FS8)', () => {
  test('are read with their lines', async () => {
    const { server, api } = account;
    server.answer({ body: invoice() });
    expect(await api.readInvoice('in_1')).toEqual(invoiceRead);
  });
  test('are read with all their lines, where they hold the first only', async () => {
    const { server, api } = account;
    const part = { parent: { subscription_item_details: { proration: true } } };
    server.answer(
      { body: invoice({ lines: linesOf([line()], true) }) },
      list([line(), line({ id: 'il_2', amount: -300, ...part })]),
    );
    const { lines } = await api.readInvoice('in_1');
    expect(lines.map(({ amountMinor, proration }) => [amountMinor, proration])).toEqual([
      [1_000, false],
      [-300, true],
    ]);
    expect(all()[1]).toMatchObject({ call: 'GET /v1/invoices/in_1/lines' });
  });
  test.each([
    ['an unpaid one', { status: 'open' }],
    ['one of no subscription', { parent: null }],
    ["another app's", { parent: { subscription_details: { subscription: 'sub_1', metadata: anothers } } }],
  ])('%s is none here', async (_, over) => {
    const { server, api } = account;
    server.answer({ body: invoice(over) });
    await expect(api.readInvoice('in_1')).rejects.toMatchObject({ kind: 'unknown-there' });
    server.answer(list([invoice({ id: 'in_2' }), invoice(over)]));
    const found = await listed(api.listPaidInvoices('2026-11-01T00:00:00.000Z'));
    expect(found.map(({ id }) => id)).toEqual(['in_2']);
    expect(all()[0]?.form).toMatchObject({ status: 'paid', 'created[gte]': String(day('2026-11-01')) });
  });
  test('are found by the intent that paid them', async () => {
    const { server, api } = account;
    server.answer(list([{ id: 'inpay_1', invoice: 'in_1' }]), { body: invoice() });
    expect(await api.invoiceOfPayment('pi_1')).toEqual(invoiceRead);
    expect(all()[0]).toMatchObject({
      call: 'GET /v1/invoice_payments',
      form: { 'payment[type]': 'payment_intent', 'payment[payment_intent]': 'pi_1', status: 'paid' },
    });
    server.answer(list([]));
    expect(await api.invoiceOfPayment('pi_1')).toBeUndefined();
  });
});
