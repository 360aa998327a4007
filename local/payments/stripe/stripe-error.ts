/** What Stripe answers when it does not do what it is asked. */
import type Stripe from 'stripe';

interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly charge?: string;
  readonly payment_intent?: Stripe.PaymentIntent;
}

export class StripeRefusal extends Error {
  override readonly name = 'StripeRefusal';
  readonly status: number;
  readonly error: ErrorBody;

  constructor(status: number, error: ErrorBody) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

export const badRequest = (message: string, more: { code?: string; param?: string } = {}): StripeRefusal =>
  new StripeRefusal(400, { type: 'invalid_request_error', message, ...more });

/** 404 for what the path names, 400 for what a parameter names. */
export const missing = (kind: string, id: string, param?: string): StripeRefusal =>
  new StripeRefusal(param === undefined ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param: param ?? 'id',
  });

export const cardError = (
  error: Pick<ErrorBody, 'code' | 'decline_code' | 'message' | 'charge'>,
  intent: Stripe.PaymentIntent,
): StripeRefusal => new StripeRefusal(402, { type: 'card_error', ...error, payment_intent: intent });

export const unauthorized = (key: string | undefined): StripeRefusal =>
  new StripeRefusal(401, {
    type: 'invalid_request_error',
    message:
      key === undefined
        ? 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.'
        : `Invalid API Key provided: ${key.slice(0, 8)}****`,
  });

export const unknownRoute = (method: string, path: string): StripeRefusal =>
  new StripeRefusal(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}). The local stand-in for Stripe does not know it.`,
  });
