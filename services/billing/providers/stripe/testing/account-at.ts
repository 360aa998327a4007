/** An app's account on a provider of the loopback. */
import { type Received, startScriptedServer } from '../../testing/scripted-server.ts';
import { stripeApi } from '../stripe-api.ts';

export const app = 'sparky';
export const buyer = { owner: { app, user: 'user_1' }, email: 'buyer@example.com' };
export const paymentId = 'pay_019a9d7e-0000-7000-8000-000000000001' as const;
export const pack = { kind: 'pack', id: 'small', name: '100 credits', amountMinor: 500, currency: 'USD' } as const;
export const plan = {
  kind: 'plan',
  id: 'pro',
  name: 'Pro',
  amountMinor: 1_000,
  currency: 'USD',
  interval: 'month',
} as const;

export const startAccount = async () => {
  const server = await startScriptedServer();
  const setup = {
    secret_key: 'sk_test_secret',
    webhook_secrets: ['whsec_1'],
    publishable_key: 'pk_test_1',
    base_url: server.url,
  };
  return { server, api: stripeApi({ app, setup, timeoutMs: 1_000 }), setup };
};

/** What was sent, each as `POST /v1/refunds` and its form. */
export const sent = ({ method, path, body, headers }: Received) => ({
  call: `${method} ${path.split('?')[0]}`,
  form: Object.fromEntries(new URLSearchParams(method === 'GET' ? path.split('?')[1] : body)),
  key: headers['idempotency-key'],
});

/** As Stripe says no. */
export const refusal = (status: number, error: object, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: { error: { type: 'invalid_request_error', message: 'No.', ...error } },
});
