/** Stripe's own pages to pay on. */
import type Stripe from 'stripe';
import { type CheckoutPage, type CheckoutRequest, ProviderFailure, type StripeApi } from '../provider.ts';
import type { Account } from './account.ts';
import { ask, understand } from './failure.ts';
import { metadataOf } from './metadata.ts';
import { priceData, recurringPriceData, withProduct } from './products.ts';
import { closedSession, openSession } from './shapes.ts';

const sessionPlaceholder = '{CHECKOUT_SESSION_ID}';

/** Stripe puts the session's id in place of the braces, which therefore are not encoded. */
const withSession = (url: string): string => {
  if (url.includes(sessionPlaceholder)) return url;
  const [address = '', ...fragment] = url.split('#');
  const joined = `${address}${address.includes('?') ? '&' : '?'}session_id=${sessionPlaceholder}`;
  return [joined, ...fragment].join('#');
};

/** One that is not known there yet is made from what the user types, with this address. */
const customerOf = ({ customer, buyer }: CheckoutRequest) => {
  if (customer !== undefined) return { customer };
  return buyer.email === undefined ? {} : { customer_email: buyer.email };
};

const sessionFor = (app: string, request: CheckoutRequest): Stripe.Checkout.SessionCreateParams => {
  const { buyer, sale, paymentId, successUrl, cancelUrl, savesMethod = false } = request;
  const metadata = metadataOf(buyer.owner, paymentId);
  const shared = {
    client_reference_id: buyer.owner.user,
    ...customerOf(request),
    metadata,
    success_url: withSession(successUrl),
    cancel_url: cancelUrl,
  };
  switch (sale.kind) {
    case 'pack':
      return {
        ...shared,
        mode: 'payment',
        line_items: [{ price_data: priceData(app, sale), quantity: 1 }],
        payment_intent_data: { metadata, ...(savesMethod ? { setup_future_usage: 'off_session' } : {}) },
      };
    case 'plan':
      return {
        ...shared,
        mode: 'subscription',
        line_items: [{ price_data: recurringPriceData(app, sale), quantity: 1 }],
        subscription_data: { metadata },
      };
  }
};

type Methods = 'openCheckout' | 'expireCheckout';

export const checkoutOf = (account: Account): Pick<StripeApi, Methods> => ({
  async openCheckout(request): Promise<CheckoutPage> {
    const doing = 'opening a checkout page';
    const { app, client } = account;
    const params = sessionFor(app, request);
    const answer = await ask(doing, () =>
      withProduct(account, request.sale, (suffix) =>
        client.checkout.sessions.create(params, { idempotencyKey: `${request.idempotencyKey}${suffix}` }),
      ),
    );
    const { id, url, expires_at, payment_intent } = understand(openSession, answer, doing);
    return { session: id, url, expiresAt: expires_at, aliases: payment_intent ? [id, payment_intent] : [id] };
  },

  async expireCheckout(session) {
    try {
      await ask('closing a checkout page', () => account.client.checkout.sessions.expire(session));
      return { outcome: 'expired' };
    } catch (error) {
      if (error instanceof ProviderFailure && error.kind === 'unknown-there') return { outcome: 'gone' };
      // Stripe has no code for a page that is closed already: it is asked how the page stands.
      if (!(error instanceof ProviderFailure && error.kind === 'refused')) throw error;
      const doing = 'reading a checkout page';
      const answer = await ask(doing, () => account.client.checkout.sessions.retrieve(session));
      const { status, subscription } = understand(closedSession, answer, doing);
      if (status === 'open') throw error;
      if (status !== 'complete') return { outcome: 'expired' };
      return { outcome: 'complete', ...(subscription ? { subscription } : {}) };
    }
  },
});
