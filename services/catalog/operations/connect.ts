/** Where the offers are: the account that a file tells of, or AWS as the SDK's own variables say. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { readAccountFile } from '#shared/operations/account-file.ts';
import type { OfferStore } from '../current-offers.ts';
import type { Offer, OfferEvent } from '../domain/offer.ts';

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

const tablesOfOurs = z.object({ TesseraCatalog: z.object({ Events: z.string() }) });

const open = (config: DynamoDBClientConfig, table: string, place: string): Offers => {
  const base = new DynamoDBClient(config);
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  return { store: dynamoEventStore<Offer, OfferEvent>(client, table), table, place, close: () => base.destroy() };
};

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ table, accountFile: file }: Where): Promise<Offers> => {
  if (table) return open({}, table, 'AWS');
  const { config, tables } = await readAccountFile(file, tablesOfOurs, 'name the table with --events-table');
  return open(config, tables.TesseraCatalog.Events, `the account of ${file}`);
};
