/** Billing's rejections on the wire. */
import { commonProblems, type ProblemSpec } from '#shared/http/problem.ts';

export type BillingRejection =
  | 'request-invalid'
  | 'unavailable'
  | 'pack-unknown'
  | 'plan-unknown'
  | 'plan-not-sold'
  | 'url-elsewhere'
  | 'provider-unsupported'
  | 'provider-unavailable'
  | 'provider-refused'
  | 'idempotency-mismatch'
  | 'subscription-exists'
  | 'subscription-none'
  | 'subscription-unchangeable'
  | 'plan-same'
  | 'customer-none'
  | 'payment-unknown'
  | 'payment-over'
  | 'payment-unvoidable'
  | 'receipt-none'
  | 'refund-exceeds'
  | 'callback-unknown'
  | 'callback-untrusted';

export const problems: Readonly<Record<BillingRejection, ProblemSpec>> = {
  'request-invalid': commonProblems['request-invalid'],
  unavailable: commonProblems.unavailable,
  'pack-unknown': { status: 404, title: 'There is no such pack' },
  'plan-unknown': { status: 404, title: 'There is no such plan' },
  'plan-not-sold': { status: 409, title: 'The plan is not for sale' },
  'url-elsewhere': { status: 400, title: "The address is on none of the app's origins" },
  'provider-unsupported': { status: 409, title: 'This cannot be done with that payment provider' },
  'provider-unavailable': { status: 503, title: 'The payment provider does not answer' },
  'provider-refused': { status: 502, title: 'The payment provider refused' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
  'subscription-exists': { status: 409, title: 'There is a subscription already' },
  'subscription-none': { status: 409, title: 'There is no subscription' },
  'subscription-unchangeable': { status: 409, title: 'The subscription cannot be changed now' },
  'plan-same': { status: 409, title: 'The subscription is of that plan already' },
  'customer-none': { status: 409, title: 'Stripe knows nothing of the user yet' },
  'payment-unknown': { status: 404, title: 'There is no such payment' },
  'payment-over': { status: 409, title: 'It is paid already' },
  'payment-unvoidable': { status: 409, title: 'The payment cannot be voided' },
  'receipt-none': { status: 404, title: 'The payment has no receipt' },
  'refund-exceeds': { status: 409, title: 'No more than what was paid goes back' },
  'callback-unknown': { status: 404, title: 'There is no such callback' },
  'callback-untrusted': { status: 401, title: 'The callback is not authentic' },
};
