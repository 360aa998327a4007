/** Where the ledger is: the account that a file tells of, or AWS as the SDK's own variables say. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { readAccountFile } from '#shared/operations/account-file.ts';
import { type AwsClients, awsClients } from '#shared/operations/aws-clients.ts';
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

const open = (
  { dynamoDb: client, lambda, close }: AwsClients,
  tables: Tables,
  place: string,
  catalogFunction: string,
): Ledger => ({
  client,
  tables,
  catalog: catalogClient({ client: lambda, functionName: catalogFunction }),
  place,
  close,
});

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ tables, accountFile: file, catalogFunction }: Where): Promise<Ledger> => {
  if (tables) return open(awsClients(), tables, 'AWS', catalogFunction);
  const otherwise = 'name the tables with --events-table and --balances-table';
  const { config, tables: found } = await readAccountFile(file, tablesOfOurs, otherwise);
  const { Events, Balances, Usage } = found.TesseraCredits;
  const named = { events: Events, ...(Balances ? { balances: Balances } : {}), ...(Usage ? { usage: Usage } : {}) };
  return open(awsClients(config), named, `the account of ${file}`, catalogFunction);
};

/** As one line that says what to do; a defect keeps its stack. */
export const explain = (error: unknown, { tables, place }: Ledger): unknown =>
  error instanceof SourceUnavailable
    ? new OperatorError(`the catalog does not answer at ${place}: name its function with --catalog-function`)
    : explainAws(error, { place, tables: Object.values(tables) });
