/** Billing's API function. Callbacks have one of their own (`callbacks.ts`). */
import { apiFunction } from '#shared/http/api-function.ts';
import {
  audit,
  callbackLog,
  catalog,
  customers,
  logger,
  metrics,
  paymentRows,
  paymentStore,
  providers,
  publicUrl,
  references,
  requestKeys,
  subscriptionStore,
} from '../composition.ts';
import { paymentHandler } from '../handle-payment.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { observeSubscription } from '../subscriptions/observe.ts';
import { apiHandlers } from './api-handlers.ts';

const log = logger();
const payments = paymentStore();
const subscriptions = subscriptionStore();
const handleSubscription = subscriptionHandler(subscriptions);

export const handler = apiFunction({
  routes,
  handlers: apiHandlers({
    payments,
    handlePayment: paymentHandler(payments),
    subscriptions,
    handleSubscription,
    observe: observeSubscription({
      store: subscriptions,
      handle: handleSubscription,
      now: () => new Date().toISOString(),
    }),
    catalog: catalog(log),
    providersOf: providers(log),
    customers: customers(),
    references: references(),
    requestKeys: requestKeys(),
    paymentRows: paymentRows(),
    callbacks: callbackLog(),
    publicUrl: publicUrl(),
    logger: log,
  }),
  problems,
  logger: log,
  metrics: metrics(),
  audit: audit(),
});
