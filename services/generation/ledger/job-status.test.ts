import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { jobStatusAnswer } from '../contracts.ts';
import { type Job, type JobCommand, jobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { jobHandler } from '../handle-job.ts';
import { tellJobStatus } from './job-status.ts';

const owner = { app: 'sparky', user: 'user-1' };
const at = '2026-11-05T12:00:00.000Z';
const claim = { messageId: 'message-1', receiveCount: 1 };
const requested: JobCommand = {
  type: 'RequestJob',
  at,
  tool: 'photo-filter',
  params: {},
  inputs: [],
  fingerprint: 'f',
  quote: 4,
  deadline: '2026-11-05T12:02:00.000Z',
};
const started: JobCommand = { type: 'StartJob', at, claim, provider: 'sandbox', model: 'sandbox-1' };
const output = { kind: 'text', contentType: 'text/plain', bytes: 1, sha256: 's', key: 'k' } as const;
const succeeded: JobCommand = { type: 'SucceedJob', at, by: { claim }, outputs: [output], usage: {}, cost: 3 };
const failed: JobCommand = { type: 'FailJob', at, reason: 'blocked', message: 'no' };

const statusAfter = async (...commands: readonly JobCommand[]) => {
  const store = memoryEventStore<Job, JobEvent>();
  const handle = jobHandler(store);
  for (const command of commands)
    await handle(jobStream(owner, 'gen_1'), command, { actor: 'system:test', correlationId: 'request-1' });
  const answer = await tellJobStatus({ store, handleJob: handle, now: () => at })({ ...owner, jobId: 'gen_1' });
  return jobStatusAnswer.parse(answer);
};

test.each<[string, readonly JobCommand[], object]>([
  ['no job was made', [], { status: 'unknown' }],
  ['it waits', [requested], { status: 'living' }],
  ['it is worked on', [requested, started], { status: 'living' }],
  ['it completed', [requested, started, succeeded], { status: 'completed', cost: 3, ended_at: at }],
  ['it failed', [requested, failed], { status: 'failed', reason: 'blocked' }],
  ['it was cancelled', [requested, { type: 'CancelJob', at }], { status: 'cancelled' }],
])('%s', async (_, commands, answer) => {
  expect(await statusAfter(...commands)).toEqual(answer);
});

test("I8 another owner's job of the same id is unknown", async () => {
  const store = memoryEventStore<Job, JobEvent>();
  await jobHandler(store)(jobStream(owner, 'gen_1'), requested, { actor: 'system:test', correlationId: 'request-1' });
  const tell = tellJobStatus({ store, handleJob: jobHandler(store), now: () => at });
  expect(await tell({ app: 'sparky', user: 'user-2', jobId: 'gen_1' })).toEqual({ status: 'unknown' });
});

test('I9 a job that should have ended long ago is ended, once, and costs nothing', async () => {
  const store = memoryEventStore<Job, JobEvent>();
  const handleJob = jobHandler(store);
  await handleJob(jobStream(owner, 'gen_1'), requested, { actor: 'system:test', correlationId: 'request-1' });
  const askAt = (now: string) => tellJobStatus({ store, handleJob, now: () => now })({ ...owner, jobId: 'gen_1' });
  expect(await askAt('2026-11-05T12:03:59.000Z')).toEqual({ status: 'living' });
  expect(await askAt('2026-11-05T12:04:00.000Z')).toEqual({ status: 'failed', reason: 'deadline' });
  expect(await askAt('2026-11-05T12:05:00.000Z')).toEqual({ status: 'failed', reason: 'deadline' });
  expect((await store.load(jobStream(owner, 'gen_1')))?.version).toBe(2);
});

test('what is no request is refused', async () => {
  const store = memoryEventStore<Job, JobEvent>();
  const tell = tellJobStatus({ store, handleJob: jobHandler(store), now: () => at });
  await expect(tell({ ...owner, jobId: '' })).rejects.toThrow();
});
