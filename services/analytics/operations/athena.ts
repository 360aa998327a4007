/** A query on Athena: started, waited for with ever longer pauses, and its result read page by page. */
import {
  AthenaClient,
  type AthenaClientConfig,
  type ColumnInfo,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  type Row,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Table, Value } from './table.ts';

export interface AthenaPlace {
  readonly workgroup: string;
  readonly database: string;
}

export interface AthenaParts {
  readonly client: AthenaClient;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  readonly onProgress: (text: string | undefined) => void;
}

export interface Answered {
  readonly table: Table;
  readonly bytesScanned: number;
  readonly milliseconds: number;
}

export const athenaClient = (config: AthenaClientConfig = {}): AthenaClient =>
  new AthenaClient({ maxAttempts: 10, ...config });

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** Athena's own limit for a query. */
const longestMs = 30 * 60_000;
/** A page's most. */
const rowsPerPage = 1_000;
const maxRows = 1_000_000;

const numeric = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'double', 'float', 'real', 'decimal']);

/** Results are texts; a number that does not fit stays one. */
const typedValue = (text: string | undefined, type: string | undefined): Value => {
  if (text === undefined) return null;
  if (type === 'boolean') return text === 'true';
  const number = Number(text);
  const fits = !Number.isInteger(number) || Number.isSafeInteger(number);
  return type !== undefined && numeric.has(type) && Number.isFinite(number) && fits ? number : text;
};

const finished = async (
  { client, wait, onProgress }: AthenaParts,
  id: string,
  { workgroup }: AthenaPlace,
): Promise<QueryExecution> => {
  let pauseMs = firstPauseMs;
  for (let waitedMs = 0; waitedMs < longestMs; waitedMs += pauseMs, pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const { QueryExecution: execution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    const { State, StateChangeReason } = execution?.Status ?? {};
    switch (State) {
      case 'SUCCEEDED':
        return execution ?? {};
      case 'FAILED':
      case 'CANCELLED':
        throw new OperatorError(`Athena says: ${StateChangeReason ?? State} (workgroup ${workgroup}, query ${id})`);
      case 'QUEUED':
      case 'RUNNING':
      case undefined:
        onProgress(`query ${id} in workgroup ${workgroup}: ${State?.toLowerCase() ?? 'unknown'}`);
    }
    await wait(pauseMs);
  }
  throw new OperatorError(`query ${id} did not end within ${longestMs / 60_000} minutes`);
};

const readRows = async (client: AthenaClient, id: string): Promise<Table> => {
  const rows: Row[] = [];
  let columns: readonly ColumnInfo[] = [];
  let next: string | undefined;
  do {
    const { ResultSet, NextToken } = await client.send(
      new GetQueryResultsCommand({
        QueryExecutionId: id,
        MaxResults: rowsPerPage,
        ...(next ? { NextToken: next } : {}),
      }),
    );
    columns = ResultSet?.ResultSetMetadata?.ColumnInfo ?? columns;
    // The first row of the first page is the header again.
    rows.push(...(ResultSet?.Rows ?? []).slice(next === undefined ? 1 : 0));
    if (rows.length > maxRows) throw new OperatorError(`more than ${maxRows} rows: ask for less`);
    next = NextToken;
  } while (next);
  return {
    columns: columns.map(({ Name = '' }) => Name),
    rows: rows.map(({ Data = [] }) => columns.map(({ Type }, index) => typedValue(Data[index]?.VarCharValue, Type))),
  };
};

/** The workgroup says where results go and how many bytes a query may scan. A query that nobody waits for any more is stopped. */
export const askAthena = async (parts: AthenaParts, place: AthenaPlace, sql: string): Promise<Answered> => {
  const { client, onProgress } = parts;
  const { QueryExecutionId: id = '' } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: place.workgroup,
      QueryExecutionContext: { Database: place.database },
    }),
  );
  try {
    const { Statistics } = await finished(parts, id, place);
    const table = await readRows(client, id);
    const { DataScannedInBytes: bytesScanned = 0, TotalExecutionTimeInMillis: milliseconds = 0 } = Statistics ?? {};
    return { table, bytesScanned, milliseconds };
  } catch (error) {
    // Of one that has ended this changes nothing.
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
    throw error;
  } finally {
    onProgress(undefined);
  }
};
