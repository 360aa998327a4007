/** Where the ledger is: the account that a file tells of, or AWS as the SDK's own variables say. */
import { readFile } from 'node:fs/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { OperatorError } from './operator-error.ts';

export interface Tables {
  readonly events: string;
  readonly balances?: string;
  readonly usage?: string;
}

export interface Ledger {
  readonly client: DynamoDBDocumentClient;
  readonly tables: Tables;
  /** Zones and plans, which balances depend on. */
  readonly catalog: Catalog;
  /** For messages: where this is. */
  readonly place: string;
  close(): void;
}

export interface Where {
  /** Named tables: AWS, or what `AWS_ENDPOINT_URL` points at. */
  readonly tables?: Tables;
  /** A file that tells of an account; used when no tables are named. */
  readonly accountFile: string;
  /** Name of the catalog's function. */
  readonly catalogFunction: string;
}

const accountFile = z.object({
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  /** Table names by stack and logical id. */
  tables: z.object({
    TesseraCredits: z.object({ Events: z.string(), Balances: z.string().optional(), Usage: z.string().optional() }),
  }),
});

/** On AWS an operator's run waits rather than ends when it is throttled. */
const maxAttemptsOnAws = 10;

const open = (config: DynamoDBClientConfig, tables: Tables, place: string, catalogFunction: string): Ledger => {
  const base = new DynamoDBClient(config);
  const { endpoint, region, credentials, maxAttempts } = config;
  const lambda = new LambdaClient({
    ...(typeof endpoint === 'string' ? { endpoint } : {}),
    ...(region ? { region } : {}),
    ...(credentials ? { credentials } : {}),
    ...(maxAttempts ? { maxAttempts } : {}),
  });
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  const catalog = catalogClient({ client: lambda, functionName: catalogFunction });
  const close = () => {
    base.destroy();
    lambda.destroy();
  };
  return { client, tables, catalog, place, close };
};

const readAccountFile = async (file: string) => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new OperatorError(
      `no account runs here (there is no ${file}): start it with "npm start", or name the tables with --events-table and --balances-table`,
    );
  });
  try {
    return accountFile.parse(JSON.parse(text));
  } catch {
    throw new OperatorError(`${file} does not tell of an account that this version of Tessera started`);
  }
};

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ tables, accountFile: file, catalogFunction }: Where): Promise<Ledger> => {
  if (tables) return open({ maxAttempts: maxAttemptsOnAws }, tables, 'AWS', catalogFunction);
  const { endpoint, region, credentials, tables: found } = await readAccountFile(file);
  const { Events, Balances, Usage } = found.TesseraCredits;
  const named = { events: Events, ...(Balances ? { balances: Balances } : {}), ...(Usage ? { usage: Usage } : {}) };
  return open({ endpoint, region, credentials }, named, `the account of ${file}`, catalogFunction);
};

/** An AWS error as one line that says what to do; anything else is a defect and keeps its stack. */
export const explain = (error: unknown, { tables, place }: Ledger): unknown => {
  if (error instanceof SourceUnavailable)
    return new OperatorError(`the catalog does not answer at ${place}: name its function with --catalog-function`);
  const { code, name, message } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (/ECONNREFUSED|ENOTFOUND/.test(`${code} ${message}`))
    return new OperatorError(`nothing answers at ${place}: is it running?`);
  switch (name) {
    case 'ResourceNotFoundException':
      return new OperatorError(`a table is not there (${Object.values(tables).join(', ')}): check name and region`);
    case 'CredentialsProviderError':
      return new OperatorError('there are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID');
    case 'AccessDeniedException':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
      return new OperatorError(`${place} refuses these credentials: ${message}`);
    default:
      return message === 'Region is missing' ? new OperatorError('set AWS_REGION') : error;
  }
};
