/** X7 a query on Athena, over Athena's own JSON protocol: started once, waited for, read to the last page. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { askAthena, athenaClient } from './athena.ts';
import { runQuery } from './run.ts';
import { keptOutput } from './testing/small-lake.ts';

type Call = { readonly operation: string; readonly input: Record<string, unknown> };

/** Stands in for Athena: `states` are told one after the other, results two rows a page. */
const startAthena = async (states: readonly string[], results: readonly (readonly (string | null)[])[]) => {
  const calls: Call[] = [];
  const waiting = [...states];
  const row = (cells: readonly (string | null)[]) => ({
    Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })),
  });
  const header = ['app', 'net_minor', 'rate', 'kept'];
  const types = ['varchar', 'bigint', 'double', 'boolean'];
  const pageFrom = (start: number) => {
    const rows = [header, ...results].slice(start, start + 2).map(row);
    const ColumnInfo = header.map((Name, index) => ({ Name, Type: types[index] }));
    const next = start + 2 < results.length + 1 ? { NextToken: String(start + 2) } : {};
    return { ResultSet: { Rows: rows, ResultSetMetadata: { ColumnInfo } }, ...next };
  };
  const answer = ({ operation, input }: Call): object => {
    switch (operation) {
      case 'StartQueryExecution':
        return { QueryExecutionId: 'query-1' };
      case 'GetQueryExecution': {
        const State = waiting.shift() ?? 'SUCCEEDED';
        const Status = {
          State,
          ...(State === 'FAILED' ? { StateChangeReason: 'line 3:8: Column nope cannot be resolved' } : {}),
        };
        return {
          QueryExecution: { Status, Statistics: { DataScannedInBytes: 12_345, TotalExecutionTimeInMillis: 1_500 } },
        };
      }
      case 'GetQueryResults':
        return pageFrom(Number(input.NextToken ?? 0));
      default:
        return {};
    }
  };
  const server: Server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('AmazonAthena.', '');
    const call = { operation, input: (await json(request)) as Record<string, unknown> };
    calls.push(call);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(answer(call)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { calls, endpoint, close: () => new Promise((resolve) => server.close(resolve)) };
};

const place = { workgroup: 'tessera', database: 'tessera' };
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const ask = async (athena: Awaited<ReturnType<typeof startAthena>>) => {
  const client = athenaClient({ endpoint: athena.endpoint, region: 'eu-west-1', credentials });
  const pauses: number[] = [];
  const wait = async (milliseconds: number) => void pauses.push(milliseconds);
  try {
    return { ...(await askAthena({ client, wait, onProgress: () => undefined }, place, 'SELECT 1')), pauses };
  } finally {
    client.destroy();
    await athena.close();
  }
};

test('it is waited for with ever longer pauses, and every page is read, as numbers where they are', async () => {
  const results = [
    ['sparky', '1200', '0.5', 'true'],
    ['flirt-studio', null, '1', 'false'],
    ['baby-music', '90071992547409931', '0', null],
  ];
  const running = Array.from({ length: 7 }, () => 'RUNNING');
  const athena = await startAthena(['QUEUED', ...running], results);
  const { table, bytesScanned, milliseconds, pauses } = await ask(athena);
  expect(table.columns).toEqual(['app', 'net_minor', 'rate', 'kept']);
  expect(table.rows).toEqual([
    ['sparky', 1_200, 0.5, true],
    ['flirt-studio', null, 1, false],
    ['baby-music', '90071992547409931', 0, null],
  ]);
  expect([bytesScanned, milliseconds]).toEqual([12_345, 1_500]);
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  expect(athena.calls.filter(({ operation }) => operation === 'StartQueryExecution')).toEqual([
    {
      operation: 'StartQueryExecution',
      input: expect.objectContaining({
        QueryString: 'SELECT 1',
        WorkGroup: 'tessera',
        QueryExecutionContext: { Database: 'tessera' },
      }),
    },
  ]);
  expect(athena.calls.filter(({ operation }) => operation === 'GetQueryResults')).toHaveLength(2);
});

test('a query that failed says why, and is not read', async () => {
  const athena = await startAthena(['RUNNING', 'FAILED'], []);
  await expect(ask(athena)).rejects.toThrow(
    'line 3:8: Column nope cannot be resolved (workgroup tessera, query query-1)',
  );
  expect(athena.calls.map(({ operation }) => operation)).not.toContain('GetQueryResults');
});

test('a query that nobody waits for any more is stopped, after half an hour at most', async () => {
  const athena = await startAthena(
    Array.from({ length: 1_000 }, () => 'RUNNING'),
    [],
  );
  await expect(ask(athena)).rejects.toThrow('did not end within 30 minutes');
  expect(athena.calls.at(-1)).toEqual({ operation: 'StopQueryExecution', input: { QueryExecutionId: 'query-1' } });
});

const variables = ['AWS_ENDPOINT_URL_ATHENA', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const before = new Map(variables.map((name) => [name, process.env[name]]));
beforeEach(() => {
  for (const name of variables) process.env[name] = 'eu-west-1';
});
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const asked = async (...args: readonly string[]) => {
  const athena = await startAthena([], [['sparky', '7', '1', 'true']]);
  process.env.AWS_ENDPOINT_URL_ATHENA = athena.endpoint;
  const kept = keptOutput();
  const code = await runQuery([...args, '--athena'], kept.output);
  await athena.close();
  const { calls } = athena;
  return { code, calls, sql: String(calls[0]?.input.QueryString), told: kept.printed(), complaints: kept.complaints() };
};

describe('SQL by hand on Athena', () => {
  const scoped = `events AS (
  SELECT * FROM "tessera".events
  WHERE day BETWEEN '2026-01-01' AND '2026-11-21' AND ('sparky' IS NULL OR app = 'sparky')
)`;
  const sparky = ['--app', 'sparky', '--until', '2026-11-21'];

  test('has the app and the days that are told below its answer, whether it reads events or a view', async () => {
    const { sql, told } = await asked('SELECT count(*) FROM events', ...sparky);
    expect(sql).toBe(`WITH ${scoped}\nSELECT count(*) FROM events`);
    expect(told).toContain('sparky · until 2026-11-21 · Athena');
    const ofView = await asked('SELECT count(*) FROM facts', ...sparky);
    expect(ofView.sql.startsWith(`WITH ${scoped}, facts AS (`)).toBe(true);
  });
  test.each([
    [
      'clauses of its own follow',
      'WITH a AS (SELECT 1) SELECT * FROM a',
      `WITH ${scoped}, a AS (SELECT 1) SELECT * FROM a`,
    ],
    ['also recursive ones', 'with recursive a(n) AS (SELECT 1) SELECT n FROM a', `WITH recursive ${scoped}, a(n) AS`],
    ['it may be explained', 'explain SELECT 1', `explain WITH ${scoped}\nSELECT 1`],
    ['comments are left out', " -- don't\nSELECT /* ; DROP */ ';--' ;", `WITH ${scoped}\nSELECT   ';--'`],
  ])('%s', async (_, text, sent) => {
    const { code, sql } = await asked(text, ...sparky);
    expect([code, sql.slice(0, sent.length)]).toEqual([0, sent]);
  });

  test.each([
    'DROP TABLE events',
    'INSERT INTO events SELECT * FROM events',
    "UNLOAD (SELECT * FROM events) TO 's3://elsewhere/' WITH (format = 'PARQUET')",
    "/* SELECT */ unload (SELECT 1) TO 's3://elsewhere/'",
    ' -- SELECT\nCREATE TABLE copied AS SELECT 1 FROM events',
    'EXPLAIN ANALYZE INSERT INTO events SELECT 1',
    'EXECUTE prepared USING 1',
    'SELECT 1; DROP TABLE events',
    "SELECT ';' ; DROP TABLE events",
    "SELECT 'it\\'; DROP TABLE events --'",
    'SELECT * FROM tessera.events',
    'SELECT * FROM AwsDataCatalog . "TESSERA" . Events',
  ])('%s is not sent', async (text) => {
    const { code, calls, complaints } = await asked(text, ...sparky);
    expect([code, calls]).toEqual([2, []]);
    expect(complaints).toMatch(/only a SELECT|one statement|the table is "events" alone/);
  });
});

test('--athena sends the text that DuckDB would be asked, and says what was scanned', async () => {
  const { code, complaints, told, sql } = await asked('revenue', '--app', 'sparky', '--until', '2026-11-21');
  expect([code, complaints]).toEqual([0, '']);
  expect(told).toContain('Athena, workgroup tessera, 12,345 bytes scanned in 1.5 s');
  expect(sql).toMatch(/^WITH facts AS \(/);
  expect(sql).toContain("WHERE day BETWEEN '2026-10-23' AND '2026-11-21' AND ('sparky' IS NULL OR app = 'sparky')");
});
