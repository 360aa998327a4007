/** What catalog's tests stand on: the real store on an emulator, deployments with files of their own, a log that is kept. */

import { definitions as files } from '#apps';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { startDynamoDb } from '#shared/testing/dynamodb.ts';
import type { AppDefinition, AppOffer } from '../contracts.ts';
import { offerOf } from '../contracts.ts';
import { currentOffers, type OfferStore, offerHandler } from '../current-offers.ts';
import type { Offer, OfferEvent } from '../domain/offer.ts';
import { servedOffers } from '../served-offers.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export const keptLog = () => {
  const lines: LogLine[] = [];
  const keep = (level: LogLine['level']) => (message: unknown) => void lines.push({ level, message: String(message) });
  const logger = { info: keep('info'), warn: keep('warn'), error: keep('error'), appendKeys: () => undefined };
  return { lines, logger: Object.assign(logger, { resetKeys: () => undefined }) as unknown as Logger };
};

export const fileOf = (app: string): AppDefinition => {
  const found = files.find(({ id }) => id === app);
  if (!found) throw new Error(`there is no file of ${app}`);
  return found;
};

/** The app's file with something different in it. */
export const fileWith = (app: string, changes: Partial<AppOffer>): AppDefinition => ({ ...fileOf(app), ...changes });

export const withTool = (app: string, id: string, changes: Partial<AppOffer['tools'][number]>): AppOffer => {
  const offer = offerOf(fileOf(app));
  return { ...offer, tools: offer.tools.map((tool) => (tool.id === id ? { ...tool, ...changes } : tool)) };
};

export const startTable = async (name: string) => {
  const dynamoDb = await startDynamoDb();
  const table = await dynamoDb.createEventsTable(name);
  const onTable = (TableName: string) => {
    const store = dynamoEventStore<Offer, OfferEvent>(dynamoDb.client, TableName);
    return { store, handle: offerHandler(store) };
  };
  const { store, handle } = onTable(table);

  /** One process of a deployment with these files. `clock` is its own. */
  const process = (definitions: readonly AppDefinition[] = files, from: OfferStore = store) => {
    const clock = { now: 0 };
    const { lines, logger } = keptLog();
    const offers = currentOffers({ store: from, handle, definitions, logger });
    const served = servedOffers({ offers, definitions, logger, now: () => clock.now });
    return { clock, lines, logger, offers, served, store, handle };
  };
  return { ...dynamoDb, table, onTable, store, handle, process };
};
export type TestTable = Awaited<ReturnType<typeof startTable>>;
