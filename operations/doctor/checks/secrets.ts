/** Secrets: there, and of the shape that the services read. No value is ever told, only the names of fields. */
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod';
import { providersOfApp } from '#services/billing/buying/sale-of.ts';
import { billingSetup, setupSecret } from '#services/billing/providers/setup.ts';
import type { AppDefinition, Issuer } from '#services/catalog/contracts.ts';
import { everyProvider } from '#services/generation/providers/every-provider.ts';
import { adminKeyHashes } from '#services/identity/admin-keys/admin-key.ts';
import { hookSecrets } from '#services/identity/hook/judge-message.ts';
import { type Check, type Finding, failed, ok, skipped, warning } from '../check.ts';

export type SecretsPlace = Pick<SecretsManagerClient, 'send'>;

/** A shared secret of HS256 has as many bytes as its hash at least (RFC 7518, 3.2). */
const minSharedBytes = 32;

/** Nothing where there is no such secret. @throws what Secrets Manager says otherwise. */
const readSecret = async (secrets: SecretsPlace, name: string): Promise<string | undefined> => {
  try {
    return (await secrets.send(new GetSecretValueCommand({ SecretId: name }))).SecretString ?? '';
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

/** The parser's own message would quote the text. */
const jsonOf = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const put = (name: string): string =>
  `aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://secret.json && rm secret.json`;
const create = (name: string): string =>
  `aws secretsmanager create-secret --name ${name} --secret-string file://secret.json && rm secret.json`;

/** Fields that are wrong, without what is in them. A key of a record may itself be secret, so only the path's known parts are told. */
const faultsOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.map(String).join('.') || 'the whole'}: ${code}`)
    .join('; ');

type Judge = (value: unknown) => Finding;

const judged = async (secrets: SecretsPlace, name: string, missing: () => Finding, judge: Judge): Promise<Finding> => {
  const text = await readSecret(secrets, name);
  if (text === undefined) return missing();
  const json = jsonOf(text);
  if (!json) return failed('it is no JSON', 'Write it again, as JSON:', put(name));
  return judge(json.value);
};

const listedBy =
  (schema: z.ZodType<Readonly<Record<string, readonly unknown[]>>>, name: string, what: string, hint: string): Judge =>
  (value) => {
    const { data, error } = schema.safeParse(value);
    if (error) return failed(faultsOf(error), `Write it again (${hint}):`, put(name));
    const of = Object.entries(data).filter(([, list]) => list.length > 0);
    return ok(
      of.length === 0
        ? `of the right shape, empty: no app has ${what}`
        : `${what} of ${of.map(([app]) => app).join(', ')}`,
    );
  };

/** The stacks make these, empty. */
const deployFirst = (): Finding => failed('there is no such secret', 'A deployment makes it:', 'npx cdk deploy --all');

export const commonSecrets = (secrets: SecretsPlace): Check[] => {
  const admin = 'tessera/admin-keys';
  const hooks = 'tessera/auth-hooks';
  return [
    {
      name: `secret ${admin}`,
      look: () =>
        judged(
          secrets,
          admin,
          deployFirst,
          listedBy(adminKeyHashes, admin, 'keys', 'npm run admin-key -- <app> says what belongs there'),
        ),
    },
    {
      name: `secret ${hooks}`,
      look: () => judged(secrets, hooks, deployFirst, listedBy(hookSecrets, hooks, 'sign-up hooks', 'docs/auth.md')),
    },
  ];
};

const sells = ({ plans, packs }: AppDefinition): boolean =>
  packs.length > 0 || plans.some(({ price }) => price !== undefined);

const billingJudge =
  (name: string, app: AppDefinition): Judge =>
  (value) => {
    const { data, error } = billingSetup.safeParse(value);
    if (error) return failed(faultsOf(error), 'Write it again (docs/billing-operators.md#keys):', put(name));
    const missing = providersOfApp(app).filter((provider) => !data[provider]);
    if (missing.length === 0) return ok(`${Object.keys(data).join(' and ') || 'no provider'}`);
    return warning(
      `the app sells by ${missing.join(' and ')}, of which there are no keys`,
      'Add the provider to the secret (docs/billing-operators.md#keys):',
      put(name),
    );
  };

const providersJudge =
  (name: string): Judge =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return failed('it is no object of providers', 'Write it again (docs/providers.md):', put(name));
    const faults = Object.entries(value).flatMap(([provider, given]) => {
      const open = Object.hasOwn(everyProvider, provider) ? everyProvider[provider] : undefined;
      if (!open) return [`${provider}: there is no such provider`];
      const opened = open(given);
      return 'fault' in opened ? [`${provider}: ${opened.fault}`] : [];
    });
    if (faults.length > 0) return failed(faults.join('; '), 'Write it again (docs/providers.md):', put(name));
    return ok(Object.keys(value).join(', ') || 'no provider');
  };

export const appSecrets = (secrets: SecretsPlace, app: AppDefinition): Check[] => {
  const billing = setupSecret(app.id);
  const providers = `tessera/providers/${app.id}`;
  return [
    {
      name: `secret ${billing}`,
      look: () =>
        judged(
          secrets,
          billing,
          () =>
            !sells(app)
              ? skipped('the app sells nothing')
              : warning('there is none: nothing is sold', 'Make it (docs/billing-operators.md#keys):', create(billing)),
          billingJudge(billing, app),
        ),
    },
    {
      name: `secret ${providers}`,
      look: () =>
        judged(
          secrets,
          providers,
          () =>
            warning(
              'there is none: tools run on the sandbox where the context says so, and fail elsewhere',
              'Make it (docs/providers.md), or name the app in the context key sandbox_apps:',
              create(providers),
            ),
          providersJudge(providers),
        ),
    },
  ];
};

export const sharedSecret = (secrets: SecretsPlace, name: string): Check => ({
  name: `secret ${name}`,
  look: async () => {
    const text = await readSecret(secrets, name);
    if (text === undefined)
      return failed(
        'there is none: no token of this issuer is taken',
        'Copy the JWT secret from the project’s settings into a file, then:',
        `aws secretsmanager create-secret --name ${name} --secret-string file://jwt-secret && rm jwt-secret`,
      );
    if (Buffer.byteLength(text) < minSharedBytes)
      return failed(
        `it has fewer than ${minSharedBytes} bytes`,
        'Is it the whole secret? Copy it again:',
        `aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://jwt-secret && rm jwt-secret`,
      );
    return ok('there, and long enough');
  },
});

export const sharedSecretsOf = (secrets: SecretsPlace, issuers: readonly Issuer[]): Check[] =>
  issuers.flatMap((issuer) => (issuer.algorithm === 'HS256' ? [sharedSecret(secrets, issuer.secret_name)] : []));

/** What an app's secret says of Stripe; nothing where it does not. */
export const stripeSetupOf = async (secrets: SecretsPlace, app: string) => {
  const json = jsonOf((await readSecret(secrets, setupSecret(app))) ?? '{}');
  return billingSetup.safeParse(json?.value).data?.stripe;
};
