/** Parquet by DuckDB, which is loaded when the first rows are written: it costs a third of a second. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import * as z from 'zod';
import type { Column, DeliveryStream } from './read-streams.ts';

const duckDbTypes: Readonly<Record<Column['type'], string>> = { string: 'VARCHAR', bigint: 'BIGINT' };

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish();
const wholeNumber = z.union([z.int(), z.string().regex(/^-?\d{1,18}$/)]).nullish();
const schemas: Readonly<Record<Column['type'], z.ZodType>> = { string: text, bigint: wholeNumber };

/** Reads a row as the table has it: keys without a column are left out, columns without a key are null. @throws on anything else. */
export function rowReader(columns: readonly Column[]): (data: Buffer) => unknown {
  const schema = z.object(Object.fromEntries(columns.map(({ name, type }) => [name, schemas[type]])));
  return (data) => schema.parse(JSON.parse(data.toString()));
}

export interface ParquetWriter {
  write(rows: readonly unknown[], stream: Pick<DeliveryStream, 'columns' | 'compression'>): Promise<Buffer>;
  close(): Promise<void>;
}

const quoted = (path: string): string => `'${path.replaceAll("'", "''")}'`;

export function createParquetWriter(): ParquetWriter {
  let opened: Promise<DuckDBInstance> | undefined;
  const instance = () => {
    opened ??= import('@duckdb/node-api').then(({ DuckDBInstance }) =>
      DuckDBInstance.create(':memory:', { threads: '1' }),
    );
    return opened;
  };

  async function convert(
    folder: string,
    rows: readonly unknown[],
    { columns, compression }: Parameters<ParquetWriter['write']>[1],
  ) {
    const [from, to] = [join(folder, 'rows.json'), join(folder, 'rows.parquet')];
    await writeFile(from, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const types = columns.map(({ name, type }) => `"${name}": '${duckDbTypes[type]}'`).join(', ');
    const source = `read_json(${quoted(from)}, format = 'newline_delimited', columns = {${types}})`;
    const connection = await (await instance()).connect();
    try {
      await connection.run(
        `COPY (SELECT * FROM ${source}) TO ${quoted(to)} (FORMAT parquet, COMPRESSION ${compression.toLowerCase()})`,
      );
    } finally {
      connection.closeSync();
    }
    return readFile(to);
  }

  return {
    async write(rows, stream) {
      const folder = await mkdtemp(join(tmpdir(), 'tessera-parquet-'));
      try {
        return await convert(folder, rows, stream);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async close() {
      const open = await opened?.catch(() => undefined);
      opened = undefined;
      open?.closeSync();
    },
  };
}
