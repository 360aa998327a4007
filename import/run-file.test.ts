/** Files of any size: rows are read, checked and let go of; what is wrong is named by its line, and the rest goes on. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { readRows } from './read-rows.ts';
import { openRejects } from './rejects.ts';
import { type Counts, noCounts, runFile } from './run-file.ts';
import { type Step, there, unchanged } from './steps/step.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-file-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const inFile = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};

const rowsOf = async (file: string) => {
  const rows = [];
  for await (const row of readRows(file)) rows.push(row);
  return rows;
};

const row = z.object({ id: z.string(), n: z.coerce.number().int() });
type Row = z.infer<typeof row>;

/** Keeps the ids that it was given. */
const keeping = () => {
  const seen: string[] = [];
  const step: Step<Row> = {
    once: ({ id }) => id,
    async write(rows) {
      seen.push(...rows.map(({ id }) => id));
      return rows.map(() => unchanged);
    },
    compare: async (rows) => rows.map(() => there),
  };
  return { seen, step };
};

const runOver = async (
  file: string,
  step: Step<Row>,
  { from = noCounts(), onBatch = async (_: Counts) => {} } = {},
) => {
  const rejects = await openRejects(join(folder, 'rejects'), from.rows > 0);
  const counts = await runFile({ file, schema: row, step, rejects, mode: 'write', from, onBatch });
  await rejects.close();
  return counts;
};

describe('rows', () => {
  test('of CSV: a byte order mark, quotes, lines within a cell, CRLF, and a row of too few columns', async () => {
    const file = await inFile('a.csv', '\uFEFFid,n\r\n1,"a ""b"""\r\n2,"c\r\nd"\r\n3\r\n4,\\N\r\n');
    expect(await rowsOf(file)).toEqual([
      { line: 2, content: { columns: { id: '1', n: 'a "b"' } } },
      { line: 3, content: { columns: { id: '2', n: 'c\r\nd' } } },
      { line: 5, content: { fault: expect.stringContaining('Invalid Record Length'), text: '{"id":"3"}' } },
      { line: 6, content: { columns: { id: '4', n: '\\N' } } },
    ]);
  });

  test('of JSON lines: empty ones, and what is none', async () => {
    const file = await inFile('a.ndjson', '{"id":"1"}\n\n[1]\n{"id":\n{"id":"2"}');
    const told = (await rowsOf(file)).map(({ line, content }) => [
      line,
      'fault' in content ? content.fault : content.columns,
    ]);
    expect(told).toEqual([
      [1, { id: '1' }],
      [3, 'is no JSON object'],
      [4, 'is not JSON'],
      [5, { id: '2' }],
    ]);
  });

  test('of JSON lines: one that is too long is named, and never whole in memory', async () => {
    const long = `{"id":"${'a'.repeat(5 * 1024 * 1024)}"}`;
    const file = await inFile('long.ndjson', `{"id":"1\u2028"}\r\n${long}\n{"id":"ü"}\n`);
    const told = (await rowsOf(file)).map(({ line, content }) => [
      line,
      'fault' in content ? content : content.columns,
    ]);
    expect(told).toEqual([
      [1, { id: '1\u2028' }],
      [2, { fault: 'is longer than 4194304 bytes', text: long.slice(0, 1_000) }],
      [3, { id: 'ü' }],
    ]);
  });

  test('that break their mapping are named, and the others come', async () => {
    const file = await inFile('throws.csv', 'id,n\na,1\nb,2\n');
    const { seen, step } = keeping();
    const schema = row.transform((value) => ({
      ...value,
      id: decodeURIComponent(value.id === 'a' ? '%off' : value.id),
    }));
    const rejects = await openRejects(undefined, false);
    const from = noCounts();
    const counts = await runFile({ file, schema, step, rejects, mode: 'write', from, onBatch: async () => {} });
    expect([counts.rejected, rejects.first[0]?.reason, seen]).toEqual([1, expect.stringContaining('URIError'), ['b']]);
  });

  test('of a file that was cut off within quotes: told of, with the line', async () => {
    const file = await inFile('cut.csv', 'id,n\n1,2\n2,"3\n');
    await expect(rowsOf(file)).rejects.toThrow(/cut.csv is no CSV from line 3 on/);
  });
});

describe('a file', () => {
  test('goes on behind a bad row, which is named with its line and reason, and as it was', async () => {
    const { seen, step } = keeping();
    const file = await inFile('bad.csv', 'id,n\na,1\nb,x\na,2\nc,3\n');
    expect(await runOver(file, step)).toEqual({ rows: 4, written: 0, unchanged: 2, moved: 0, rejected: 2 });
    expect(seen).toEqual(['a', 'c']);
    const text = await readFile(join(folder, 'rejects'), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { file, line: 3, reason: expect.stringMatching(/^n: /), row: { id: 'b', n: 'x' } },
      { file, line: 4, reason: 'a is in the file twice', row: { id: 'a', n: '2' } },
    ]);
  });

  test('goes on where it was, knows who came before, and counts all rows', async () => {
    const rows = Array.from({ length: 450 }, (_, index) => `u${index},${index}\n`);
    const file = await inFile('again.csv', ['id,n\n', ...rows, 'u3,1\n'].join(''));
    const { seen, step } = keeping();
    const batches: Counts[] = [];
    await expect(
      runOver(file, step, {
        async onBatch(counts) {
          batches.push({ ...counts });
          if (batches.length === 2) throw new Error('broken off');
        },
      }),
    ).rejects.toThrow('broken off');
    const { seen: later, step: next } = keeping();
    const [first = noCounts()] = batches;
    expect(await runOver(file, next, { from: first })).toMatchObject({ rows: 451, unchanged: 450, rejected: 1 });
    expect([seen.length, later[0], later.length]).toEqual([400, 'u200', 250]);
  });

  test('is never in memory as a whole: 20 MB are read while the heap grows by less than 10', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed / 1e6;
    };
    const lines = function* () {
      yield 'id,n,text\n';
      for (let index = 0; index < 10_000; index += 1) yield `u${index},${index},${'p'.repeat(2_000)}\n`;
    };
    const file = join(folder, 'large.csv');
    await pipeline(Readable.from(lines()), createWriteStream(file));
    const step: Step<Row> = { ...keeping().step, write: async (rows) => rows.map(() => unchanged) };
    const before = heap();
    let most = 0;
    let batches = 0;
    const onBatch = async () => {
      batches += 1;
      if (batches % 10 === 0) most = Math.max(most, heap() - before);
    };
    expect(await runOver(file, step, { onBatch })).toMatchObject({ rows: 10_000, unchanged: 10_000 });
    expect(most).toBeLessThan(10);
  }, 60_000);
});
