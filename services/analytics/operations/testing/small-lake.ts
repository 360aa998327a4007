/** A lake of a few rows in a folder, for tests: real Parquet, two apps, three days. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Output } from '#shared/operations/output.ts';
import { lake, lakeColumns } from '../../contracts.ts';

const rows = (
  [
    ['e1', '2026-11-05', 'sparky', 'u1', 'AccountOpened', {}],
    ['e2', '2026-11-05', 'sparky', 'u1', 'CreditsGranted', { grantId: 'welcome', kind: 'welcome', credits: 10 }],
    [
      'e3',
      '2026-11-06',
      'sparky',
      'u1',
      'CreditsHeld',
      { holdId: 'gen_1', rows: [{ grantId: 'welcome', credits: 3 }] },
    ],
    ['e4', '2026-11-06', 'sparky', 'u1', 'HoldSettled', settled('gen_1', 3)],
    // Delivered twice.
    ['e4', '2026-11-06', 'sparky', 'u1', 'HoldSettled', settled('gen_1', 3)],
    ['e5', '2026-11-07', 'flirt-studio', 'u2', 'HoldSettled', settled('gen_2', 5)],
  ] as const
).map(([event_id, day, app, user_id, event_type, data]) => ({
  ...{ event_id, service: 'credits', event_type, occurred_at: `${day}T10:00:00.000Z`, user_id, version: 1 },
  ...{ correlation_id: 'c', data: JSON.stringify(data), app, day },
}));

function settled(holdId: string, credits: number) {
  return { holdId, tool: 'photo-filter', credits, spent: [{ grantId: 'welcome', credits }] };
}

export const smallLake = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'small-lake-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const names = [...lakeColumns.map(({ name }) => name), 'app', 'day'] as (keyof (typeof rows)[number])[];
  const values = rows.map((row) => `(${names.map((name) => `'${row[name]}'`).join(', ')})`);
  await connection.run(
    `COPY (SELECT * REPLACE (CAST(version AS BIGINT) AS version) FROM (VALUES ${values.join(', ')}) AS v(${names.join(', ')}))
     TO '${join(folder, lake.prefix.replace('/', ''))}' (FORMAT parquet, PARTITION_BY (app, day))`,
  );
  connection.closeSync();
  instance.closeSync();
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};

/** What a command says. */
export const keptOutput = () => {
  const [printed, complaints, progress]: [string[], string[], string[]] = [[], [], []];
  const output: Output = {
    print: (text) => void printed.push(text),
    complain: (text) => void complaints.push(text),
    progress: (text) => void (text !== undefined && progress.push(text)),
  };
  return { output, printed: () => printed.join('\n'), complaints: () => complaints.join('\n'), progress };
};
