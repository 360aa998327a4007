/** Where an app's payments are: the account that a file tells of, or AWS as the SDK's own variables say. */
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { readAccountFile } from '#shared/operations/account-file.ts';
import { type AwsClients, awsClients } from '#shared/operations/aws-clients.ts';
import { explain as explainAws } from '#shared/operations/explain.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import { ProviderFailure, type Providers, type ProvidersOf } from '../providers/provider.ts';
import { providersOf } from '../providers/registry.ts';
import { setupSecret } from '../providers/setup.ts';

export interface Tables {
  readonly events: string;
  readonly payments: string;
  readonly subscriptions: string;
  readonly references: string;
  readonly callbacks: string;
}

export interface Where {
  /** Named tables: AWS, or what `AWS_ENDPOINT_URL` points at. A command's own are named, the others are empty. */
  readonly tables?: Tables;
  /** A file that tells of an account; used when no tables are named. */
  readonly accountFile: string;
  /** Name of the catalog's function. */
  readonly catalogFunction: string;
}

export interface Books {
  readonly client: DynamoDBDocumentClient;
  readonly tables: Tables;
  readonly catalog: Catalog;
  /** By the operator's own right to read the app's secret. */
  readonly providersOf: ProvidersOf;
  /** For messages: where this is. */
  readonly place: string;
  close(): void;
}

const tablesOfOurs = z.object({
  TesseraBilling: z.object({
    Events: z.string(),
    Payments: z.string(),
    Subscriptions: z.string(),
    References: z.string(),
    Callbacks: z.string(),
  }),
});

const readFrom =
  (secrets: SecretsManagerClient) =>
  async (name: string): Promise<string | undefined> => {
    try {
      return (await secrets.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };

/** @throws OperatorError that says why the app's secret cannot be used */
const providersIn = (secrets: SecretsManagerClient, place: string): ProvidersOf => {
  let why: unknown;
  const registry = providersOf({
    readSecret: readFrom(secrets),
    onFailure: (_app, error) => {
      why = error;
    },
  });
  return async (app): Promise<Providers> => {
    try {
      return await registry(app);
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      const { message = String(why) } = Object(why) as Partial<Error>;
      throw new OperatorError(`the secret ${setupSecret(app)} cannot be used at ${place}: ${message.split('\n')[0]}`);
    }
  };
};

const open = (aws: AwsClients, tables: Tables, place: string, catalogFunction: string): Books => ({
  client: aws.dynamoDb,
  tables,
  catalog: catalogClient({ client: aws.lambda, functionName: catalogFunction }),
  providersOf: providersIn(aws.secrets, place),
  place,
  close: aws.close,
});

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ tables, accountFile: file, catalogFunction }: Where): Promise<Books> => {
  if (tables) return open(awsClients(), tables, 'AWS', catalogFunction);
  const otherwise = 'name the tables with --events-table, --payments-table, …';
  const { config, tables: found } = await readAccountFile(file, tablesOfOurs, otherwise);
  const { Events, Payments, Subscriptions, References, Callbacks } = found.TesseraBilling;
  const named = {
    events: Events,
    payments: Payments,
    subscriptions: Subscriptions,
    references: References,
    callbacks: Callbacks,
  };
  return open(awsClients(config), named, `the account of ${file}`, catalogFunction);
};

/** As one line that says what to do; a defect keeps its stack. */
export const explain = (error: unknown, { tables, place }: Pick<Books, 'tables' | 'place'>): unknown => {
  if (error instanceof SourceUnavailable)
    return new OperatorError(`the catalog does not answer at ${place}: name its function with --catalog-function`);
  if (error instanceof ProviderFailure) return new OperatorError(error.message);
  return explainAws(error, { place, tables: Object.values(tables).filter((name) => name !== '') });
};
