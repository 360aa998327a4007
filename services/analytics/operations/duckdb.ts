/** A lake's Parquet files as a table of DuckDB's, asked in the words that Athena knows; nothing but reading is possible. */
import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import { OperatorError } from '#shared/operations/operator-error.ts';
import { lake, lakeColumns } from '../contracts.ts';
import type { Table, Value } from './table.ts';

/** What Athena has by these names, in DuckDB's own. */
const athenaWords = [
  'CREATE MACRO json_extract_scalar(document, path) AS json_extract_string(document, path)',
  'CREATE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMP)',
  // Its own gives nothing, where there was nothing to count.
  'CREATE MACRO count_if(condition) AS count(CASE WHEN condition THEN 1 END)',
  'CREATE MACRO approx_percentile(value, fraction) AS quantile_disc(value, fraction)',
];

/** In 1.5 this optimizer fails on clauses that stand on the same one, with an internal error; what it saves is not felt here. */
const workarounds = ["SET disabled_optimizers = 'cte_inlining'"];

/** Queries given by hand can neither read another file, nor write one, nor change this. */
const locks = ['SET enable_external_access = false', 'SET lock_configuration = true'];

/** A laptop prints no more. */
const maxRows = 1_000_000;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const load = (files: readonly string[]): string => {
  const { table } = lake;
  const names = [...lakeColumns.map(({ name }) => name), 'app', 'day'].join(', ');
  if (files.length === 0) {
    const typed = lakeColumns.map(({ name, type }) => `${name} ${type}`);
    return `CREATE TABLE ${table} (${[...typed, 'app string', 'day string'].join(', ')})`;
  }
  return `CREATE TABLE ${table} AS SELECT ${names} FROM read_parquet([${files.map(quoted).join(', ')}],
    hive_partitioning = true, hive_types = {'app': VARCHAR, 'day': VARCHAR}, union_by_name = true)`;
};

/** Credits and cents fit a number; what does not stays exact, as text. */
const plain = (value: unknown): Value => {
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'number':
    case 'boolean':
    case 'string':
      return value;
    default:
      return value === null || value === undefined ? null : String(value);
  }
};

export interface Duck {
  /** @throws OperatorError for what DuckDB does not understand, with its place in the text; and for what is no one SELECT. */
  run(sql: string): Promise<Table>;
  close(): void;
}

/** DuckDB's own message shows the line, with a mark below the place; behind a fault of its own stands where in its code. */
const explained = (error: unknown): OperatorError => {
  const message = error instanceof Error ? error.message : String(error);
  const [said = message] = message.replace(/^Error: /, '').split('\n\nStack Trace');
  return new OperatorError(`DuckDB says: ${said.trim()}`);
};

/** @param files Parquet files, each in a folder `app=…/day=…`. */
export const openDuck = async (files: readonly string[]): Promise<Duck> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    for (const statement of [load(files), ...athenaWords, ...workarounds, ...locks]) await connection.run(statement);
  } catch (error) {
    close();
    throw new OperatorError(`these are no files of a lake: ${error instanceof Error ? error.message : error}`);
  }
  const prepare = async (sql: string) => {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new Error('one statement at a time');
    const prepared = await statements.prepare(0);
    const { SELECT, EXPLAIN } = StatementType;
    if (prepared.statementType !== SELECT && prepared.statementType !== EXPLAIN)
      throw new Error('only a SELECT can be asked');
    return prepared;
  };
  const run = async (sql: string): Promise<Table> => {
    try {
      const reader = await (await prepare(sql)).streamAndReadUntil(maxRows);
      if (!reader.done) throw new Error(`more than ${maxRows} rows: ask for less`);
      return { columns: reader.columnNames(), rows: reader.getRows().map((row) => row.map(plain)) };
    } catch (error) {
      throw explained(error);
    }
  };
  return { run, close };
};
