import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { Job, JobCommand } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import {
  cancel,
  earlier,
  fail,
  failAttempt,
  first,
  late,
  output,
  request,
  sandbox,
  second,
  start,
  submit,
  succeed,
} from '../test/job-words.ts';
import { jobId, stream } from '../test/job-world.ts';
import { memoryJobs, memoryResults, owner } from '../test/memory.ts';
import type { FollowMessage } from '../worker/follow-message.ts';
import type { JobMessage } from '../worker/job-message.ts';
import { beginLooks, keepResult, queueWork } from './project-job.ts';

/** What a job's course sends and keeps, when its stream tells each event as often. */
const follows = async (commands: readonly JobCommand[], times = 1) => {
  const { store, handleJob } = memoryJobs();
  for (const command of commands) await handleJob(stream, command, { actor: 'user-1', correlationId: 'c-1' });
  const dispatched: [JobMessage, { paying: boolean; afterSeconds: number }][] = [];
  const followed: [FollowMessage, number][] = [];
  const results = memoryResults();
  const recorded: RecordedEvent<JobEvent, Job>[] = [...(await store.read(stream, { limit: 100 }))];
  for (const event of recorded)
    for (let told = 0; told < times; told += 1) {
      const follow = async (...parts: [FollowMessage, number]) => void followed.push(parts);
      await queueWork({ dispatch: async (...parts) => void dispatched.push(parts), follow }, event);
      await beginLooks({ follow }, event);
      await keepResult({ results }, event);
    }
  return { dispatched, followed, results, ids: recorded.map(({ id }) => id) };
};
const about = (causationId: string | undefined) => ({ ...owner, jobId, correlationId: 'c-1', causationId });
const work = [request, start(first)];
const task = [...work, submit({ claim: first })];
const theTask = { kind: 'stop', task: { ...sandbox, taskId: 't-1' } };

describe('PP6 X6 what goes into the queue of jobs', () => {
  test('a requested job, at once', async () => {
    const { dispatched, ids } = await follows([request]);
    expect(dispatched).toEqual([[about(ids[0]), { paying: false, afterSeconds: 0 }]]);
  });

  test('X6 a paying account’s, into the queue of those who pay, again as well', async () => {
    const { dispatched } = await follows([
      { ...request, paying: true },
      start(first),
      submit({ claim: first }),
      failAttempt({ taskId: 't-1' }, 'transient', request.at, { pauseSeconds: 7 }),
    ]);
    expect(dispatched.map(([, how]) => how)).toEqual([
      { paying: true, afterSeconds: 0 },
      { paying: true, afterSeconds: 7 },
    ]);
  });

  test('SP9 not one that is served from a kept result', async () => {
    const served = { from: earlier, outputs: [output], usage: {} };
    expect((await follows([{ ...request, quote: 0, served }])).dispatched).toEqual([]);
  });

  test('a job whose task failed, after its pause', async () => {
    const { dispatched, ids } = await follows([...task, failAttempt({ taskId: 't-1' }, 'next-model')]);
    expect(dispatched[1]).toEqual([about(ids[3]), { paying: false, afterSeconds: 0 }]);
  });

  test('not one whose worker failed or was lost: its message comes again by itself', async () => {
    expect((await follows([...work, failAttempt({ claim: first })])).dispatched).toHaveLength(1);
    expect((await follows([...work, start(second)])).dispatched).toHaveLength(1);
  });

  test('told twice, it is sent twice: the claim lets one through', async () =>
    expect((await follows([request], 2)).dispatched).toHaveLength(2));
});

describe('BM6 what goes into the queue of looks', () => {
  test('a submitted task, to be looked at soon', async () => {
    const { followed, ids } = await follows(task);
    expect(followed).toEqual([[{ kind: 'check', ...about(ids[2]), taskId: 't-1', tries: 0 }, 2]]);
  });

  test.each<[how: string, end: JobCommand]>([
    ['cancelled', cancel],
    ['failed by the system', fail(undefined, 'deadline')],
  ])('one whose job was %s, to be stopped at once', async (_, end) => {
    const { followed, ids } = await follows([...task, end]);
    expect(followed.slice(1)).toEqual([[{ ...theTask, ...about(ids[3]) }, 0]]);
  });

  test('one that was submitted too late, to be stopped', async () =>
    expect((await follows([...work, submit({ claim: first }, 't-1', late)])).followed).toMatchObject([
      [{ kind: 'check' }, 2],
      [theTask, 0],
    ]));

  test.each<[how: string, end: JobCommand]>([
    ['is done', succeed({ taskId: 't-1' })],
    ['failed by itself', fail({ taskId: 't-1' })],
  ])('not one that %s', async (_, end) => expect((await follows([...task, end])).followed).toHaveLength(1));

  test('nothing of a job without a task', async () => {
    for (const end of [cancel, fail(undefined), succeed({ claim: first })])
      expect((await follows([...work, end])).followed).toEqual([]);
  });
});

describe('SP9 what is kept for equal requests', () => {
  const cached = { ...request, cache: { key: 'k', seconds: 60 } };
  const done = [start(first), succeed({ claim: first })];

  test('the result, for as long as the tool says, from its end on', async () => {
    const { results } = await follows([cached, ...done], 2);
    const kept = { jobId, outputs: [output], usage: {} };
    expect(await results.get(owner, 'k', '2026-11-20T10:00:59.999Z')).toMatchObject(kept);
    expect(await results.get(owner, 'k', '2026-11-20T10:01:00.000Z')).toBeUndefined();
    expect(results.kept.size).toBe(1);
  });

  test('I8 for its owner alone', async () => {
    const { results } = await follows([cached, ...done]);
    expect(await results.get({ ...owner, user: 'user-2' }, 'k', request.at)).toBeUndefined();
    expect(await results.get({ ...owner, app: 'baby-music' }, 'k', request.at)).toBeUndefined();
  });

  test('nothing of a tool that keeps none, of a job that failed, or of one that was served itself', async () => {
    const served = { from: earlier, outputs: [output], usage: {} };
    for (const course of [
      [request, ...done],
      [cached, start(first), fail(undefined)],
      [{ ...cached, quote: 0, served }],
    ])
      expect((await follows(course)).results.kept.size).toBe(0);
  });

  test('told late, after the job was removed, it is kept by what was recorded then, and its files are gone', async () => {
    const { results } = await follows([cached, ...done, { type: 'RemoveJob', at: late }]);
    expect(results.kept.size).toBe(1);
  });
});
