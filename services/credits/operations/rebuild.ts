/** What a rebuild makes of the ledger's events: balances and usage, as the live projections do. */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type EventItem, fromItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { ReadModel } from '#shared/operations/rebuild-rows.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { projections, type ReadModelTables, type ReadModelWrite } from '../read-models/projections.ts';

/** Those of credits' read models whose tables are known. */
export const readModelsIn = ({
  balances,
  usage,
}: Partial<ReadModelTables>): readonly ReadModel<ReadModelWrite['table']>[] => [
  ...(balances ? [{ name: 'balances', table: balances, key: ['owner'], rowPer: 'newest version' } as const] : []),
  ...(usage ? [{ name: 'usage', table: usage, key: ['owner', 'sk'], rowPer: 'event' } as const] : []),
];

/** All rows that a page of events leads to. */
export const writesIn =
  (catalog: Catalog) =>
  async (page: readonly EventItem[]): Promise<ReadModelWrite[]> => {
    const writes: ReadModelWrite[] = [];
    for (const item of page) {
      const recorded = fromItem<AccountEvent, Account>(item);
      const definition = await catalog.app(parseOwnerKey(recorded.stream).app);
      for (const projection of projections) writes.push(...projection(recorded, definition));
    }
    return writes;
  };
