/** One app as the stand-in hosts it: its accounts at both providers, and what people do there. */
import type { Deliveries } from './deliveries.ts';
import { newPaymobState, type PaymobAccount, type PaymobState } from './paymob/account.ts';
import { type PaymobActs, paymobActs } from './paymob/acts.ts';
import { newStripeState, type StripeAccount, type StripeState } from './stripe/account.ts';
import { type StripeActs, stripeActs } from './stripe/acts.ts';
import { createStripeApi, type StripeAnswer, type StripeCall } from './stripe/api.ts';
import { eventMessage } from './stripe/webhooks.ts';

export interface HostedState {
  readonly stripe: StripeState;
  readonly paymob: PaymobState;
}

export interface HostedApp {
  readonly app: string;
  readonly stripe: StripeAccount;
  readonly paymob: PaymobAccount;
  readonly stripeActs: StripeActs;
  readonly paymobActs: PaymobActs;
  readonly callStripe: (call: StripeCall) => StripeAnswer;
}

export interface HostOptions {
  readonly origin: string;
  /** Where the app's webhooks are. */
  readonly callbackBase: () => string;
  readonly deliveries: Deliveries;
  readonly now: () => Date;
  readonly save: () => void;
  readonly afterwards: (run: () => void) => void;
}

export const newHostedState = (app: string): HostedState => ({
  stripe: newStripeState(app),
  paymob: newPaymobState(),
});

export const hostApp = (app: string, state: HostedState, options: HostOptions): HostedApp => {
  const { origin, callbackBase, deliveries, now } = options;
  const stripeUrl = () => `${callbackBase()}/webhooks/stripe/${app}`;
  const stripe: StripeAccount = {
    app,
    url: `${origin}/apps/${app}`,
    state: state.stripe,
    now: () => Math.floor(now().getTime() / 1_000),
    emit: (type, object, previous) => deliveries.send(eventMessage(stripe, stripeUrl, type, object, previous)),
  };
  const paymob: PaymobAccount = {
    app,
    state: state.paymob,
    now,
    send: deliveries.send,
    callbackUrl: () => `${callbackBase()}/webhooks/paymob/${app}`,
  };
  return {
    app,
    stripe,
    paymob,
    stripeActs: stripeActs(stripe, options),
    paymobActs: paymobActs(paymob, options),
    callStripe: createStripeApi(stripe),
  };
};

/** What the secret `tessera/billing/<app>` says, so that the providers are the stand-in's. */
export const setupOf = (origin: string, { stripe, paymob }: HostedState) => ({
  stripe: {
    secret_key: stripe.secretKey,
    webhook_secrets: [stripe.webhookSecret],
    publishable_key: stripe.publishableKey,
    base_url: origin,
  },
  paymob: {
    secret_key: paymob.secretKey,
    public_key: paymob.publicKey,
    hmac_secrets: [paymob.hmacSecret],
    integration_ids: [paymob.integration],
    owner: paymob.profile,
    base_url: origin,
  },
});
