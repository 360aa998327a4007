/** Real payment providers on this machine: test keys from the shell take the place of the stand-ins, for every app. */
import * as z from 'zod';
import { type BillingSetup, billingSetup, setupSecret } from '#services/billing/providers/setup.ts';
import { credentialsIn, type Environment, namesIn, type Variables } from './provider-keys.ts';

const variables: Readonly<Record<string, Variables>> = {
  stripe: {
    needed: { secret_key: 'STRIPE_SECRET_KEY', webhook_secrets: 'STRIPE_WEBHOOK_SECRET' },
    more: { publishable_key: 'STRIPE_PUBLISHABLE_KEY' },
    lists: ['webhook_secrets'],
  },
  paymob: {
    needed: {
      secret_key: 'PAYMOB_SECRET_KEY',
      public_key: 'PAYMOB_PUBLIC_KEY',
      hmac_secrets: 'PAYMOB_HMAC_SECRET',
      integration_ids: 'PAYMOB_INTEGRATION_IDS',
    },
    more: { base_url: 'PAYMOB_BASE_URL', owner: 'PAYMOB_OWNER' },
    lists: ['hmac_secrets'],
  },
};

/** Every variable that is read, for the help. */
export const billingVariables: readonly string[] = namesIn(variables);

/** Keys that move real money have no place on a machine that tries things out. */
const live = /_live_/;

/** What the shell has keys of. @throws Error naming what is missing or wrong, and no value */
export const realProviders = (environment: Environment): BillingSetup => {
  const { stripe, paymob } = credentialsIn(environment, variables);
  const ids = paymob?.integration_ids;
  const owner = paymob?.owner;
  const given = {
    ...(stripe ? { stripe } : {}),
    ...(paymob
      ? {
          paymob: {
            ...paymob,
            integration_ids: String(ids).split(',').map(Number),
            ...(owner === undefined ? {} : { owner: Number(owner) }),
          },
        }
      : {}),
  };
  const setup = billingSetup.safeParse(given);
  if (!setup.success) throw new Error(`the payment providers' keys are wrong: ${z.prettifyError(setup.error)}`);
  for (const [provider, found] of Object.entries(setup.data))
    if (found && live.test(found.secret_key))
      throw new Error(`the secret key of ${provider} is a live one: use a test one`);
  return setup.data;
};

/** Every app's secret: the real providers where the shell has keys, the stand-ins for the rest. */
export const billingSecrets = (
  real: BillingSetup,
  apps: readonly string[],
  standIn: (app: string) => string,
): Record<string, string> =>
  Object.fromEntries(
    apps.map((app) => [setupSecret(app), JSON.stringify({ ...billingSetup.parse(JSON.parse(standIn(app))), ...real })]),
  );
