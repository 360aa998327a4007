/** The whole of Tessera on a local account of the test's own, with users who signed up. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createClient } from '@supabase/supabase-js';
import { definitions } from '#apps';
import { type AccountOptions, type LocalAccount, startAccount } from '#local/account.ts';
import { type LocalAuth, startAuth } from '#local/auth/auth.ts';
import type { AccountModel } from '#local/contracts.ts';
import { type Checked, checkInvariants, type Tables } from '../invariants.ts';
import { type ApiClient, apiClient } from './client.ts';

/** Shared secret of the app whose tokens are HS256. */
const hs256Secret = 'a shared secret of at least thirty-two bytes';
const hs256SecretName = 'tessera/sandbox-lab/jwt';

/** Each app's project signs another way, so that every way is walked. */
const algorithms = { sparky: 'ES256', 'product-studio': 'RS256', 'sandbox-lab': 'HS256' } as const;
export type App = keyof typeof algorithms;

export interface User {
  readonly id: string;
  readonly app: App;
  readonly token: string;
  readonly api: ApiClient;
}

export interface Stack {
  readonly account: LocalAccount;
  readonly auth: LocalAuth;
  readonly tables: Tables;
  /** Full rights on the account's DynamoDB. */
  readonly dynamoDb: DynamoDBDocumentClient;
  /** Without a token. */
  readonly anybody: ApiClient;
  withToken(token: string): ApiClient;
  /** Signs up through the real Supabase client. */
  signUp(app?: App): Promise<User>;
  check(): Promise<Checked>;
  close(): Promise<void>;
}

interface Project {
  readonly issuer: string;
  readonly jwksUrl: string;
}

/** What `cdk synth` is told of projects. */
const issuersOf = (project: (app: string) => Project) =>
  Object.fromEntries(
    Object.entries(algorithms).map(([app, algorithm]) => {
      const { issuer, jwksUrl } = project(app);
      const keys = algorithm === 'HS256' ? { secret_name: hs256SecretName } : { jwks_url: jwksUrl };
      return [app, [{ algorithm, issuer, audience: 'authenticated', ...keys }]];
    }),
  );

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
});

const trustProjects = (model: AccountModel, auth: LocalAuth): void => {
  const [authorizer] = model
    .ofType('AWS::Lambda::Function')
    .filter(({ metadata }) => metadata['tessera:entry'] === 'services/identity/handlers/authorizer.ts');
  const environment = authorizer?.properties.Environment as { Variables: Record<string, string> } | undefined;
  if (!environment) throw new Error('the authorizer has no environment');
  environment.Variables.ISSUERS = JSON.stringify(issuersOf((app) => auth.project(app)));
};

export const startStack = async (options: AccountOptions = {}): Promise<Stack> => {
  const auth = await startAuth({
    projects: definitions.map(({ id }) => {
      const algorithm = algorithms[id as App] ?? 'ES256';
      return { id, algorithm, ...(algorithm === 'HS256' ? { secret: hs256Secret } : {}) };
    }),
  });
  const account = await startAccount({
    context: { issuers: issuersOf(anyProject) },
    ...options,
    editModel: (model) => {
      trustProjects(model, auth);
      options.editModel?.(model);
    },
    secrets: { [hs256SecretName]: hs256Secret, ...options.secrets },
  }).catch(async (error: unknown) => {
    await auth.close();
    throw error;
  });
  const base = new DynamoDBClient(account.operatorConfig);
  const dynamoDb = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  const tables = {
    credits: tableName(account, 'TesseraCredits', 'Events'),
    generation: tableName(account, 'TesseraGeneration', 'Events'),
    balances: tableName(account, 'TesseraCredits', 'Balances'),
    jobs: tableName(account, 'TesseraGeneration', 'Jobs'),
  };
  const withToken = (token: string) => apiClient(account.httpUrl(), token);
  return {
    account,
    auth,
    tables,
    dynamoDb,
    anybody: apiClient(account.httpUrl()),
    withToken,
    signUp: async (app = 'sparky') => {
      const { id, token } = await signUp(auth, app);
      return { id, app, token, api: withToken(token) };
    },
    check: () => checkInvariants(dynamoDb, tables),
    close: async () => {
      base.destroy();
      await account.close();
      await auth.close();
    },
  };
};
