/** Stripe's events on their way to an app's endpoint, signed as Stripe signs. */
import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import type { Message } from '../deliveries.ts';
import { newId, type StripeAccount, type StripeObject } from './account.ts';

/** `t` is when this try is made; `v1` signs it with the body. */
export const signatureHeader = (body: string, secret: string, at: number): string => {
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return `t=${at},v1=${signature}`;
};

export const eventMessage = (
  { app, now, state }: Pick<StripeAccount, 'app' | 'now' | 'state'>,
  url: () => string,
  type: string,
  object: StripeObject,
  previous: Readonly<Record<string, unknown>> | undefined,
): Message => {
  const id = newId('evt');
  // Two spaces, as Stripe's bodies have: who parses and writes it again has another body.
  const body = JSON.stringify(
    {
      id,
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: now(),
      data: { object, ...(previous ? { previous_attributes: previous } : {}) },
      livemode: false,
      pending_webhooks: 1,
      request: { id: newId('req'), idempotency_key: null },
      type,
    },
    undefined,
    2,
  );
  return {
    app,
    provider: 'stripe',
    id,
    type,
    body,
    request: () => ({
      url: url(),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signatureHeader(body, state.webhookSecret, now()),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
    }),
  };
};
