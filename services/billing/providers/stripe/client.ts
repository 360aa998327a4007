/** The official SDK, made for one app's account. It says the same again once, with the same idempotency key. */
import Stripe from 'stripe';
import type { StripeSetup } from '../setup.ts';

const place = (baseUrl: string) => {
  const { protocol, hostname, port } = new URL(baseUrl);
  const isPlain = protocol === 'http:';
  return { protocol: isPlain ? 'http' : 'https', host: hostname, port: port || (isPlain ? '80' : '443') } as const;
};

/** Telemetry stays off: it would tell how long our calls took. */
export const stripeClient = ({ secret_key, base_url }: StripeSetup, timeoutMs: number): Stripe =>
  new Stripe(secret_key, {
    ...(base_url === undefined ? {} : place(base_url)),
    timeout: timeoutMs,
    maxNetworkRetries: 1,
    telemetry: false,
  });
