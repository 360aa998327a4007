/** Where the offers are: the account that a file tells of, or AWS as the SDK's own variables say. */
import { readFile } from 'node:fs/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { OfferStore } from '../current-offers.ts';
import type { Offer, OfferEvent } from '../domain/offer.ts';
import { OperatorError } from './operator-error.ts';

export interface Offers {
  readonly store: OfferStore;
  readonly table: string;
  /** For messages: where this is. */
  readonly place: string;
  close(): void;
}

export interface Where {
  /** A named table: AWS, or what `AWS_ENDPOINT_URL` points at. */
  readonly table?: string;
  /** A file that tells of an account; used when no table is named. */
  readonly accountFile: string;
}

const accountFile = z.object({
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  /** Table names by stack and logical id. */
  tables: z.object({ TesseraCatalog: z.object({ Events: z.string() }) }),
});

const open = (config: DynamoDBClientConfig, table: string, place: string): Offers => {
  const base = new DynamoDBClient(config);
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  return { store: dynamoEventStore<Offer, OfferEvent>(client, table), table, place, close: () => base.destroy() };
};

const readAccountFile = async (file: string) => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new OperatorError(
      `no account runs here (there is no ${file}): start it with "npm start", or name the table with --events-table`,
    );
  });
  try {
    return accountFile.parse(JSON.parse(text));
  } catch {
    throw new OperatorError(`${file} does not tell of an account that this version of Tessera started`);
  }
};

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ table, accountFile: file }: Where): Promise<Offers> => {
  if (table) return open({}, table, 'AWS');
  const { endpoint, region, credentials, tables } = await readAccountFile(file);
  return open({ endpoint, region, credentials }, tables.TesseraCatalog.Events, `the account of ${file}`);
};

/** An AWS error as one line that says what to do; anything else is a defect and keeps its stack. */
export const explain = (error: unknown, { table, place }: Offers): unknown => {
  const { code, name, message } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (/ECONNREFUSED|ENOTFOUND/.test(`${code} ${message}`))
    return new OperatorError(`nothing answers at ${place}: is it running?`);
  switch (name) {
    case 'ResourceNotFoundException':
      return new OperatorError(`the table ${table} is not there: check name and region`);
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
