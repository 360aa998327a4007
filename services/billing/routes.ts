/** Billing's HTTP interface: buying, subscriptions, and what an admin sees and does of payments. */
import * as z from 'zod';
import { pageQuery } from '#shared/http/page.ts';
import { routeTable } from '#shared/http/route.ts';
import { idSchema } from '#shared/ids.ts';
import { appId, userId } from '#shared/owner.ts';
import * as views from './views.ts';

const ofPayment = z.strictObject({ id: idSchema('pay') });

const buyingRoutes = routeTable({
  createCheckout: {
    method: 'POST',
    path: '/v1/checkout',
    auth: 'user',
    summary: "Opens the provider's payment page for a pack, or for a plan. The price is the catalog's.",
    idempotencyKey: 'optional',
    body: views.newCheckout,
    replies: { 201: views.checkout },
  },
  createPaymentIntent: {
    method: 'POST',
    path: '/v1/payment-intents',
    auth: 'user',
    summary: "Begins a pack's payment inside the app, with Stripe's own elements.",
    idempotencyKey: 'optional',
    body: views.newPaymentIntent,
    replies: { 201: views.paymentIntent },
  },
  listPayments: {
    method: 'GET',
    path: '/v1/payments',
    auth: 'user',
    summary: "The user's payments, newest first.",
    query: z.strictObject(pageQuery()),
    replies: { 200: views.paymentPage },
  },
  getPayment: {
    method: 'GET',
    path: '/v1/payments/{id}',
    auth: 'user',
    summary: 'One payment, as it stands now.',
    params: ofPayment,
    replies: { 200: views.payment },
  },
  getReceipt: {
    method: 'GET',
    path: '/v1/payments/{id}/receipt',
    auth: 'user',
    summary: "Where the provider shows the payment's receipt.",
    params: ofPayment,
    replies: { 200: views.receipt },
  },
});

const subscriptionRoutes = routeTable({
  getSubscription: {
    method: 'GET',
    path: '/v1/subscription',
    auth: 'user',
    summary: "The user's subscription; its status is `none` where there is none.",
    replies: { 200: views.subscription },
  },
  previewChange: {
    method: 'GET',
    path: '/v1/subscription/change-preview',
    auth: 'user',
    summary: 'What a change to this plan would cost now, and when it would take effect.',
    query: views.planChange,
    replies: { 200: views.changePreview },
  },
  changeSubscription: {
    method: 'POST',
    path: '/v1/subscription/change',
    auth: 'user',
    summary:
      'Changes the plan. To a dearer one now, for the rest of the period’s difference; to a cheaper one from the next period on.',
    idempotencyKey: 'optional',
    body: views.planChange,
    replies: { 200: views.changedSubscription },
  },
  cancelSubscription: {
    method: 'POST',
    path: '/v1/subscription/cancel',
    auth: 'user',
    summary: 'Ends it now, or when the paid period is over. Credits that were given stay.',
    body: views.cancellation,
    replies: { 200: views.subscription },
  },
  resumeSubscription: {
    method: 'POST',
    path: '/v1/subscription/resume',
    auth: 'user',
    summary: 'Takes back a cancellation that waits for the end of the period.',
    replies: { 200: views.subscription },
  },
  openBillingPortal: {
    method: 'POST',
    path: '/v1/billing-portal',
    auth: 'user',
    summary: "Opens Stripe's own page for cards, invoices and the subscription.",
    body: views.newPortal,
    replies: { 201: views.portal },
  },
});

const adminRoutes = routeTable({
  listAppPayments: {
    method: 'GET',
    path: '/v1/admin/payments',
    auth: 'admin',
    summary:
      "The app's payments, or one user's, newest first; those of one status alone. Such a page may be short and still have a next one.",
    query: z.strictObject({ ...pageQuery(), user: userId.optional(), status: views.paymentStatus.optional() }),
    replies: { 200: views.adminPaymentPage },
  },
  getAppPayment: {
    method: 'GET',
    path: '/v1/admin/payments/{id}',
    auth: 'admin',
    summary: 'One payment of the app.',
    params: ofPayment,
    replies: { 200: views.adminPayment },
  },
  listPaymentCallbacks: {
    method: 'GET',
    path: '/v1/admin/payments/{id}/callbacks',
    auth: 'admin',
    summary: 'Every callback of the provider that told of the payment, newest first.',
    params: ofPayment,
    query: z.strictObject(pageQuery()),
    replies: { 200: views.callbackPage },
  },
  refundPayment: {
    method: 'POST',
    path: '/v1/admin/payments/{id}/refunds',
    auth: 'admin',
    summary: 'Gives money back; the credits go when the provider says that the money did.',
    params: ofPayment,
    idempotencyKey: 'required',
    body: views.newRefund,
    replies: { 202: views.adminPayment },
  },
  voidPayment: {
    method: 'POST',
    path: '/v1/admin/payments/{id}/void',
    auth: 'admin',
    summary: 'Takes a payment back on the day it was made. Paymob only.',
    params: ofPayment,
    body: views.newVoid,
    replies: { 202: views.adminPayment },
  },
  listCallbacks: {
    method: 'GET',
    path: '/v1/admin/callbacks',
    auth: 'admin',
    summary: "The providers' callbacks, newest first; those that came to nothing by their outcome.",
    query: z.strictObject({ ...pageQuery(), outcome: views.callbackOutcome.optional() }),
    replies: { 200: views.callbackPage },
  },
  getCallback: {
    method: 'GET',
    path: '/v1/admin/callbacks/{id}',
    auth: 'admin',
    summary: 'One callback with its body as it came.',
    params: z.strictObject({ id: z.string().min(1).max(300) }),
    replies: { 200: views.callbackWithRaw },
  },
});

export const routes = { ...buyingRoutes, ...subscriptionRoutes, ...adminRoutes };

const received = z.object({ received: z.literal(true) });
const ofApp = z.strictObject({ app: appId });

/** A function of its own: a burst of callbacks takes no request's place. */
export const callbackRoutes = routeTable({
  receiveStripeCallback: {
    method: 'POST',
    path: '/webhooks/stripe/{app}',
    auth: 'public',
    summary: 'Takes what Stripe tells, by its signature.',
    params: ofApp,
    rawBody: true,
    replies: { 200: received },
  },
  receivePaymobCallback: {
    method: 'POST',
    path: '/webhooks/paymob/{app}',
    auth: 'public',
    summary: 'Takes what Paymob tells of a transaction, by its HMAC.',
    params: ofApp,
    query: z.strictObject({ hmac: z.string().max(200).optional() }),
    rawBody: true,
    replies: { 200: received },
  },
});
