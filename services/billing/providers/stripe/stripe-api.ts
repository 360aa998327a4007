/** Stripe, as billing asks it. */
import type { StripeApi } from '../provider.ts';
import type { StripeSetup } from '../setup.ts';
import { checkoutOf } from './checkout.ts';
import { stripeClient } from './client.ts';
import { customersOf } from './customers.ts';
import { invoicesOf } from './invoices.ts';
import { paymentIntentsOf } from './payment-intents.ts';
import { planChangesOf } from './plan-change.ts';
import { readCallbackOf } from './read-callback.ts';
import { savedMethodOf } from './saved-method.ts';
import { subscriptionsOf } from './subscriptions.ts';

/** Of one attempt; a second one follows at most. */
const defaultTimeoutMs = 6_000;

export interface StripeApiOptions {
  readonly app: string;
  readonly setup: StripeSetup;
  readonly timeoutMs?: number;
}

export const stripeApi = ({ app, setup, timeoutMs = defaultTimeoutMs }: StripeApiOptions): StripeApi => {
  const account = { app, client: stripeClient(setup, timeoutMs) };
  return {
    publishableKey: setup.publishable_key,
    readCallback: readCallbackOf(app, setup.webhook_secrets),
    ...customersOf(account),
    ...checkoutOf(account),
    ...paymentIntentsOf(account),
    ...savedMethodOf(account),
    ...subscriptionsOf(account),
    ...planChangesOf(account),
    ...invoicesOf(account),
  };
};
