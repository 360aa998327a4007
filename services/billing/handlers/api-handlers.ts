/** Every route's handler, over what they all stand on. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Handlers } from '#shared/http/route.ts';
import type { BillingRejection } from '../problems.ts';
import type { routes } from '../routes.ts';
import { type AdminCallbacksDeps, getCallback, listCallbacks, listPaymentCallbacks } from './routes/admin-callbacks.ts';
import * as admin from './routes/admin-payments.ts';
import { openBillingPortal, type PortalDeps } from './routes/billing-portal.ts';
import { type CheckoutDeps, createCheckout } from './routes/create-checkout.ts';
import { createPaymentIntent, type PaymentIntentDeps } from './routes/create-payment-intent.ts';
import { getPayment, getReceipt, listPayments, type PaymentsDeps } from './routes/payments.ts';
import { withSourceFaults } from './routes/source-faults.ts';
import * as subscription from './routes/subscription.ts';

export interface ApiDependencies
  extends CheckoutDeps,
    PaymentIntentDeps,
    PaymentsDeps,
    PortalDeps,
    subscription.SubscriptionDeps,
    AdminCallbacksDeps,
    admin.AdminPaymentsDeps {
  readonly paymentRows: AdminCallbacksDeps['paymentRows'];
  readonly customers: CheckoutDeps['customers'];
  readonly subscriptions: CheckoutDeps['subscriptions'];
  readonly logger: Logger;
}

export const apiHandlers = (dependencies: ApiDependencies): Handlers<typeof routes, BillingRejection> => {
  const told = withSourceFaults(dependencies.logger);
  return {
    createCheckout: told(createCheckout(dependencies)),
    createPaymentIntent: told(createPaymentIntent(dependencies)),
    listPayments: listPayments(dependencies),
    getPayment: getPayment(dependencies),
    getReceipt: told(getReceipt(dependencies)),
    getSubscription: subscription.getSubscription(dependencies),
    previewChange: told(subscription.previewChange(dependencies)),
    changeSubscription: told(subscription.changeSubscription(dependencies)),
    cancelSubscription: told(subscription.cancelSubscription(dependencies)),
    resumeSubscription: told(subscription.resumeSubscription(dependencies)),
    openBillingPortal: told(openBillingPortal(dependencies)),
    listAppPayments: admin.listAppPayments(dependencies),
    getAppPayment: admin.getAppPayment(dependencies),
    listPaymentCallbacks: listPaymentCallbacks(dependencies),
    refundPayment: told(admin.refundPayment(dependencies)),
    voidPayment: told(admin.voidPayment(dependencies)),
    listCallbacks: listCallbacks(dependencies),
    getCallback: getCallback(dependencies),
  };
};
