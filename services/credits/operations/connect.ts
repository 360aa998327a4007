/** Where the ledger is: the account that a file tells of, or AWS as the SDK's own variables say. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { readAccountFile } from '#shared/operations/account-file.ts';
import { explain as explainAws } from '#shared/operations/explain.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';

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

const tablesOfOurs = z.object({
  TesseraCredits: z.object({ Events: z.string(), Balances: z.string().optional(), Usage: z.string().optional() }),
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

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ tables, accountFile: file, catalogFunction }: Where): Promise<Ledger> => {
  if (tables) return open({ maxAttempts: maxAttemptsOnAws }, tables, 'AWS', catalogFunction);
  const otherwise = 'name the tables with --events-table and --balances-table';
  const { config, tables: found } = await readAccountFile(file, tablesOfOurs, otherwise);
  const { Events, Balances, Usage } = found.TesseraCredits;
  const named = { events: Events, ...(Balances ? { balances: Balances } : {}), ...(Usage ? { usage: Usage } : {}) };
  return open(config, named, `the account of ${file}`, catalogFunction);
};

/** As one line that says what to do; a defect keeps its stack. */
export const explain = (error: unknown, { tables, place }: Ledger): unknown =>
  error instanceof SourceUnavailable
    ? new OperatorError(`the catalog does not answer at ${place}: name its function with --catalog-function`)
    : explainAws(error, { place, tables: Object.values(tables) });
