/** X7 `npm run query` by DuckDB: what it answers, what it refuses, and what it fetches. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { runQuery } from './run.ts';
import { keptOutput, smallLake } from './testing/small-lake.ts';

let small: Awaited<ReturnType<typeof smallLake>>;
beforeAll(async () => {
  small = await smallLake();
});
afterAll(() => small.remove());

const run = async (...args: readonly string[]) => {
  const kept = keptOutput();
  const code = await runQuery(args, kept.output);
  return { code, printed: kept.printed(), complaints: kept.complaints(), progress: kept.progress };
};
const inFolder = (...args: readonly string[]) => run(...args, '--lake', small.folder);
const rowsOf = async (...args: readonly string[]) => JSON.parse((await inFolder(...args, '--json')).printed);

describe('an answer', () => {
  test('is a table that says of which apps and days it is, and by whom', async () => {
    const { code, printed } = await inFolder('ledger');
    expect(code).toBe(0);
    expect(printed).toContain('granted  spent');
    expect(printed).toMatch(/sparky +1 +10 +3/);
    expect(printed).toContain('all apps · until 2026-11-07 · DuckDB, 3 files');
  });
  test('is CSV or JSON for other programs, and then nothing else', async () => {
    const query = ['credits-by-day', '--app', 'flirt-studio'];
    expect((await inFolder(...query, '--csv')).printed).toBe(
      'day,app,movement,item,credits\n2026-11-07,flirt-studio,spent,photo-filter,5',
    );
    expect(await rowsOf(...query)).toEqual([
      { day: '2026-11-07', app: 'flirt-studio', movement: 'spent', item: 'photo-filter', credits: 5 },
    ]);
  });
  test('in CSV a text with commas or quotes stays one field', async () => {
    const { printed } = await inFolder(`SELECT 'a, "b"' AS text, NULL AS none`, '--csv');
    expect(printed).toBe('text,none\n"a, ""b""",');
  });
  test('counts each event once', async () => {
    expect(await rowsOf('SELECT count(*) AS n FROM events')).toEqual([{ n: 6 }]);
    expect(await rowsOf('SELECT count(*) AS n FROM facts')).toEqual([{ n: 5 }]);
  });
  test('is of the days that are asked for, both included', async () => {
    const spent = async (...args: string[]) =>
      (await rowsOf('credits-by-day', ...args))
        .filter(({ movement }: { movement: string }) => movement === 'spent')
        .map(({ credits }: { credits: number }) => credits);
    expect(await spent('--from', '2026-11-05', '--until', '2026-11-06')).toEqual([3]);
    expect(await spent('--from', '2026-11-07', '--until', '2026-11-07')).toEqual([5]);
  });
});

describe('SQL by hand', () => {
  test('may name views, have WITH clauses of its own, and parameters', async () => {
    const sql = `WITH big AS (SELECT * FROM spend WHERE credits > 3)
      SELECT app, credits FROM big WHERE day BETWEEN :from AND :until;`;
    expect(await rowsOf(sql)).toEqual([{ app: 'flirt-studio', credits: 5 }]);
  });
  test('may begin with a comment, be explained, or name itself', async () => {
    expect(
      await rowsOf(
        " -- what isn't a name\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT max(i) AS m, (SELECT count(*) FROM facts) AS f FROM n",
      ),
    ).toEqual([{ m: 3, f: 5 }]);
    expect((await inFolder('EXPLAIN SELECT * FROM facts')).code).toBe(0);
  });
  test.each([
    ['changes nothing', 'DROP TABLE events', 'only a SELECT'],
    ['is one statement', 'SELECT 1; SELECT 2', 'one statement at a time'],
    ['writes no file', "COPY events TO '/tmp/tessera-stolen.csv'", 'disabled'],
    ['reads no other file', "SELECT * FROM read_text('/etc/passwd')", 'disabled'],
    ['unlocks nothing', 'SET enable_external_access = true', 'only a SELECT'],
  ])('%s', async (_, sql, why) => {
    const { code, complaints } = await inFolder(sql);
    expect([code, complaints]).toEqual([2, expect.stringContaining(why)]);
  });
  test('that is wrong is shown with its place', async () => {
    const { code, complaints } = await inFolder('SELECT nope FROM spend');
    expect(code).toBe(2);
    expect(complaints).toMatch(/SELECT nope FROM spend\n +\^/);
  });
});

describe('what cannot be asked is said in one line, with exit code 2', () => {
  test.each([
    ['an unknown name, with those there are', ['revenues'], /no query "revenues"; there are:\n(.*\n)* +revenue +Money/],
    ['a day that is none', ['revenue', '--from', '2026-13-01'], /--from takes a day/],
    ['a period that ends before it begins', ['revenue', '--from', '2026-11-06', '--until', '2026-11-05'], /is behind/],
    ['an app that is none', ['revenue', '--app', "x'y"], /--app takes an app/],
    ['two formats', ['revenue', '--csv', '--json'], /one of --csv and --json/],
    ['two places', ['revenue', '--athena', '--bucket', 'b'], /one of --lake, --bucket and --athena/],
    ['SQL without quotes', ['SELECT', '1'], /put SQL in quotes/],
    [
      'days without events',
      ['revenue', '--until', '2026-10-05'],
      /it has 2026-11-05 to 2026-11-07, of flirt-studio, sparky/,
    ],
  ])('%s', async (_, args, why) => {
    const { code, complaints } = await inFolder(...args);
    expect([code, complaints]).toEqual([2, expect.stringMatching(why)]);
  });
  test('no account, and a folder without a lake', async () => {
    expect(await run('revenue', '--account', join(small.folder, 'none.json'))).toMatchObject({
      code: 2,
      complaints: expect.stringContaining('start it with "npm start"'),
    });
    expect((await run('revenue', '--lake', join(small.folder, 'none'))).complaints).toContain('holds no lake');
  });
});

test('--list names every query with its description', async () => {
  const { code, printed } = await run('--list');
  expect(code).toBe(0);
  const files = (await readdir(join(import.meta.dirname, '../../../analytics'))).filter((file) =>
    file.endsWith('.sql'),
  );
  expect(printed.split('\n').map((line) => line.trim().split('  ')[0])).toEqual(
    files.map((file) => file.replace('.sql', '')).toSorted(),
  );
});

describe('of the account that runs here', () => {
  let server: FauxqsServer;
  let file: string;
  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    const place = {
      endpoint: server.address,
      region: 'eu-west-1',
      credentials: { accessKeyId: 't', secretAccessKey: 't' },
    };
    const s3 = new S3Client({ ...place, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
    const paths = await readdir(small.folder, { recursive: true });
    for (const Key of paths.filter((path) => path.endsWith('.parquet')))
      await s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: await readFile(join(small.folder, Key)) }));
    s3.destroy();
    file = join(small.folder, 'account.json');
    await writeFile(file, JSON.stringify({ ...place, tables: {}, buckets: { TesseraAnalytics: { Lake: 'lake' } } }));
  });
  afterAll(() => server.stop());

  const days = ['--from', '2026-11-05', '--until', '2026-11-07'];
  test('only the partitions that are asked about are fetched', async () => {
    const asked = await run('credits-by-day', ...days, '--app', 'sparky', '--account', file);
    expect(asked.complaints).toBe('');
    expect(asked.printed).toContain('DuckDB, 2 files');
    expect(asked.progress.at(-1)).toMatch(/^2 of 2 files fetched/);
  });
  test('the answer is the one that the same files give in a folder', async () => {
    const asked = await run('ledger', '--until', '2026-11-07', '--json', '--account', file);
    expect(JSON.parse(asked.printed)).toEqual(await rowsOf('ledger'));
  });
});
