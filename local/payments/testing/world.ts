/** The stand-in with a receiver of its webhooks and the official library, as tests of it need them. */
import Stripe from 'stripe';
import { type LocalPayments, type PaymentsOptions, startPayments } from '../payments.ts';
import { startReceiver, type WebhookReceiver } from './receiver.ts';

export const app = 'flirt-studio';
export const otherApp = 'sparky';

export interface PaymentsWorld {
  readonly payments: LocalPayments;
  readonly receiver: WebhookReceiver;
  readonly stripe: Stripe;
  /** Moves the stand-in's clock. */
  readonly clock: { now: Date };
  /** Every event that came for the app, checked by Stripe's own library; in the order of sending. */
  events(): Promise<Stripe.Event[]>;
  /** Types of what came since it was asked last. */
  newTypes(): Promise<string[]>;
  close(): Promise<void>;
}

export const stripeFor = ({ url, stripe }: LocalPayments, name = app): Stripe => {
  const { hostname: host, port } = new URL(url);
  return new Stripe(stripe(name).secretKey, { protocol: 'http', host, port, maxNetworkRetries: 0, telemetry: false });
};

export const startWorld = async (options: Partial<PaymentsOptions> = {}): Promise<PaymentsWorld> => {
  const clock = { now: new Date('2026-11-21T12:00:00Z') };
  const receiver = await startReceiver(() => clock.now);
  const payments = await startPayments({
    apps: [app, otherApp],
    callbackBase: () => receiver.url,
    retryDelaysMs: [1, 1],
    now: () => clock.now,
    ...options,
  });
  const stripe = stripeFor(payments);
  const secret = payments.stripe(app).webhookSecret;
  let seen = 0;
  const events = async (): Promise<Stripe.Event[]> => {
    await payments.drain();
    const order = payments.deliveries.all.map(({ id }) => id);
    return receiver.received
      .filter(({ path }) => path === `/webhooks/stripe/${app}`)
      .map(({ body, headers, at }) =>
        stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret, 300, undefined, at.getTime()),
      )
      .toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  };
  return {
    payments,
    receiver,
    stripe,
    clock,
    events,
    async newTypes() {
      const all = await events();
      const types = all.slice(seen).map(({ type }) => type);
      seen = all.length;
      return types;
    },
    close: async () => {
      await payments.close();
      await receiver.close();
    },
  };
};

const metadata = { tessera_app: app, tessera_user: 'u1', tessera_payment: 'pay_1' };

/** A page to pay for a pack on. */
export const packPage = async ({ stripe }: PaymentsWorld, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) => {
  const product = `tessera_${app}_pack_small`;
  await stripe.products.create({ id: product, name: '100 credits' }).catch(() => undefined);
  const customer = await stripe.customers.create({ email: 'me@example.com' });
  return stripe.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    client_reference_id: 'u1',
    line_items: [{ price_data: { currency: 'egp', unit_amount: 10_000, product }, quantity: 1 }],
    metadata,
    payment_intent_data: { metadata },
    success_url: 'https://app.example/done?session_id={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://app.example/plans',
    ...more,
  });
};

export const planPrice = (plan: string, unitAmount: number, interval: 'month' | 'year' = 'month') => ({
  currency: 'usd',
  unit_amount: unitAmount,
  product: `tessera_${app}_plan_${plan}`,
  recurring: { interval },
});

/** Subscribes to the plan `basic` for 10 dollars a month; there is a plan `pro` beside it. */
export const subscribe = async (
  { stripe, payments }: PaymentsWorld,
  data: Stripe.Checkout.SessionCreateParams.SubscriptionData = {},
) => {
  for (const plan of ['basic', 'pro'])
    await stripe.products.create({ id: `tessera_${app}_plan_${plan}`, name: plan }).catch(() => undefined);
  const customer = await stripe.customers.create({ email: 'me@example.com' });
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    line_items: [{ price_data: planPrice('basic', 1_000), quantity: 1 }],
    subscription_data: { metadata: { tessera_app: app, tessera_user: 'u1' }, ...data },
    success_url: 'https://app.example/done',
  });
  const paid = payments.stripe(app).paySession(session.id, 'pay');
  if (typeof paid.subscription !== 'string' || typeof paid.invoice !== 'string') throw new Error('no subscription');
  return { customer: customer.id, subscription: paid.subscription, invoice: paid.invoice };
};
