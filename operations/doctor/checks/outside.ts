/** What lies outside the AWS account: the issuers' keys, the endpoints at Stripe, and the API as its clients see it. */
import { importJWK, type JWK } from 'jose';
import * as z from 'zod';
import type { StripeSetup } from '#services/billing/providers/setup.ts';
import { stripeClient } from '#services/billing/providers/stripe/client.ts';
import { eventTypes } from '#services/billing/providers/stripe/event-facts.ts';
import type { Issuer } from '#services/catalog/contracts.ts';
import { type Check, failed, ok, skipped, warning, wordingOf } from '../check.ts';

const timeoutMs = 10_000;
/** As the authorizer takes. */
const maxKeySetBytes = 65_536;

const jwk = z.custom<JWK>((key) => typeof key === 'object' && key !== null && 'kty' in key);
const keySet = z.object({ keys: z.array(jwk).max(100) });

/** Of the algorithm, as far as a key says one, and such that it can be read. */
const usableKeys = async (keys: z.infer<typeof keySet>['keys'], algorithm: string): Promise<number> => {
  const fitting = keys.filter(
    ({ alg, use }) => (alg === undefined || alg === algorithm) && (use === undefined || use === 'sig'),
  );
  const imported = await Promise.all(fitting.map((key) => importJWK(key, algorithm).catch(() => undefined)));
  return imported.filter((key) => key !== undefined).length;
};

export const issuerCheck = (app: string, issuer: Exclude<Issuer, { algorithm: 'HS256' }>): Check => ({
  name: `issuer of ${app}`,
  look: async () => {
    const { jwks_url: url, algorithm } = issuer;
    const look = `curl -s ${url}`;
    const correct = `Is it the project’s own address, in apps/${app}.ts or the context key issuers? It should show { "keys": [ … ] }:`;
    try {
      // A redirect is not followed, as the authorizer follows none.
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
      if (!response.ok) return failed(`${url} answers ${response.status}`, correct, look);
      const text = await response.text();
      if (Buffer.byteLength(text) > maxKeySetBytes) return failed(`${url} answers more than a key set`, correct, look);
      const keys = keySet.safeParse(JSON.parse(text));
      if (!keys.success) return failed(`${url} answers no key set`, correct, look);
      const usable = await usableKeys(keys.data.keys, algorithm);
      if (usable > 0) return ok(`${usable} ${usable === 1 ? 'key' : 'keys'} for ${algorithm}`);
      return failed(
        `${url} has no key for ${algorithm}`,
        'Which algorithm does the project sign with? Supabase: Settings, JWT keys. A project with the legacy secret alone is of HS256 (docs/auth.md).',
        look,
      );
    } catch (error) {
      return failed(`${url}: ${wordingOf(error)}`, correct, look);
    }
  },
});

/** Pages of a hundred. */
const maxEndpoints = 500;

const endpointsOf = async (setup: StripeSetup) => {
  const found: { readonly url: string; readonly status: string; readonly events: readonly string[] }[] = [];
  for await (const { url, status, enabled_events } of stripeClient(setup, timeoutMs).webhookEndpoints.list({
    limit: 100,
  })) {
    found.push({ url, status, events: enabled_events });
    if (found.length >= maxEndpoints) break;
  }
  return found;
};

export interface StripeCheckOptions {
  readonly app: string;
  readonly setup: () => Promise<StripeSetup | undefined>;
  /** The API's address as Stripe is to call it. */
  readonly api: () => Promise<string | undefined>;
}

const isHere = (url: string | undefined): boolean =>
  url !== undefined && /^(127\.|localhost$|\[::1\])/.test(new URL(url).hostname);

const createEndpoint = (url: string): string[] => [
  'read -rs STRIPE_SECRET_KEY',
  `curl -s https://api.stripe.com/v1/webhook_endpoints -u "$STRIPE_SECRET_KEY:" -d url=${url} ${eventTypes.map((type) => `-d enabled_events[]=${type}`).join(' ')}`,
];

export const stripeCheck = ({ app, setup: readSetup, api }: StripeCheckOptions): Check => ({
  name: `webhook endpoint at Stripe of ${app}`,
  look: async () => {
    const setup = await readSetup();
    if (!setup) return skipped('there are no keys of Stripe');
    const base = await api();
    if (base === undefined) return skipped('the API’s address is not known: name it with --api');
    if (isHere(base)) return skipped('the API is on this machine: stripe listen, or the stand-in, calls it');
    const wanted = `${base}/webhooks/stripe/${app}`;
    const endpoints = await endpointsOf(setup);
    const endpoint = endpoints.find(({ url }) => url === wanted);
    if (!endpoint)
      return failed(
        `none calls ${wanted}`,
        'Make it, and put the secret that it answers into tessera/billing (docs/billing-operators.md#stripe):',
        ...createEndpoint(wanted),
      );
    if (endpoint.status !== 'enabled')
      return failed(
        `${wanted} is ${endpoint.status}`,
        'Enable it: Stripe’s dashboard, Developers, Webhooks. Then: npm run billing -- reconcile, for what was missed.',
      );
    const missing = endpoint.events.includes('*') ? [] : eventTypes.filter((type) => !endpoint.events.includes(type));
    if (missing.length === 0) return ok(`${wanted}, all events`);
    return failed(
      `${wanted} is not told of ${missing.join(', ')}`,
      'Add these events: Stripe’s dashboard, Developers, Webhooks, Update details.',
    );
  },
});

export const paymobCheck = (app: string): Check => ({
  name: `callbacks of Paymob of ${app}`,
  look: async () =>
    skipped(
      'Paymob cannot be asked; each order names its address itself. For refunds made in its dashboard see docs/billing-operators.md#paymob',
    ),
});

export interface ApiCheckOptions {
  readonly app: string;
  readonly api: () => Promise<string | undefined>;
}

export const apiCheck = ({ app, api }: ApiCheckOptions): Check => ({
  name: `API for ${app}`,
  look: async () => {
    const base = await api();
    if (base === undefined) return skipped('the API’s address is not known: name it with --api');
    const url = `${base}/v1/apps/${app}/catalog`;
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
      await response.body?.cancel();
      if (response.ok) return ok(url);
      if (response.status >= 500)
        return failed(
          `${url} answers ${response.status}`,
          'See docs/runbook.md#api-server-errors, and:',
          `npm run catalog -- diff ${app}`,
        );
      return warning(
        `${url} answers ${response.status}`,
        'Does this deployment serve the app? Deploy again:',
        'npx cdk deploy --all',
      );
    } catch (error) {
      return failed(
        `${url}: ${wordingOf(error)}`,
        'Is it the right address? Say it with --api, or the context key public_url. Then:',
        `curl -si ${url}`,
      );
    }
  },
});
