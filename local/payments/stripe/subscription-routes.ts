/** Stripe's routes of prices, subscriptions and invoices. */
import type * as z from 'zod';
import { add, find, get, idOf, listOf, type StripeAccount } from './account.ts';
import * as parameters from './parameters.ts';
import { isCreated, pageOf, route, type StripeRoute } from './route.ts';
import { badRequest, missing } from './stripe-error.ts';
import { changePlan, type PlanChange, previewChange } from './subscription-changes.ts';
import { intervalOf, newPrice, type PriceTerms } from './subscription-objects.ts';
import { cancelAtPeriodEnd, cancelNow } from './subscriptions.ts';

type Update = parameters.SubscriptionUpdate;

const priceTerms = (account: StripeAccount, item: NonNullable<Update['items']>[number]): PriceTerms | undefined => {
  const data = item.price_data;
  if (data) {
    const { currency, product, unit_amount: unitAmount, recurring } = data;
    return { currency, product, unitAmount, interval: recurring.interval };
  }
  if (item.price === undefined) return undefined;
  const price = find(account, 'price', item.price);
  if (!price) throw missing('price', item.price, 'items[0][price]');
  return {
    currency: price.currency,
    product: idOf(price.product) ?? '',
    unitAmount: price.unit_amount ?? 0,
    interval: intervalOf(price),
  };
};

type Change = Pick<Update, 'items' | 'payment_behavior' | 'proration_behavior' | 'proration_date'>;

const changeIn = (account: StripeAccount, change: Change): PlanChange | undefined => {
  const [item] = change.items ?? [];
  const price = item && priceTerms(account, item);
  if (!item || !price) return undefined;
  return {
    item: item.id,
    price,
    prorates: change.proration_behavior ?? 'create_prorations',
    pays: change.payment_behavior ?? 'allow_incomplete',
    at: change.proration_date,
  };
};

const over: readonly string[] = ['canceled', 'incomplete_expired'];

const update = (account: StripeAccount, params: Update, id: string) => {
  const subscription = get(account, 'subscription', id);
  if (over.includes(subscription.status))
    throw badRequest('A canceled subscription can only update its cancellation_details and metadata.');
  const flagged = params.cancel_at_period_end ?? (params.cancel_at === '' ? false : undefined);
  if (params.payment_behavior === 'pending_if_incomplete' && (flagged !== undefined || params.metadata))
    throw badRequest('When `payment_behavior` is `pending_if_incomplete`, only supported parameters may be passed.', {
      param: 'payment_behavior',
    });
  if (params.metadata) Object.assign(subscription.metadata, params.metadata);
  const change = changeIn(account, params);
  if (change) changePlan(account, subscription, change);
  if (flagged !== undefined) cancelAtPeriodEnd(account, id, flagged);
  return subscription;
};

const invoices = (account: StripeAccount, params: z.output<typeof parameters.listedInvoices>) =>
  listOf(account, 'invoice').filter(
    ({ customer, status, created, parent }) =>
      (params.customer === undefined || idOf(customer) === params.customer) &&
      (params.status === undefined || status === params.status) &&
      (params.subscription === undefined || idOf(parent?.subscription_details?.subscription) === params.subscription) &&
      isCreated(created, params.created),
  );

export const subscriptionRoutes: readonly StripeRoute[] = [
  route('POST', '/v1/prices', parameters.newPriceParams, (account, params) => {
    const { currency, product, unit_amount: unitAmount, recurring } = params;
    get(account, 'product', product, 'product');
    return add(account, newPrice(account, { currency, product, unitAmount, interval: recurring.interval }));
  }),
  route('GET', '/v1/subscriptions/:id', parameters.none, (account, _, id) => get(account, 'subscription', id)),
  route('POST', '/v1/subscriptions/:id', parameters.subscriptionUpdate, update),
  route('DELETE', '/v1/subscriptions/:id', parameters.cancellation, (account, _, id) => cancelNow(account, id)),
  route('POST', '/v1/invoices/create_preview', parameters.preview, (account, params) => {
    const subscription = get(account, 'subscription', params.subscription, 'subscription');
    return previewChange(account, subscription, changeIn(account, params.subscription_details ?? {}));
  }),
  route('GET', '/v1/invoices', parameters.listedInvoices, (account, params) =>
    pageOf('/v1/invoices', invoices(account, params), params),
  ),
  route('GET', '/v1/invoices/:id', parameters.none, (account, _, id) => get(account, 'invoice', id)),
  route('GET', '/v1/invoices/:id/lines', parameters.listed, (account, _, id) => get(account, 'invoice', id).lines),
  route('GET', '/v1/invoice_payments', parameters.listedInvoicePayments, (account, params) => {
    const found = listOf(account, 'invoice_payment').filter(
      ({ invoice, payment, status }) =>
        (params.invoice === undefined || idOf(invoice) === params.invoice) &&
        (params.status === undefined || status === params.status) &&
        (params.payment?.payment_intent === undefined ||
          idOf(payment.payment_intent) === params.payment.payment_intent),
    );
    return pageOf('/v1/invoice_payments', found, params);
  }),
];
