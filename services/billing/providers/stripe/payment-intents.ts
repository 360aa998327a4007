/** Payments as Stripe keeps them: one payment intent each, however often it is tried. */
import { fromStripeAmount } from '../../domain/money.ts';
import { type PaymentAtProvider, ProviderFailure, type StripeApi } from '../provider.ts';
import type { Account } from './account.ts';
import { createdBetween } from './created.ts';
import { ask, askList, understand } from './failure.ts';
import { isAnothers, metadataOf, ownerNamed, paymentNamed } from './metadata.ts';
import { stripeAmount } from './products.ts';
import { type PaymentIntent, paymentIntent } from './shapes.ts';

/** Of a listing; a year of a busy app is read month by month. */
const maxListed = 10_000;
const pageSize = 100;

const statusOf = ({ status, last_payment_error }: PaymentIntent): PaymentAtProvider['status'] => {
  if (status === 'succeeded') return 'captured';
  if (status === 'canceled') return 'failed';
  // The same status says that nobody paid yet and that the last attempt failed.
  return status === 'requires_payment_method' && last_payment_error ? 'failed' : 'pending';
};

const paymentAt = (app: string, intent: PaymentIntent): PaymentAtProvider => {
  const { id, amount, amount_received, currency, created, metadata, latest_charge } = intent;
  const status = statusOf(intent);
  const whole = latest_charge && 'amount_refunded' in latest_charge ? latest_charge : undefined;
  const owner = ownerNamed(metadata);
  const paymentId = paymentNamed(app, metadata)?.paymentId;
  return {
    reference: id,
    status,
    amountMinor: fromStripeAmount(status === 'captured' ? (amount_received ?? amount) : amount, currency),
    currency,
    refundedMinor: fromStripeAmount(whole?.amount_refunded ?? 0, currency),
    createdAt: created,
    ...(owner ? { owner } : {}),
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(whole?.receipt_url ? { receiptUrl: whole.receipt_url } : {}),
  };
};

/** An invoice's number begins so. It is paid by a payment intent that the invoice itself does not name. */
const invoicePrefix = 'in_';
const intentBehind =
  ({ client }: Account) =>
  async (reference: string): Promise<string> => {
    if (!reference.startsWith(invoicePrefix)) return reference;
    const doing = 'finding the payment of an invoice';
    const { data } = await ask(doing, () =>
      client.invoicePayments.list({ invoice: reference, status: 'paid', limit: 1 }),
    );
    const intent = data[0]?.payment.payment_intent;
    if (!intent) throw new ProviderFailure('unknown-there', `Stripe, ${doing}: it has none`);
    return typeof intent === 'string' ? intent : intent.id;
  };

type Methods = 'createPaymentIntent' | 'readClientSecret' | 'refund' | 'readPayment' | 'listPayments';

export const paymentIntentsOf = (account: Account): Pick<StripeApi, Methods> => {
  const { app, client } = account;
  const intentOf = intentBehind(account);
  return {
    async createPaymentIntent({ buyer, sale, paymentId, customer, savesMethod = false, idempotencyKey }) {
      const doing = 'making a payment intent';
      const params = {
        amount: stripeAmount(sale.amountMinor, sale.currency),
        currency: sale.currency.toLowerCase(),
        customer,
        description: sale.name,
        automatic_payment_methods: { enabled: true },
        metadata: metadataOf(buyer.owner, paymentId),
        ...(savesMethod ? { setup_future_usage: 'off_session' as const } : {}),
      };
      const { id, client_secret } = await ask(doing, () => client.paymentIntents.create(params, { idempotencyKey }));
      if (client_secret === null) throw new ProviderFailure('refused', `Stripe, ${doing}: it has no client secret`);
      return { reference: id, clientSecret: client_secret };
    },

    async readClientSecret(reference) {
      const doing = 'reading a client secret';
      const { client_secret } = await ask(doing, () => client.paymentIntents.retrieve(reference));
      if (client_secret === null) throw new ProviderFailure('refused', `Stripe, ${doing}: it has none`);
      return client_secret;
    },

    /** The intent is read first: its currency says how Stripe counts the amount. */
    async refund(paid, { amountMinor, idempotencyKey, voids }) {
      if (voids) throw new ProviderFailure('refused', 'Stripe has no voids: what was captured is refunded');
      const doing = 'refunding';
      const reference = await intentOf(paid);
      const intent = understand(
        paymentIntent,
        await ask(doing, () => client.paymentIntents.retrieve(reference)),
        doing,
      );
      const params = { payment_intent: reference, amount: stripeAmount(amountMinor, intent.currency) };
      const { status } = await ask(doing, () => client.refunds.create(params, { idempotencyKey }));
      if (status === 'failed' || status === 'canceled')
        throw new ProviderFailure('refused', `Stripe, ${doing}: ${status}`);
    },

    async readPayment(paid) {
      const doing = 'reading a payment';
      const reference = await intentOf(paid);
      const answer = await ask(doing, () => client.paymentIntents.retrieve(reference, { expand: ['latest_charge'] }));
      return paymentAt(app, understand(paymentIntent, answer, doing));
    },

    async *listPayments(since, until) {
      const doing = 'listing payments';
      const created = createdBetween(since, until);
      const params = { created, limit: pageSize, expand: ['data.latest_charge'] };
      for await (const answer of askList(doing, maxListed, () => client.paymentIntents.list(params))) {
        const intent = understand(paymentIntent, answer, doing);
        if (!isAnothers(app, intent.metadata)) yield paymentAt(app, intent);
      }
    },
  };
};
