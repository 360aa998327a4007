/** Charging a card that the user let us keep, while they are not there. */
import Stripe from 'stripe';
import { fromStripeAmount } from '../../domain/money.ts';
import type { ChargeOutcome, StripeApi } from '../provider.ts';
import type { Account } from './account.ts';
import { createdBetween } from './created.ts';
import { ask, askList, understand } from './failure.ts';
import { metadataOf, paymentNamed } from './metadata.ts';
import { stripeAmount } from './products.ts';
import { type PaymentIntent, paymentIntent } from './shapes.ts';

/** The one that the customer chose, else the newest. */
const savedMethod = async (client: Stripe, customer: string): Promise<string | undefined> => {
  const found = await client.customers.retrieve(customer);
  if (found.deleted) return undefined;
  const chosen = found.invoice_settings.default_payment_method;
  if (chosen) return typeof chosen === 'string' ? chosen : chosen.id;
  const { data } = await client.customers.listPaymentMethods(customer, { limit: 1 });
  return data[0]?.id;
};

/** The bank wants the user to confirm: what Stripe's errors and events of a charge off session call it. */
export const wantsUser = 'authentication_required';

/** Undefined for an error that tells nothing about the card. */
const refusalOf = (error: unknown): ChargeOutcome | undefined => {
  if (!(error instanceof Stripe.errors.StripeCardError)) return undefined;
  const { code, decline_code, charge, payment_intent } = error;
  if (payment_intent && (code === wantsUser || decline_code === wantsUser))
    return { outcome: 'action-required', reference: payment_intent.id };
  // The SDK puts an empty text where Stripe says none.
  const reason = decline_code || code || 'declined';
  // The charge, as in the event that tells of the same attempt.
  return { outcome: 'declined', reason, ...(charge === undefined ? {} : { reference: charge }) };
};

/** As the error said when it was made: what a charge that failed left behind. */
const declined = ({ status, latest_charge, last_payment_error: error }: PaymentIntent): ChargeOutcome => {
  const reference = error?.charge ?? latest_charge?.id;
  const reason = error?.decline_code || error?.code || status;
  return { outcome: 'declined', reason, ...(reference === undefined ? {} : { reference }) };
};

const outcomeOf = (intent: PaymentIntent): ChargeOutcome => {
  const { id, status, amount, amount_received, currency } = intent;
  switch (status) {
    case 'succeeded':
      return {
        outcome: 'captured',
        reference: id,
        amountMinor: fromStripeAmount(amount_received ?? amount, currency),
        currency,
      };
    case 'processing':
      return { outcome: 'pending', reference: id };
    case 'requires_action':
      return { outcome: 'action-required', reference: id };
    default:
      return declined(intent);
  }
};

/** Far more than a customer pays within some days. */
const maxListed = 300;
const pageSize = 100;
/** The best first: one intent that was paid counts before others that were not. */
const outcomes: readonly ChargeOutcome['outcome'][] = ['captured', 'pending', 'action-required', 'declined'];

export const savedMethodOf = ({ app, client }: Account): Pick<StripeApi, 'chargeSavedMethod' | 'findCharge'> => ({
  async chargeSavedMethod({ buyer, sale, paymentId, customer, idempotencyKey }) {
    const doing = 'charging a saved method';
    const amount = stripeAmount(sale.amountMinor, sale.currency);
    const method = await ask(doing, () => savedMethod(client, customer));
    if (method === undefined) return undefined;
    const params = {
      amount,
      currency: sale.currency.toLowerCase(),
      customer,
      payment_method: method,
      description: sale.name,
      confirm: true,
      off_session: true,
      // Nobody is there to be sent anywhere.
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: metadataOf(buyer.owner, paymentId),
    };
    const answer = await ask(doing, async () => {
      try {
        return await client.paymentIntents.create(params, { idempotencyKey });
      } catch (error) {
        const refusal = refusalOf(error);
        if (!refusal) throw error;
        return refusal;
      }
    });
    return 'outcome' in answer ? answer : outcomeOf(understand(paymentIntent, answer, doing));
  },

  async findCharge(customer, { paymentId, since }) {
    const doing = 'looking for a charge';
    const params = { customer, created: createdBetween(since, undefined), limit: pageSize };
    const found: ChargeOutcome[] = [];
    for await (const answer of askList(doing, maxListed, () => client.paymentIntents.list(params))) {
      const intent = understand(paymentIntent, answer, doing);
      if (paymentNamed(app, intent.metadata)?.paymentId === paymentId) found.push(outcomeOf(intent));
    }
    return outcomes.flatMap((outcome) => found.filter((charge) => charge.outcome === outcome))[0];
  },
});
