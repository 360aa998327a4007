/** PP12 the audit trail on a real table: what its owner sees of a job's events, whenever and however often they are told. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { derivedId } from '#shared/ids.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { itemBytes } from '#shared/testing/item-size.ts';
import { type Job, type JobCommand, jobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { memoryJobs, owner } from '../test/memory.ts';
import { memoryTrail } from '../test/memory-trail.ts';
import { epochSeconds } from '../time.ts';
import { type Trail, trailDays, trailRow, trailTable } from './trail-table.ts';

let dynamo: TestDynamoDb;
let table: string;
beforeAll(async () => {
  dynamo = await startDynamoDb();
  table = await dynamo.createKeyedTable('trail', 'owner', 'id');
});
afterAll(() => dynamo.close());

const at = '2026-11-20T10:00:00.000Z';
const claim = { messageId: 'message-secret', receiveCount: 1 };
const output = { kind: 'image', contentType: 'image/png', bytes: 9, sha256: 'ab', key: 'outputs/secret.png' } as const;
const run: readonly JobCommand[] = [
  {
    type: 'RequestJob',
    at,
    tool: 'photo-filter',
    params: { prompt: 'words of the user' },
    optionPrompts: { style: 'secret wording' },
    inputs: [],
    fingerprint: 'fingerprint-secret',
    quote: 4,
    deadline: '2026-11-20T10:05:00.000Z',
  },
  { type: 'StartJob', at, claim, provider: 'sandbox', model: 'sandbox-1' },
  { type: 'SucceedJob', at, by: { claim }, outputs: [output], usage: {}, cost: 3 },
  { type: 'RenameJob', at, title: 'Rain' },
];

/** The recorded events of one finished job. */
const eventsOf = async (id: string): Promise<readonly RecordedEvent<JobEvent, Job>[]> => {
  const { store, handleJob } = memoryJobs();
  for (const command of run) await handleJob(jobStream(owner, id), command, { actor: 'user-1', correlationId: 'c-1' });
  return store.read(jobStream(owner, id), { limit: 100 });
};

const types = ['JobRequested', 'JobStarted', 'JobSucceeded', 'JobRenamed'];

test.each<[string, () => Trail]>([
  ['in DynamoDB', () => trailTable(dynamo.client, table)],
  ['in memory', memoryTrail],
])('told twice and in any order, page by page, each job its own, %s', async (_, make) => {
  const trail = make();
  const [id, other] = [derivedId('gen', 'one'), derivedId('gen', 'two')];
  const events = await eventsOf(id);
  for (const event of [...events.toReversed(), ...events, ...(await eventsOf(other)).slice(0, 1)])
    await trail.write(event);
  const all: string[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: Awaited<ReturnType<Trail['list']>> = await trail.list(owner, id, { limit: 3, after });
    all.push(...page.events.map(({ type }) => type));
    after = page.next;
  }
  expect(all).toEqual(types);
  expect((await trail.list(owner, other, { limit: 10, after: 0 })).events).toHaveLength(1);
  const nobody = await trail.list({ ...owner, user: 'user-2' }, id, { limit: 10, after: 0 });
  expect(nobody).toEqual({ events: [], next: undefined });
});

test('a row tells nothing but what its owner may see, lives for 90 days and costs one write', async () => {
  const events = await eventsOf(derivedId('gen', 'one'));
  const rows = events.map(trailRow);
  expect(rows[0]).toEqual({
    owner: 'sparky#user-1',
    id: `${derivedId('gen', 'one')}#000001`,
    version: 1,
    type: 'JobRequested',
    at: events[0]?.at,
    actor: 'user-1',
    data: { tool: 'photo-filter', quote: 4, deadline: '2026-11-20T10:05:00.000Z' },
    expires: epochSeconds(events[0]?.at ?? '') + trailDays * 86_400,
  });
  expect(JSON.stringify(rows)).not.toMatch(/secret|words of the user/);
  expect(Math.max(...rows.map(itemBytes))).toBeLessThanOrEqual(1_024);
});
