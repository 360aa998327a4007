/**
 * The providers that an app's users can pay by: those whose keys are in its secret (`setup.ts`). They are kept for a minute,
 * so that a new key counts soon, and for an hour when the secret cannot be read.
 */
import { type LastGood, lastGood } from '#shared/last-good.ts';
import { paymobApi } from './paymob/paymob-api.ts';
import type { Providers, ProvidersOf } from './provider.ts';
import { type BillingSetup, billingSetup, setupSecret } from './setup.ts';

export interface RegistryOptions {
  /** Answers nothing when there is no such secret. */
  readonly readSecret: (name: string) => Promise<string | undefined>;
  /** Told why an app's secret cannot be used, without its values. */
  readonly onFailure?: (app: string, error: unknown) => void;
  /** Milliseconds; the clock by default. */
  readonly now?: () => number;
}

const minuteMs = 60_000;
/** Far more than one deployment serves; the app that was asked for first is forgotten first. */
const maxApps = 1_000;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new Error('the secret is no JSON');
  }
};

/** @throws Error naming the fields that are wrong */
const parseSetup = (text: string): BillingSetup => {
  const { success, data, error } = billingSetup.safeParse(parseJson(text));
  if (success) return data;
  throw new Error(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
};

const setUp = async (app: string, text: string | undefined): Promise<Providers> => {
  const { stripe, paymob } = text === undefined ? {} : parseSetup(text);
  return {
    ...(paymob ? { paymob: paymobApi({ app, setup: paymob }) } : {}),
    // Stripe's SDK is large: who has no key for it need not load it.
    ...(stripe ? { stripe: (await import('./stripe/stripe-api.ts')).stripeApi({ app, setup: stripe }) } : {}),
  };
};

export const providersOf = ({ readSecret, onFailure, now }: RegistryOptions): ProvidersOf => {
  const known = new Map<string, LastGood<Providers>>();

  const learn = (app: string): LastGood<Providers> => {
    const [oldest] = known.keys();
    if (known.size >= maxApps && oldest !== undefined) known.delete(oldest);
    const providers = lastGood<Providers>({
      load: async () => setUp(app, await readSecret(setupSecret(app))),
      maxAgeMs: minuteMs,
      cooldownMs: minuteMs / 2,
      emptyCooldownMs: 1_000,
      keepMs: 60 * minuteMs,
      onFailure: (error) => onFailure?.(app, error),
      ...(now ? { now } : {}),
    });
    known.set(app, providers);
    return providers;
  };

  return (app) => (known.get(app) ?? learn(app)).read();
};
