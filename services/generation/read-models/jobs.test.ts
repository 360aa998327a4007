/** The list of jobs, on a real table and in memory: newest first, filtered, and what is left of removed ones. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { derivedId, type Id } from '#shared/ids.ts';
import { ownerKey } from '#shared/owner.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { type Job, jobStream } from '../domain/job.ts';
import type { JobCommand, RequestJob } from '../domain/job-commands.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { memoryJobs, owner } from '../test/memory.ts';
import { memoryJobRows } from '../test/memory-library.ts';
import { memoryProjection } from '../test/memory-projection.ts';
import type { JobMessage } from '../worker/job-message.ts';
import { type JobQuery, type JobsReadModel, jobsReadModel } from './jobs.ts';
import { searchText } from './search-text.ts';

type Recorded = RecordedEvent<JobEvent, Job>;

const at = '2026-11-20T10:00:00.000Z';
const stranger = { ...owner, user: 'user-2' };

let dynamo: TestDynamoDb;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());
const newTable = () => {
  tables += 1;
  return dynamo.createKeyedTable(`jobs-${tables}`, 'owner', 'sk');
};

/** The recorded events of one job that these commands led to. */
const recorded = async (
  id: string,
  commands: readonly JobCommand[] = [],
  change: Partial<RequestJob> = {},
): Promise<readonly Recorded[]> => {
  const { store, handleJob } = memoryJobs();
  const deadline = '2026-11-21T10:00:00.000Z';
  const asked = { tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [], fingerprint: 'f', quote: 4, deadline };
  const meta = { actor: 'user-1', correlationId: 'c-1' };
  await handleJob(jobStream(owner, id), { type: 'RequestJob', at, ...asked, ...change }, meta);
  for (const command of commands) await handleJob(jobStream(owner, id), command, meta);
  return store.read(jobStream(owner, id), { limit: 100 });
};
const cancel: JobCommand = { type: 'CancelJob', at };
const remove: JobCommand = { type: 'RemoveJob', at };
const favour: JobCommand = { type: 'FavourJob', at, favourite: true };

/** All of a list, page by page. */
const allOf = async (rows: JobsReadModel, query: Omit<JobQuery, 'limit'> = {}, limit = 2) => {
  const found: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 30; pages += 1) {
    const page = await rows.list(owner, { limit, after, ...query });
    expect(page.jobs.length).toBeLessThanOrEqual(limit);
    found.push(...page.jobs.map(({ id }) => id));
    after = page.next;
    if (after === undefined) return found;
  }
  throw new Error('pages without end');
};

const stores: [name: string, make: () => Promise<JobsReadModel>][] = [
  ['in memory', async () => memoryJobRows()],
  ['in DynamoDB', async () => jobsReadModel(dynamo.client, await newTable())],
];

describe.each(stores)('jobs %s', (_, make) => {
  test('are listed newest first, page by page, filtered by status and tool', async () => {
    const rows = await make();
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      const id = derivedId('gen', String(n));
      ids.unshift(id);
      const asked = { at: `2026-11-20T10:00:${String(n).padStart(2, '0')}.000Z`, tool: n % 2 ? 'odd' : 'even' };
      for (const event of await recorded(id, n % 3 ? [] : [cancel], asked)) await rows.project(event);
    }
    const where = (keep: (n: number) => boolean) => ids.filter((_, place) => keep(11 - place));
    expect(await allOf(rows)).toEqual(ids);
    expect(await allOf(rows, { tool: 'odd' })).toEqual(where((n) => n % 2 === 1));
    expect(await allOf(rows, { status: 'cancelled' })).toEqual(where((n) => n % 3 === 0));
    expect(await allOf(rows, { status: 'cancelled', tool: 'odd' })).toEqual(where((n) => n % 3 === 0 && n % 2 === 1));
    expect(await allOf(rows, { status: 'failed' })).toEqual([]);
    expect((await rows.list(stranger, { limit: 10 })).jobs).toEqual([]);
  });

  test('BM7 SP3 are found as favourites, as variations, and by words of title and parameters', async () => {
    const rows = await make();
    const [first, second, third] = ['a', 'b', 'c'].map((name) => derivedId('gen', name)) as [Id<'gen'>, string, string];
    const jobs: [id: string, commands: JobCommand[], change: Partial<RequestJob>][] = [
      [first, [favour], { title: 'Sea SONG', params: { theme: 'Ebbe und Flut' } }],
      [second, [favour, { ...favour, favourite: false }], { parent: first, params: { lines: ['ÜBER den Wolken'] } }],
      [third, [{ type: 'RenameJob', at, title: 'Rain' }], { parent: first, title: 'Sun' }],
    ];
    for (const [id, commands, change] of jobs)
      for (const event of await recorded(id, commands, change)) await rows.project(event);
    expect(await allOf(rows, { favourite: true })).toEqual([first]);
    expect((await allOf(rows, { parent: first })).toSorted()).toEqual([second, third].toSorted());
    expect(await allOf(rows, { text: 'sea s' })).toEqual([first]);
    expect(await allOf(rows, { text: 'FLUT' })).toEqual([first]);
    expect(await allOf(rows, { text: 'über' })).toEqual([second]);
    expect(await allOf(rows, { text: 'rain', parent: first })).toEqual([third]);
    expect(await allOf(rows, { text: 'sun' })).toEqual([]);
  });

  test('I7 a removed one is not listed, and no older event brings it back', async () => {
    const rows = await make();
    const [one, other] = [derivedId('gen', 'one'), derivedId('gen', 'other')];
    const events = await recorded(one, [cancel, favour, remove]);
    for (const event of await recorded(other)) await rows.project(event);
    for (const event of [...events, ...events.toReversed()]) await rows.project(event);
    expect(await allOf(rows)).toEqual([other]);
    expect(await allOf(rows, { favourite: true })).toEqual([]);
    expect(await allOf(rows, { status: 'cancelled' })).toEqual([]);
  });

  test('a page is full though removed ones lie between', async () => {
    const rows = await make();
    const kept: string[] = [];
    for (let n = 0; n < 9; n += 1) {
      const id = derivedId('gen', String(n));
      if (n % 3 === 0) kept.unshift(id);
      const commands = n % 3 === 0 ? [] : [cancel, remove];
      for (const event of await recorded(id, commands, { at: `2026-11-20T10:00:0${n}.000Z` }))
        await rows.project(event);
    }
    const first = await rows.list(owner, { limit: 2 });
    expect(first.jobs.map(({ id }) => id)).toEqual(kept.slice(0, 2));
    expect(await allOf(rows)).toEqual(kept);
  });
});

test('I7 a row is the same whatever the order and number of its events', async () => {
  const rows = jobsReadModel(dynamo.client, await newTable());
  const dispatched: JobMessage[] = [];
  const { project } = memoryProjection({ ports: { rows, dispatch: async (message) => void dispatched.push(message) } });
  const id = derivedId('gen', 'order');
  const [requested, cancelled] = (await recorded(id, [cancel])) as [Recorded, Recorded];
  for (const event of [cancelled, requested, cancelled, requested]) await project(event);
  const { jobs } = await rows.list(owner, { limit: 10 });
  expect(jobs).toHaveLength(1);
  expect(jobs[0]).toMatchObject({ id, status: 'cancelled', costCredits: 0, createdAt: at, completedAt: at });
  expect(dispatched).toEqual(
    [1, 2].map(() => ({ ...owner, jobId: id, correlationId: 'c-1', causationId: requested.id })),
  );
});

test('a job is not listed before it is in the queue', async () => {
  const dispatch = () => Promise.reject(new Error('queue away'));
  const { project, rows } = memoryProjection({ ports: { dispatch } });
  const [requested] = (await recorded(derivedId('gen', 'q'))) as [Recorded];
  await expect(project(requested)).rejects.toThrow('queue away');
  expect((await rows.list(owner, { limit: 10 })).jobs).toEqual([]);
});

test('of a removed job the row keeps no word, and ends after 30 days', async () => {
  const table = await newTable();
  const rows = jobsReadModel(dynamo.client, table);
  const id = derivedId('gen', 'secret');
  for (const event of await recorded(id, [cancel, remove], { title: 'A secret', params: { theme: 'secret' } }))
    await rows.project(event);
  const key = { owner: ownerKey(owner), sk: `${at}#${id}` };
  const { Item } = await dynamo.client.send(new GetCommand({ TableName: table, Key: key }));
  expect(Item).toEqual({
    ...key,
    id,
    version: 3,
    removed: true,
    expires: Date.parse('2026-12-20T10:00:00.000Z') / 1e3,
  });
});

describe('what a job is found by', () => {
  test('is no longer than 1 KB, whole characters of any script, the title first', () => {
    const text = searchText({ title: 'Mañana', params: { a: 'x', lyrics: '漢'.repeat(2_000) } });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_024);
    expect(text).toMatch(/^mañana\nx\n漢+$/);
  });

  test('is the same however the fields are ordered, and holds texts at any depth but no numbers', () => {
    const params = { b: { d: 'four', c: ['three', 3] }, a: 'One' };
    const same = { a: 'One', b: { c: ['three', 3], d: 'four' } };
    expect(searchText({ params })).toBe('one\nthree\nfour');
    expect(searchText({ params: same })).toBe(searchText({ params }));
    expect(searchText({ params: {} })).toBe('');
  });
});
