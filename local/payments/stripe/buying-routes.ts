/** Stripe's routes of customers, products, checkout pages and payments. */
import type Stripe from 'stripe';
import type * as z from 'zod';
import { settlesTwoDecimals } from '../money.ts';
import { add, type CheckoutTerms, find, get, idOf, listOf, type StripeAccount } from './account.ts';
import { attach, attempt, attemptOffSession, cardNamed, moodOf, refund, requireOpen } from './charging.ts';
import { expireSession, openSession, sessionNow } from './checkout.ts';
import { newCustomer, newPortalSession, newProduct } from './customer-objects.ts';
import * as parameters from './parameters.ts';
import { newIntent } from './payment-objects.ts';
import { isCreated, pageOf, route, type StripeRoute } from './route.ts';
import { badRequest, cardError } from './stripe-error.ts';
import { deleteCustomer } from './subscriptions.ts';

const checkAmount = (amount: number, currency: string, param: string): void => {
  if (settlesTwoDecimals(currency) && amount % 10 !== 0)
    throw badRequest(`Invalid amount: ${amount}. Amounts in ${currency} must be divisible by 10.`, { param });
};

const customerRoutes: readonly StripeRoute[] = [
  route('POST', '/v1/customers', parameters.customer, (account, params) => {
    const customer = add(account, newCustomer(account, params));
    account.emit('customer.created', customer);
    return customer;
  }),
  route('GET', '/v1/customers/:id', parameters.none, (account, _, id) =>
    account.state.deletedCustomers[id] ? { id, object: 'customer', deleted: true } : get(account, 'customer', id),
  ),
  route('POST', '/v1/customers/:id', parameters.customer, (account, params, id) => {
    const customer = get(account, 'customer', id);
    const method = params.invoice_settings?.default_payment_method;
    if (method !== undefined) {
      attach(account, get(account, 'payment_method', method, 'invoice_settings[default_payment_method]'), id);
      customer.invoice_settings.default_payment_method = method;
    }
    if (params.email !== undefined) customer.email = params.email;
    if (params.name !== undefined) customer.name = params.name;
    Object.assign(customer.metadata, params.metadata);
    account.emit('customer.updated', customer, {});
    return customer;
  }),
  route('DELETE', '/v1/customers/:id', parameters.none, (account, _, id) => {
    deleteCustomer(account, get(account, 'customer', id));
    return { id, object: 'customer', deleted: true };
  }),
  route('GET', '/v1/customers/:id/payment_methods', parameters.listedMethods, (account, params, id) => {
    get(account, 'customer', id);
    const cards = listOf(account, 'payment_method').filter(({ customer }) => idOf(customer) === id);
    return pageOf(`/v1/customers/${id}/payment_methods`, cards, params);
  }),
  route('POST', '/v1/billing_portal/sessions', parameters.portal, (account, params) => {
    const { id } = get(account, 'customer', params.customer, 'customer');
    return add(account, newPortalSession(account, { customer: id, returnUrl: params.return_url }));
  }),
];

const productRoutes: readonly StripeRoute[] = [
  route('POST', '/v1/products', parameters.product, (account, params) => {
    if (params.id !== undefined && find(account, 'product', params.id))
      throw badRequest(`Product with id ${params.id} already exists.`, { code: 'resource_already_exists' });
    const product = add(account, newProduct(account, params));
    account.emit('product.created', product);
    return product;
  }),
  route('GET', '/v1/products/:id', parameters.none, (account, _, id) => get(account, 'product', id)),
];

const termsFrom = (account: StripeAccount, params: z.output<typeof parameters.checkout>): CheckoutTerms => {
  const [line] = params.line_items;
  const plan = params.mode === 'subscription';
  const data = plan ? params.subscription_data : params.payment_intent_data;
  const recurring = line?.price_data.recurring;
  if (!line || plan !== (recurring !== undefined))
    throw badRequest(`Mode ${params.mode} ${plan ? 'needs' : 'takes no'} recurring prices.`, { param: 'line_items' });
  if (plan ? params.payment_intent_data : params.subscription_data)
    throw badRequest(`Mode ${params.mode} takes no ${plan ? 'payment_intent_data' : 'subscription_data'}.`);
  const { currency, unit_amount: unitAmount, product } = line.price_data;
  checkAmount(unitAmount, currency, 'line_items[0][price_data][unit_amount]');
  const trialDays = params.subscription_data?.trial_period_days;
  return {
    product,
    name: find(account, 'product', product)?.name ?? product,
    unitAmount,
    quantity: line.quantity ?? 1,
    currency,
    ...(recurring ? { interval: recurring.interval } : {}),
    ...(trialDays === undefined ? {} : { trialDays }),
    metadata: data?.metadata ?? {},
    savesMethod: params.payment_intent_data?.setup_future_usage === 'off_session',
  };
};

const checkoutRoutes: readonly StripeRoute[] = [
  route('POST', '/v1/checkout/sessions', parameters.checkout, (account, params) =>
    openSession(account, {
      mode: params.mode,
      terms: termsFrom(account, params),
      customer: params.customer,
      clientReferenceId: params.client_reference_id,
      metadata: params.metadata,
      successUrl: params.success_url,
      cancelUrl: params.cancel_url,
      expiresAt: params.expires_at,
    }),
  ),
  route('GET', '/v1/checkout/sessions/:id', parameters.none, (account, _, id) => sessionNow(account, id)),
  route('POST', '/v1/checkout/sessions/:id/expire', parameters.none, (account, _, id) => {
    const session = sessionNow(account, id);
    if (session.status !== 'open')
      throw badRequest(`Only Checkout Sessions with a status in ["open"] can be expired. It is ${session.status}.`);
    expireSession(account, session);
    return session;
  }),
];

/** With a card at hand: paid, refused with 402, or waiting for the buyer. */
const confirm = (
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  how: z.output<typeof parameters.confirmation>,
): Stripe.PaymentIntent => {
  requireOpen(intent);
  const name = how.payment_method ?? idOf(intent.payment_method);
  if (name === undefined)
    throw badRequest('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    });
  const method = cardNamed(account, name);
  if (how.off_session && idOf(method.customer) !== idOf(intent.customer))
    throw badRequest('The PaymentMethod does not belong to the Customer of this PaymentIntent.');
  intent.payment_method = method.id;
  const mood = moodOf(account, method.id);
  if (!how.off_session && mood === 'needs-authentication')
    attempt(account, intent, 'authenticate', how.return_url ?? null);
  else attemptOffSession(account, intent, mood);
  const error = intent.last_payment_error;
  if (intent.status === 'requires_payment_method' && error)
    throw cardError(
      {
        code: error.code ?? 'card_declined',
        message: error.message ?? 'Your card was declined.',
        ...(error.decline_code === undefined ? {} : { decline_code: error.decline_code }),
        ...(error.charge === undefined ? {} : { charge: error.charge }),
      },
      structuredClone(intent),
    );
  return intent;
};

const createIntent = (account: StripeAccount, params: z.output<typeof parameters.intent>): Stripe.PaymentIntent => {
  checkAmount(params.amount, params.currency, 'amount');
  if (params.customer !== undefined) get(account, 'customer', params.customer, 'customer');
  if (params.off_session && !params.confirm)
    throw badRequest('You can only set off_session when confirm is true.', { param: 'off_session' });
  const intent = add(
    account,
    newIntent(account, {
      amount: params.amount,
      currency: params.currency,
      customer: params.customer,
      metadata: params.metadata,
      description: params.description,
      savesMethod: params.setup_future_usage === 'off_session',
      automaticMethods: params.automatic_payment_methods?.enabled,
    }),
  );
  account.emit('payment_intent.created', intent);
  return params.confirm ? confirm(account, intent, params) : intent;
};

const paymentRoutes: readonly StripeRoute[] = [
  route('POST', '/v1/payment_intents', parameters.intent, createIntent),
  route('GET', '/v1/payment_intents', parameters.listedIntents, (account, params) => {
    const found = listOf(account, 'payment_intent').filter(
      ({ customer, created }) =>
        (params.customer === undefined || idOf(customer) === params.customer) && isCreated(created, params.created),
    );
    return pageOf('/v1/payment_intents', found, params);
  }),
  route('GET', '/v1/payment_intents/:id', parameters.none, (account, _, id) => get(account, 'payment_intent', id)),
  route('POST', '/v1/payment_intents/:id/confirm', parameters.confirmation, (account, params, id) =>
    confirm(account, get(account, 'payment_intent', id), params),
  ),
  route('GET', '/v1/charges/:id', parameters.none, (account, _, id) => get(account, 'charge', id)),
  route('POST', '/v1/refunds', parameters.refund, (account, params) => {
    const reference = params.payment_intent ?? params.charge;
    if (reference === undefined)
      throw badRequest('One of the following params should be provided for this request: payment_intent or charge.');
    return refund(account, reference, params);
  }),
];

export const buyingRoutes: readonly StripeRoute[] = [
  ...customerRoutes,
  ...productRoutes,
  ...checkoutRoutes,
  ...paymentRoutes,
];
