/** Where an app is brought to: the account that a file tells of, or AWS as the SDK's own variables say. */
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { readAccountFile } from '#shared/operations/account-file.ts';
import { type AwsClients, type AwsPlace, awsClients } from '#shared/operations/aws-clients.ts';
import { explain as explainAws } from '#shared/operations/explain.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';

/** Names of tables, and of the bucket of outputs. */
export interface Stores {
  readonly creditsEvents: string;
  readonly history: string;
  readonly users: string;
  readonly generationEvents: string;
  readonly outputs: string;
  readonly billingEvents: string;
  readonly customers: string;
  readonly references: string;
}

export interface Where {
  /** Named: AWS, or what `AWS_ENDPOINT_URL` points at. */
  readonly stores?: Stores;
  readonly accountFile: string;
  readonly catalogFunction: string;
}

export interface Destination {
  readonly dynamoDb: AwsClients['dynamoDb'];
  readonly s3: S3Client;
  readonly stores: Stores;
  readonly catalog: Catalog;
  /** For messages: where this is. */
  readonly place: string;
  close(): void;
}

const tablesOfOurs = z.object({
  TesseraCredits: z.object({ Events: z.string(), History: z.string() }),
  TesseraIdentity: z.object({ Users: z.string() }),
  TesseraGeneration: z.object({ Events: z.string() }),
  TesseraBilling: z.object({ Events: z.string(), Customers: z.string(), References: z.string() }),
});
const bucketsOfOurs = z.object({ TesseraGeneration: z.object({ Outputs: z.string() }) });

const open = (config: AwsPlace | undefined, stores: Stores, place: string, catalogFunction: string): Destination => {
  const { dynamoDb, lambda, close } = awsClients(config);
  const s3 = new S3Client(config ? { ...config, forcePathStyle: true } : {});
  return {
    dynamoDb,
    s3,
    stores,
    catalog: catalogClient({ client: lambda, functionName: catalogFunction }),
    place,
    close() {
      close();
      s3.destroy();
    },
  };
};

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ stores, accountFile: file, catalogFunction }: Where): Promise<Destination> => {
  if (stores) return open(undefined, stores, 'AWS', catalogFunction);
  const found = await readAccountFile(file, tablesOfOurs, 'name the tables: npm run import -- --help', bucketsOfOurs);
  const { TesseraCredits, TesseraIdentity, TesseraGeneration, TesseraBilling } = found.tables;
  const ours = {
    creditsEvents: TesseraCredits.Events,
    history: TesseraCredits.History,
    users: TesseraIdentity.Users,
    generationEvents: TesseraGeneration.Events,
    outputs: found.buckets.TesseraGeneration.Outputs,
    billingEvents: TesseraBilling.Events,
    customers: TesseraBilling.Customers,
    references: TesseraBilling.References,
  };
  return open(found.config, ours, `the account of ${file}`, catalogFunction);
};

/** As one line that says what to do; a defect keeps its stack. */
export const explain = (error: unknown, { stores, place }: Destination): unknown =>
  error instanceof SourceUnavailable
    ? new OperatorError(`the catalog does not answer at ${place}: name its function with --catalog-function`)
    : explainAws(error, { place, tables: Object.values(stores) });
