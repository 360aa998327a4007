/**
 * All of credits' read models, as pure functions of one recorded event: what the stream's reader writes while events happen, a
 * rebuild writes again from their beginning, also while the reader is at work.
 */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { putIfNewer } from '#shared/aws/put-if-newer.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { type Balance, balanceOf } from './balances.ts';
import { type Usage, usageOf } from './usage.ts';

/** One row to put. A balance replaces older ones only; a usage row is the same whenever it is written. */
export type ReadModelWrite =
  | { readonly table: 'balances'; readonly row: Balance }
  | { readonly table: 'usage'; readonly row: Usage };

export type RecordedAccountEvent = RecordedEvent<AccountEvent, Account>;
/** What an event means for a read model; `definition` is its app's, for the zone and the default plan. */
export type Projection = (
  recorded: RecordedAccountEvent,
  definition: AppDefinition | undefined,
) => readonly ReadModelWrite[];

export const projections: readonly Projection[] = [
  (recorded, definition) => [{ table: 'balances', row: balanceOf(recorded, definition) }],
  (recorded, definition) => {
    const row = usageOf(recorded, definition);
    return row ? [{ table: 'usage', row }] : [];
  },
];

export interface ReadModelTables {
  readonly balances: string;
  readonly usage: string;
}

/** Puts a row, unless a newer one is there. Tells whether it was written. */
export const readModelWriter =
  (client: DynamoDBDocumentClient, tables: ReadModelTables) =>
  async ({ table, row }: ReadModelWrite): Promise<boolean> => {
    if (table === 'balances') return putIfNewer(client, tables.balances, 'owner')(row);
    await client.send(new PutCommand({ TableName: tables.usage, Item: row }));
    return true;
  };
export type WriteReadModel = ReturnType<typeof readModelWriter>;

/** Writes all that follows from an event. */
export const projectAccount =
  ({ catalog, write }: { readonly catalog: Catalog; readonly write: WriteReadModel }) =>
  async (recorded: RecordedAccountEvent): Promise<void> => {
    const definition = await catalog.app(parseOwnerKey(recorded.stream).app);
    const writes = projections.flatMap((projection) => projection(recorded, definition));
    await Promise.all(writes.map(write));
  };
