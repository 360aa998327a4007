/**
 * Makes read models from an events table again. Safe beside the live projections: a row is only written where none or no newer one
 * is, and every writer makes the same row of the same event. Rows that are right already are left alone, so a second run writes
 * nothing. Goes on from a checkpoint after it was interrupted.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type EventItem, markerPrefix } from '#shared/eventsourcing/dynamo-event-store.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { columns, count } from './columns.ts';
import type { Output } from './output.ts';
import { bringUpToDate, type ReadModel, type RowCounts, type RowWrite } from './rebuild-rows.ts';
import { scanSegments } from './scan.ts';

export interface RebuildCounts {
  events: number;
  /** By read model. */
  readonly rows: Record<string, RowCounts>;
}

export interface RebuildOptions<Name extends string> {
  readonly client: DynamoDBDocumentClient;
  readonly eventsTable: string;
  readonly readModels: readonly ReadModel<Name>[];
  /** All rows that a page of events leads to. */
  readonly writesOf: (page: readonly EventItem[]) => Promise<readonly RowWrite<Name>[]>;
  /** Default: every stream. */
  readonly isWanted?: (stream: string) => boolean;
  readonly checkpoint: Checkpoint;
  readonly onProgress?: (counts: RebuildCounts) => void;
}

export const rebuild = async <Name extends string>({
  client,
  eventsTable,
  readModels,
  writesOf,
  isWanted = () => true,
  checkpoint,
  onProgress,
}: RebuildOptions<Name>): Promise<RebuildCounts> => {
  const rows = Object.fromEntries(readModels.map(({ name }) => [name, { written: 0, skipped: 0 }]));
  const counts: RebuildCounts = { events: 0, rows };
  await scanSegments<EventItem>({
    client,
    table: eventsTable,
    segments: checkpoint.segments,
    positions: checkpoint.positions,
    async onPage(segment, items, next) {
      const page = items.filter(({ stream }) => !stream.startsWith(markerPrefix) && isWanted(stream));
      const writes = await writesOf(page);
      for (const readModel of readModels) {
        const { written, skipped } = await bringUpToDate(client, readModel, writes);
        const sum = rows[readModel.name];
        if (sum) Object.assign(sum, { written: sum.written + written, skipped: sum.skipped + skipped });
      }
      counts.events += page.length;
      await checkpoint.reached(segment, next);
      onProgress?.(counts);
    },
  });
  await checkpoint.done();
  return counts;
};

const report = ({ events, rows }: RebuildCounts, seconds: number): string =>
  [
    `rebuild: ${count(events, 'event')} in ${seconds.toFixed(1)} s, ${Math.round(events / seconds).toLocaleString('en')} a second`,
    ...columns(
      ['read model', 'rows written', 'right already'],
      Object.entries(rows).map(([name, { written, skipped }]) => [name, written, skipped]),
    ),
  ].join('\n');

export interface RebuildCommand<Name extends string> extends Omit<RebuildOptions<Name>, 'checkpoint' | 'onProgress'> {
  /** Whose, where not all is made again: another run's checkpoint is not gone on from. */
  readonly only?: string | undefined;
  readonly segments: number;
  /** The checkpoint's file; by default one for each events table in the temporary folder. */
  readonly file: string | undefined;
  readonly json: boolean;
}

const defaultFile = (eventsTable: string): string => join(tmpdir(), `tessera-rebuild-${eventsTable}.json`);

/** The command as operators run it: it tells how far it has come, and at last what it came to. */
export const runRebuild = async <Name extends string>(
  { only, segments, file: named, json, ...options }: RebuildCommand<Name>,
  output: Output,
): Promise<0> => {
  const { eventsTable, readModels } = options;
  const whose = only === undefined ? '' : `, of ${only}`;
  const purpose = `rebuild of ${readModels.map(({ table }) => table).join(' and ')} from ${eventsTable}${whose}`;
  const file = named ?? defaultFile(eventsTable);
  const checkpoint = await openCheckpoint(file, purpose, segments);
  const { resumed } = checkpoint;
  if (resumed && !json) output.print(`going on where an earlier run stopped (${file})`);
  const startedAt = performance.now();
  const counts = await rebuild({
    ...options,
    checkpoint,
    onProgress: ({ events, rows }) => {
      const written = Object.values(rows).reduce((sum, row) => sum + row.written, 0);
      output.progress(`${events.toLocaleString('en')} events, ${written.toLocaleString('en')} rows written`);
    },
  });
  output.progress(undefined);
  const seconds = (performance.now() - startedAt) / 1_000;
  output.print(json ? JSON.stringify({ ...counts, seconds, resumed }, undefined, 2) : report(counts, seconds));
  return 0;
};
