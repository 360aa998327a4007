/** Adds credits' part to a user's export. */
import { exportRequested } from '#services/identity/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { accountStore, catalog, exportParts, history, logger, useList } from '../composition.ts';
import { exportPart } from '../leaving/export-part.ts';

const log = logger();

export const handler = busConsumer(
  log,
  exportRequested,
  exportPart({
    store: accountStore(),
    catalog: catalog(log),
    listUses: useList(),
    history: history(),
    write: exportParts(),
  }),
);
