/** How long the read models of a hundred thousand events take to be made again, and the ledger to be verified. */

import { readModelsIn, writesIn } from '#services/credits/operations/rebuild.ts';
import { verifyLedger } from '#services/credits/operations/verify.ts';
import { toItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import { noCheckpoint } from '#shared/operations/checkpoint.ts';
import { type RebuildCounts, rebuild } from '#shared/operations/rebuild.ts';
import { putItems, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { catalog } from '../test/bundled-catalog.ts';
import { printTable, timed } from './table.ts';
import { historyOf } from './tessera-ledger.ts';

const accounts = 1_000;
const eventsEach = 100;
const segments = 4;

export const benchRebuild = async (dynamoDb: TestDynamoDb): Promise<void> => {
  const { client } = dynamoDb;
  const eventsTable = await dynamoDb.createEventsTable('bench-rebuild');
  const readModels = readModelsIn({
    balances: await dynamoDb.createKeyedTable('bench-balances', 'owner'),
    usage: await dynamoDb.createKeyedTable('bench-usage', 'owner', 'sk'),
  });
  for (let account = 0; account < accounts; account += 1)
    await putItems(client, eventsTable, historyOf(`rebuild-${account}`, eventsEach).map(toItem));

  const rows: (string | number)[][] = [];
  const add = (
    what: string,
    ms: number,
    { written, skipped }: { written: number | string; skipped: number | string },
  ) => rows.push([what, (ms / 1_000).toFixed(1), Math.round((accounts * eventsEach * 1_000) / ms), written, skipped]);
  for (const what of ['rebuild', 'rebuild again']) {
    let counts: RebuildCounts | undefined;
    const ms = await timed(async () => {
      counts = await rebuild({
        client,
        eventsTable,
        readModels,
        writesOf: writesIn(catalog),
        checkpoint: noCheckpoint(segments),
      });
    });
    const sums = Object.values(counts?.rows ?? {});
    add(what, ms, {
      written: sums.reduce((sum, { written }) => sum + written, 0),
      skipped: sums.reduce((sum, { skipped }) => sum + skipped, 0),
    });
  }
  const verifyMs = await timed(async () => {
    const { bad, events } = await verifyLedger({ client, eventsTable, segments });
    if (bad > 0 || events !== accounts * eventsEach) throw new Error(`${bad} faults in ${events} events`);
  });
  add('verify', verifyMs, { written: '', skipped: '' });
  printTable(
    `${(accounts * eventsEach).toLocaleString('en')} events of ${accounts.toLocaleString('en')} accounts`,
    ['', 'seconds', 'events/s', 'rows written', 'right already'],
    rows,
  );
};
