/** The week as the lake holds it: pseudonymised rows in Parquet, some of them twice. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { lake, lakeColumns } from '#services/analytics/contracts.ts';
import { type KeyedHash, lakeEvent, lakeRowOf, type PlacedRow } from '#services/analytics/domain/lake-row.ts';
import { keyedHashOf } from '#services/analytics/pseudonyms/keyed-hash.ts';
import { derivedUuid } from '#shared/ids.ts';
import type { Random } from './random.ts';
import type { Told } from './town.ts';

/** Firehose delivers at least once. */
const twice = 0.01;

/** The same id is hashed again and again. */
const remembered = (hash: KeyedHash): KeyedHash => {
  const known = new Map<string, string>();
  return (kind, text) => {
    const key = `${kind} ${text}`;
    const pseudonym = known.get(key) ?? hash(kind, text);
    known.set(key, pseudonym);
    return pseudonym;
  };
};

/** Rows as the lake's own transformation makes them; whoever left has other pseudonyms from the second telling on. */
export const rowsOf = (told: readonly Told[], random: Random): PlacedRow[] => {
  const hashes = new Map<string, KeyedHash>();
  const hashFor = (owner: string, key: string): KeyedHash => {
    const hash = hashes.get(owner) ?? remembered(keyedHashOf(derivedUuid('busy-week key', owner, key)));
    hashes.set(owner, hash);
    return hash;
  };
  return told.flatMap((event): PlacedRow[] => {
    const { app, user, type, data, id } = event.detail;
    const owner = `${app}#${user}`;
    const row = lakeRowOf(lakeEvent.parse(event), hashFor(owner, ''));
    if (type === 'UserDeleted' && Object(data).pass === 2) {
      hashes.delete(owner);
      hashFor(owner, id);
    }
    return random.chance(twice) ? [row, row] : [row];
  });
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Writes `events/app=…/day=…/*.parquet` into the folder. */
export const writeLake = async (rows: readonly PlacedRow[], folder: string): Promise<void> => {
  const lines = join(tmpdir(), `busy-week-${process.pid}-${rows.length}.ndjson`);
  await writeFile(lines, rows.map(({ row, partition }) => JSON.stringify({ ...row, ...partition })).join('\n'));
  await mkdir(folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const types = [...lakeColumns, { name: 'app', type: 'string' }, { name: 'day', type: 'string' }];
  const columns = types.map(({ name, type }) => `${name}: ${quoted(type)}`).join(', ');
  try {
    await connection.run(
      `COPY (SELECT * FROM read_json(${quoted(lines)}, format = 'newline_delimited', columns = {${columns}}))
       TO ${quoted(join(folder, lake.prefix).replace(/\/$/, ''))} (FORMAT parquet, PARTITION_BY (app, day), OVERWRITE_OR_IGNORE)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(lines, { force: true });
  }
};
