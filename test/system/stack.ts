/** The whole of Tessera on a local account of the test's own, with users who signed up. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createClient } from '@supabase/supabase-js';
import { definitions } from '#apps';
import { type AccountOptions, type LocalAccount, startAccount } from '#local/account.ts';
import {
  type AuthProject,
  type AuthProjectSettings,
  type ClerkInstance,
  type LocalAuth,
  newHookSecret,
  startAuth,
} from '#local/auth/auth.ts';
import type { AccountModel } from '#local/contracts.ts';
import { hooksSecret, hookUrl } from '#local/issuers.ts';
import { type LocalPayments, startPayments } from '#local/payments/payments.ts';
import { setupSecret } from '#services/billing/providers/setup.ts';
import type { Issuer } from '#services/catalog/contracts.ts';
import { newUser, rolesChange } from '#services/identity/domain/user.ts';
import { type UserTable, userTable } from '#services/identity/users/user-table.ts';
import type { Owner } from '#shared/owner.ts';
import { type Checked, checkInvariants, type Tables } from '../invariants.ts';
import { type ApiClient, apiClient } from './client.ts';

/** What the apps share with the projects that sign HS256. */
const hs256Secret = 'a shared secret of at least thirty-two bytes';
const hs256SecretName = (app: string): string => `tessera/${app}/jwt`;

/** Each app's project signs another way, so that every way is walked. */
const ways = {
  sparky: { algorithm: 'ES256' },
  'product-studio': { algorithm: 'RS256' },
  'sandbox-lab': { algorithm: 'HS256', secret: hs256Secret },
  // In the middle of its move from the shared secret.
  'baby-music': { algorithm: 'ES256', legacySecret: hs256Secret },
  'nano-banana': {
    algorithm: 'HS256',
    secret: hs256Secret,
    clerk: { authorizedParty: 'https://nano-banana.example' },
  },
  'flirt-studio': { algorithm: 'ES256' },
} as const satisfies Record<string, Omit<AuthProjectSettings, 'id'>>;
export type App = keyof typeof ways;

const apps = definitions.flatMap(({ id }) => (id in ways ? [id as App] : []));

export interface User {
  readonly id: string;
  readonly app: App;
  readonly token: string;
  readonly api: ApiClient;
}

export interface Stack {
  readonly account: LocalAccount;
  readonly auth: LocalAuth;
  /** Stripe and Paymob as every app has them. */
  readonly payments: LocalPayments;
  readonly tables: Tables;
  /** Full rights on the account's DynamoDB. */
  readonly dynamoDb: DynamoDBDocumentClient;
  /** Without a token. */
  readonly anybody: ApiClient;
  withToken(token: string): ApiClient;
  /** Signs up through the real Supabase client. */
  signUp(app?: App): Promise<User>;
  /** Gives the role by the operator's rights on the table, as no route gives it to an app's first admin. */
  makeAdmin(user: Pick<User, 'app' | 'id'>): Promise<void>;
  /** Until providers have told of everything, and everything that follows is done. */
  settle(): Promise<void>;
  check(): Promise<Checked>;
  close(): Promise<void>;
}

type Project = Pick<AuthProject, 'issuer' | 'jwksUrl'> & { readonly clerk?: Pick<ClerkInstance, 'issuer' | 'jwksUrl'> };

const audience = 'authenticated';

/** What `cdk synth` is told of projects. */
const issuersOf = (projectOf: (app: App) => Project): Record<string, Issuer[]> =>
  Object.fromEntries(
    apps.map((app) => {
      const way: Omit<AuthProjectSettings, 'id'> = ways[app];
      const { issuer, jwksUrl: jwks_url, clerk } = projectOf(app);
      const shared: Issuer = { algorithm: 'HS256', issuer, audience, secret_name: hs256SecretName(app) };
      const own: Issuer = way.algorithm === 'HS256' ? shared : { algorithm: way.algorithm, issuer, audience, jwks_url };
      const issuers = [own];
      if (way.legacySecret) issuers.push(shared);
      if (way.clerk && clerk)
        issuers.push({
          algorithm: 'RS256',
          issuer: clerk.issuer,
          jwks_url: clerk.jwksUrl,
          authorized_parties: [way.clerk.authorizedParty],
        });
      return [app, issuers];
    }),
  );

/** A function's ARN, by `service/handler`. */
export const functionArn = ({ account }: Pick<Stack, 'account'>, nameOrId: string): string => {
  const name = account.functionName(nameOrId);
  const arn = account.functions.find((fn) => fn.name === name)?.arn;
  if (arn === undefined) throw new Error(`there is no function ${nameOrId}`);
  return arn;
};

/** The name of a table by its stack and the beginning of its logical id. */
export const tableName = ({ model }: LocalAccount, stack: string, logicalId: string): string => {
  const tables = model
    .ofType('AWS::DynamoDB::Table')
    .filter((table) => table.stack === stack && table.logicalId.startsWith(logicalId));
  const [table] = tables;
  if (!table || tables.length !== 1) throw new Error(`${tables.length} tables are named ${stack}.${logicalId}`);
  return table.ref;
};

const signUp = async (auth: LocalAuth, app: App): Promise<{ id: string; token: string }> => {
  const { url, anonKey } = auth.project(app);
  const supabase = createClient(url, anonKey, { auth: { persistSession: false, autoRefreshToken: false } });
  const email = `${randomUUID()}@example.com`;
  const { data, error } = await supabase.auth.signUp({ email, password: randomUUID() });
  if (error || !data.session || !data.user) throw new Error(`sign-up failed: ${error?.message ?? 'no session'}`);
  return { id: data.user.id, token: data.session.access_token };
};

/** The same for every stack, so that all are made from one synthesis; the authorizer is told of the real ports after it. */
const anyProject = (app: string): Project => ({
  issuer: `https://${app}.invalid`,
  jwksUrl: `https://${app}.invalid/jwks.json`,
  clerk: { issuer: `https://clerk.${app}.invalid`, jwksUrl: `https://clerk.${app}.invalid/jwks.json` },
});

const judges = ['authorizer', 'socket-authorizer'].map((name) => `services/identity/handlers/${name}.ts`);

const trustProjects = (model: AccountModel, auth: LocalAuth): void => {
  const functions = model
    .ofType('AWS::Lambda::Function')
    .filter(({ metadata }) => judges.includes(String(metadata['tessera:entry'])));
  if (functions.length !== judges.length) throw new Error(`${functions.length} functions judge tokens`);
  for (const { properties } of functions) {
    const { Variables } = properties.Environment as { Variables: Record<string, string> };
    Variables.ISSUERS = JSON.stringify(issuersOf((app) => auth.project(app)));
  }
};

export interface StackOptions extends AccountOptions {
  /** The projects tell Tessera of new users; without it Tessera meets them at their first request. */
  readonly hooks?: boolean;
  /** How long a used refresh token answers; 10, Supabase's own, by default. */
  readonly refreshReuseSeconds?: number;
}

const makeAdmin = async (users: UserTable, owner: Owner): Promise<void> => {
  const stamp = { at: new Date().toISOString(), correlationId: 'make-admin' };
  const record = await users.open(newUser({ owner, via: 'request', ...stamp }));
  await users.change(record, stamp, (user) => ({ change: rolesChange(user, ['admin'], 'operator') }));
};

export const startStack = async ({
  hooks = false,
  refreshReuseSeconds = 10,
  ...options
}: StackOptions = {}): Promise<Stack> => {
  const auth = await startAuth({ projects: apps.map((id) => ({ id, ...ways[id] })), refreshReuseSeconds });
  const hookSecret = newHookSecret();
  const callbackBase: { url?: string } = {};
  const payments = await startPayments({ apps, callbackBase: () => callbackBase.url ?? '' });
  const closeBeside = () => Promise.all([auth.close(), payments.close()]);
  const account = await startAccount({
    context: { issuers: issuersOf(anyProject), sandbox_apps: 'all', private_hosts: ['127.0.0.1:*'] },
    // Two at once show a race as four do, and each costs a tenth of a second of CPU to start.
    maxWorkersPerFunction: 2,
    ...options,
    editModel: (model) => {
      trustProjects(model, auth);
      options.editModel?.(model);
    },
    secrets: {
      ...Object.fromEntries(apps.map((app) => [hs256SecretName(app), hs256Secret])),
      ...hooksSecret(Object.fromEntries(apps.map((app) => [app, [hookSecret]]))),
      ...Object.fromEntries(apps.map((app) => [setupSecret(app), payments.secretsFor(app)])),
      ...options.secrets,
    },
  }).catch(async (error: unknown) => {
    await closeBeside();
    throw error;
  });
  callbackBase.url = account.httpUrl();
  if (hooks)
    for (const app of apps)
      auth.configure(app, { hook: { url: hookUrl(account.httpUrl(), app), secrets: [hookSecret] } });
  const base = new DynamoDBClient(account.operatorConfig);
  const dynamoDb = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  const tables = {
    credits: tableName(account, 'TesseraCredits', 'Events'),
    generation: tableName(account, 'TesseraGeneration', 'Events'),
    balances: tableName(account, 'TesseraCredits', 'Balances'),
    jobs: tableName(account, 'TesseraGeneration', 'Jobs'),
    users: tableName(account, 'TesseraIdentity', 'Users'),
    billing: tableName(account, 'TesseraBilling', 'Events'),
    payments: tableName(account, 'TesseraBilling', 'Payments'),
  };
  const withToken = (token: string) => apiClient(account.httpUrl(), token);
  return {
    account,
    auth,
    payments,
    tables,
    dynamoDb,
    anybody: apiClient(account.httpUrl()),
    withToken,
    signUp: async (app = 'sparky') => {
      const { id, token } = await signUp(auth, app);
      return { id, app, token, api: withToken(token) };
    },
    makeAdmin: ({ app, id }) =>
      makeAdmin(userTable(dynamoDb, tableName(account, 'TesseraIdentity', 'Users')), { app, user: id }),
    settle: async () => {
      await payments.drain();
      await account.drain();
      // What was told may have had something asked of a provider, who then tells of it.
      await payments.drain();
      await account.drain();
    },
    check: () => checkInvariants(dynamoDb, tables),
    close: async () => {
      base.destroy();
      await account.close();
      await closeBeside();
    },
  };
};
