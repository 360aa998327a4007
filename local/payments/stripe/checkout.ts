/** Checkout pages: opened, paid in one of several ways, expired. */
import type Stripe from 'stripe';
import { add, type CheckoutTerms, find, get, idOf, type StripeAccount } from './account.ts';
import { attempt, type Ending } from './charging.ts';
import { newCustomer, newSession } from './customer-objects.ts';
import { newIntent } from './payment-objects.ts';
import { badRequest } from './stripe-error.ts';
import { beginSubscription } from './subscriptions.ts';

export interface NewCheckout {
  readonly mode: 'payment' | 'subscription';
  readonly terms: CheckoutTerms;
  readonly customer?: string | undefined;
  readonly clientReferenceId?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly successUrl: string;
  readonly cancelUrl?: string | undefined;
  readonly expiresAt?: number | undefined;
}

const lifeSeconds = 24 * 3_600;
const leastLifeSeconds = 30 * 60;

/** @throws StripeRefusal */
export const openSession = (account: StripeAccount, checkout: NewCheckout): Stripe.Checkout.Session => {
  const { terms, expiresAt = account.now() + lifeSeconds } = checkout;
  const customer =
    checkout.customer === undefined ? undefined : get(account, 'customer', checkout.customer, 'customer');
  get(account, 'product', terms.product, 'line_items[0][price_data][product]');
  if (expiresAt < account.now() + leastLifeSeconds || expiresAt > account.now() + lifeSeconds)
    throw badRequest('expires_at must be between 30 minutes and 24 hours from now.', { param: 'expires_at' });
  const session = add(
    account,
    newSession(account, terms, {
      mode: checkout.mode,
      customer,
      clientReferenceId: checkout.clientReferenceId,
      metadata: checkout.metadata,
      successUrl: checkout.successUrl,
      cancelUrl: checkout.cancelUrl,
      expiresAt,
    }),
  );
  account.state.terms[session.id] = terms;
  return session;
};

/** Nobody may pay by it any more. */
export const expireSession = (account: StripeAccount, session: Stripe.Checkout.Session): void => {
  session.status = 'expired';
  session.url = null;
  account.emit('checkout.session.expired', session);
};

/** A page whose time is over expires when somebody looks. @throws StripeRefusal */
export const sessionNow = (account: StripeAccount, id: string): Stripe.Checkout.Session => {
  const session = get(account, 'checkout.session', id);
  if (session.status === 'open' && session.expires_at <= account.now()) expireSession(account, session);
  return session;
};

export const termsOf = ({ state }: StripeAccount, session: string): CheckoutTerms => {
  const terms = state.terms[session];
  if (!terms) throw new Error(`${session} has no terms`);
  return terms;
};

const buyerOf = (account: StripeAccount, session: Stripe.Checkout.Session): Stripe.Customer | undefined =>
  find(account, 'customer', idOf(session.customer) ?? '');

/** The intent of the page, made by the first attempt to pay. */
const intentFor = (account: StripeAccount, session: Stripe.Checkout.Session): Stripe.PaymentIntent => {
  const known = find(account, 'payment_intent', idOf(session.payment_intent) ?? '');
  if (known) return known;
  const { name, metadata, savesMethod } = termsOf(account, session.id);
  const plan = session.mode === 'subscription';
  const intent = add(
    account,
    newIntent(account, {
      amount: session.amount_total ?? 0,
      currency: session.currency ?? 'usd',
      customer: idOf(session.customer),
      // Of a subscription the metadata is on the subscription.
      metadata: plan ? {} : metadata,
      description: plan ? undefined : name,
      savesMethod,
    }),
  );
  session.payment_intent = intent.id;
  account.emit('payment_intent.created', intent);
  return intent;
};

const complete = (account: StripeAccount, session: Stripe.Checkout.Session, paid: boolean): void => {
  const buyer = buyerOf(account, session);
  Object.assign(session, { status: 'complete', payment_status: paid ? 'paid' : 'unpaid', url: null });
  session.customer_details = {
    address: null,
    business_name: null,
    email: buyer?.email ?? 'buyer@example.com',
    individual_name: null,
    name: buyer?.name ?? null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
  account.emit('checkout.session.completed', session);
};

const subscribe = (account: StripeAccount, session: Stripe.Checkout.Session): void => {
  const tried = find(account, 'payment_intent', idOf(session.payment_intent) ?? '');
  if (tried) {
    tried.status = 'canceled';
    tried.canceled_at = account.now();
    account.emit('payment_intent.canceled', tried);
  }
  const customer = buyerOf(account, session) ?? add(account, newCustomer(account, {}));
  const terms = termsOf(account, session.id);
  const { subscription, invoice } = beginSubscription(account, customer, terms);
  Object.assign(session, { customer: customer.id, subscription: subscription.id, invoice: invoice.id });
  session.payment_intent = null;
  complete(account, session, true);
};

/** Somebody is on the page and pays, or tries to. @throws StripeRefusal unless the page is open */
export const paySession = (account: StripeAccount, id: string, ending: Ending): Stripe.Checkout.Session => {
  const session = sessionNow(account, id);
  if (session.status !== 'open') throw badRequest(`This Checkout Session is ${session.status}.`);
  if (session.mode === 'subscription' && ending === 'pay') {
    subscribe(account, session);
    return session;
  }
  if (session.mode === 'subscription' && ending === 'pending')
    throw badRequest('The stand-in begins no subscription whose first payment is pending.');
  const intent = intentFor(account, session);
  attempt(account, intent, ending, session.url);
  if (intent.status === 'succeeded' || intent.status === 'processing')
    complete(account, session, intent.status === 'succeeded');
  return session;
};

/** The money that was on its way came, or did not. @throws StripeRefusal unless it is on its way */
export const settleSession = (account: StripeAccount, id: string, arrives: boolean): Stripe.Checkout.Session => {
  const session = get(account, 'checkout.session', id);
  const intent = find(account, 'payment_intent', idOf(session.payment_intent) ?? '');
  if (intent?.status !== 'processing') throw badRequest(`Nothing is on its way for ${id}.`);
  attempt(account, intent, arrives ? 'pay' : 'decline');
  if (arrives) session.payment_status = 'paid';
  account.emit(`checkout.session.async_payment_${arrives ? 'succeeded' : 'failed'}`, session);
  return session;
};
