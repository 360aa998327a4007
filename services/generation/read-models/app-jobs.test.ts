/** Jobs as admins find them, on a real table and in memory: by id, and all of an app, newest first. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { jobStream } from '../domain/job.ts';
import type { JobCommand } from '../domain/job-commands.ts';
import { memoryJobs } from '../test/memory.ts';
import { memoryJobRows } from '../test/memory-library.ts';
import { type AppJobQuery, type AppJobs, appJobs, jobIndexes } from './app-jobs.ts';
import { type JobsReadModel, jobsReadModel } from './jobs.ts';

let dynamo: TestDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());

let tables = 0;
type Both = { readonly rows: JobsReadModel; readonly found: AppJobs };
const stores: [name: string, make: () => Promise<Both>][] = [
  [
    'in memory',
    async () => {
      const rows = memoryJobRows();
      return { rows, found: rows.ofApp };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      tables += 1;
      const table = await dynamo.createIndexedTable(`app-jobs-${tables}`, ['owner', 'sk'], jobIndexes);
      return { rows: jobsReadModel(dynamo.client, table), found: appJobs(dynamo.client, table) };
    },
  ],
];

const at = (n: number): string => `2026-11-20T10:00:${String(n).padStart(2, '0')}.000Z`;
const idOf = (n: number) => derivedId('gen', String(n));

/** Nine jobs of two users and two apps, a second apart; every third is cancelled, and the tools take turns. */
const filled = async (make: () => Promise<Both>, more: (n: number) => readonly JobCommand[] = () => []) => {
  const both = await make();
  for (let n = 0; n < 9; n += 1) {
    const { store, handleJob } = memoryJobs();
    const stream = jobStream({ app: n === 8 ? 'product-studio' : 'sparky', user: `user-${n % 2}` }, idOf(n));
    const asked = {
      params: {},
      inputs: [],
      fingerprint: 'f',
      quote: 4,
      deadline: at(59),
      tool: n % 2 ? 'odd' : 'even',
    };
    const cancel: readonly JobCommand[] = n % 3 === 0 ? [{ type: 'CancelJob', at: at(n) }] : [];
    for (const command of [{ type: 'RequestJob', at: at(n), ...asked } as const, ...cancel, ...more(n)])
      await handleJob(stream, command, { actor: 'user-1', correlationId: 'c-1' });
    for (const event of await store.read(stream, { limit: 10 })) await both.rows.project(event);
  }
  return both.found;
};

const allOf = async (found: AppJobs, query: Omit<AppJobQuery, 'limit'> = {}) => {
  const jobs: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 10; pages += 1) {
    const page = await found.list('sparky', { limit: 3, after, ...query });
    jobs.push(...page.jobs.map(({ id, user }) => `${user} ${id}`));
    after = page.next;
    if (after === undefined) return jobs;
  }
  throw new Error('pages without end');
};
const sparkys = (...numbers: readonly number[]) => numbers.map((n) => `user-${n % 2} ${idOf(n)}`);

describe.each(stores)('PP13 FS9 the jobs of an app, %s', (_, make) => {
  test('are listed newest first, whoever’s they are; none is another app’s', async () => {
    const found = await filled(make);
    expect(await allOf(found)).toEqual(sparkys(7, 6, 5, 4, 3, 2, 1, 0));
    expect((await found.list('product-studio', { limit: 3 })).jobs.map(({ id }) => id)).toEqual([idOf(8)]);
    expect((await found.list('spark', { limit: 3 })).jobs).toEqual([]);
  });

  test('by status, tool and time, and all of them together', async () => {
    const found = await filled(make);
    expect(await allOf(found, { status: 'cancelled' })).toEqual(sparkys(6, 3, 0));
    expect(await allOf(found, { tool: 'odd' })).toEqual(sparkys(7, 5, 3, 1));
    expect(await allOf(found, { since: at(5) })).toEqual(sparkys(7, 6, 5));
    expect(await allOf(found, { since: at(2), status: 'cancelled', tool: 'odd' })).toEqual(sparkys(3));
    expect(await allOf(found, { since: at(30) })).toEqual([]);
  });

  test('one is found by its id, in its own app alone', async () => {
    const found = await filled(make);
    expect(await found.ownerOf('sparky', idOf(3))).toEqual({ app: 'sparky', user: 'user-1' });
    expect(await found.ownerOf('product-studio', idOf(3))).toBeUndefined();
    expect(await found.ownerOf('spark', idOf(3))).toBeUndefined();
    expect(await found.ownerOf('sparky', derivedId('gen', 'none'))).toBeUndefined();
  });

  test('one that its owner removed is not listed, and still found: what it cost may go back', async () => {
    const found = await filled(make, (n) => (n === 6 ? [{ type: 'RemoveJob', at: at(40) }] : []));
    expect(await allOf(found)).toEqual(sparkys(7, 5, 4, 3, 2, 1, 0));
    expect(await found.ownerOf('sparky', idOf(6))).toEqual({ app: 'sparky', user: 'user-0' });
  });
});
