/** Every method of the adapter, each of its ways once. */
import type { Sale, StripeApi } from '#services/billing/providers/provider.ts';
import type { Staged } from './watcher.ts';

const app = 'sparky';
const buyer = { owner: { app, user: 'user_1' }, email: 'buyer@example.com' };
const customer = 'cus_1';
const paymentId = 'pay_019a9d7e-0000-7000-8000-000000000001';
const idempotencyKey = 'key';
const since = '2026-11-01T00:00:00.000Z';
const pack: Sale = { kind: 'pack', id: 'small', name: '100 credits', amountMinor: 500, currency: 'USD' };
const plan: Sale = { kind: 'plan', id: 'pro', name: 'Pro', amountMinor: 1_000, currency: 'USD', interval: 'month' };
const page = {
  buyer,
  customer,
  successUrl: 'https://app.example/paid',
  cancelUrl: 'https://app.example/packs',
  notificationUrl: 'https://api.example/webhooks',
  idempotencyKey,
};
const off = { buyer, sale: pack, paymentId, customer, idempotencyKey };

const refusal = (error: object): Staged => ({
  status: 400,
  body: { error: { type: 'invalid_request_error', ...error } },
});
const missingProduct = refusal({ code: 'resource_missing', param: 'line_items[0][price_data][product]' });
const priceWanted = refusal({
  message: 'When `payment_behavior` is set to `pending_if_incomplete`, `items[0][price_data]` is not supported.',
});
const savedCard: Staged = (list) => ({ ...list, data: [{ id: 'pm_1', object: 'payment_method' }] });
const paidOfPlan: Staged = (invoice) => ({
  ...invoice,
  status: 'paid',
  parent: { type: 'subscription_details', subscription_details: { subscription: 'sub_1', metadata: {} } },
  lines: { ...(invoice.lines as object), has_more: true },
});

const drain = async (items: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of items);
};

interface Call {
  readonly how?: string;
  readonly staged?: readonly Staged[];
  readonly call: (api: StripeApi) => Promise<unknown>;
}

/** Callbacks are read without asking anybody. */
export const calls: Readonly<Record<Exclude<keyof StripeApi, 'publishableKey' | 'readCallback'>, readonly Call[]>> = {
  createCustomer: [{ call: (api) => api.createCustomer(buyer) }],
  removeCustomer: [{ call: (api) => api.removeCustomer(customer) }],
  openCheckout: [
    { how: 'pack', call: (api) => api.openCheckout({ ...page, sale: pack, paymentId, savesMethod: true }) },
    { how: 'plan', call: (api) => api.openCheckout({ ...page, sale: plan }) },
    {
      how: 'new product',
      staged: [missingProduct],
      call: (api) => api.openCheckout({ ...page, sale: pack, paymentId }),
    },
  ],
  expireCheckout: [
    { call: (api) => api.expireCheckout('cs_1') },
    { how: 'closed', staged: [refusal({})], call: (api) => api.expireCheckout('cs_1').catch(() => undefined) },
  ],
  openPortal: [{ call: (api) => api.openPortal(customer, page.successUrl) }],
  createPaymentIntent: [{ call: (api) => api.createPaymentIntent({ ...off, savesMethod: true }) }],
  readClientSecret: [{ call: (api) => api.readClientSecret('pi_1') }],
  chargeSavedMethod: [{ staged: [undefined, savedCard], call: (api) => api.chargeSavedMethod(off) }],
  findCharge: [{ call: (api) => api.findCharge(customer, { paymentId, since }) }],
  refund: [{ call: (api) => api.refund('pi_1', { amountMinor: 100, idempotencyKey, voids: false }) }],
  readSubscription: [{ call: (api) => api.readSubscription('sub_1') }],
  ownerOfSubscription: [{ call: (api) => api.ownerOfSubscription('sub_1') }],
  previewChange: [{ call: (api) => api.previewChange('sub_1', plan) }],
  changePlan: [
    { how: 'upgrade', call: (api) => api.changePlan('sub_1', plan, { upgrade: true, idempotencyKey }) },
    {
      how: 'upgrade, price made',
      staged: [undefined, priceWanted],
      call: (api) => api.changePlan('sub_1', plan, { upgrade: true, idempotencyKey }),
    },
    { how: 'downgrade', call: (api) => api.changePlan('sub_1', plan, { upgrade: false, idempotencyKey }) },
  ],
  cancel: [
    { how: 'now', call: (api) => api.cancel('sub_1', 'now') },
    { how: 'period-end', call: (api) => api.cancel('sub_1', 'period-end') },
  ],
  resume: [
    { call: (api) => api.resume('sub_1') },
    {
      how: 'with a date',
      staged: [(found) => ({ ...found, cancel_at_period_end: false })],
      call: (api) => api.resume('sub_1'),
    },
  ],
  readPayment: [{ call: (api) => api.readPayment('pi_1') }],
  invoiceOfPayment: [{ call: (api) => api.invoiceOfPayment('pi_1') }],
  readInvoice: [{ how: 'many lines', staged: [paidOfPlan], call: (api) => api.readInvoice('in_1') }],
  listPayments: [{ call: (api) => drain(api.listPayments(since)) }],
  listPaidInvoices: [{ call: (api) => drain(api.listPaidInvoices(since)) }],
};
