import { describe, expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import type { TaskState } from '../providers/provider.ts';
import {
  at,
  broken,
  check,
  deadline,
  inWords,
  message,
  meta,
  never,
  on,
  stream,
  told,
  world,
} from '../test/job-world.ts';
import { testCatalog } from '../test/memory.ts';
import { failing, finished, type Script, scripted, setUp, submitted } from '../test/providers.ts';
import { followTask } from './follow-task.ts';

type Deps = Parameters<typeof world>[2];
const two = on(['slow', 'a', 'b'], ['other', 'c']);

/** A job whose worker has made it a task, unless it has not told of it yet; its provider does this when it is looked at. */
const waiting = async (
  looks: NonNullable<Script['looks']>,
  { script = {}, deps = {}, isTold = true }: { script?: Partial<Script>; deps?: Deps; isTold?: boolean } = {},
) => {
  const slow = scripted('slow', { starts: [submitted()], looks, ...script });
  const other = scripted('other', { starts: [finished()] });
  const all = { providersOf: setUp(slow.provider, other.provider), ...deps };
  const here = await world(['m'], inWords(two), all);
  if (isTold) await here.run();
  else {
    const begin = { type: 'StartJob', at, claim: { messageId: 'm-1', receiveCount: 1 }, provider: 'slow' } as const;
    await here.handleJob(stream, { ...begin, model: 'a' }, meta);
  }
  return { ...here, ...slow };
};
const running = (progress?: number): TaskState => ({ status: 'running', progress });
const failed = (...parts: Parameters<typeof failing>): TaskState => ({ status: 'failed', error: failing(...parts) });
const begun = ['JobRequested', 'JobStarted', 'JobSubmitted'];

describe('BM6 NB8 a look at a task', () => {
  test('that goes on: its progress is told in steps, and the next look comes', async () => {
    const { follow, events, sent, looked } = await waiting([running(), running(12.5), running(13), running(40)]);
    for (let tries = 0; tries < 4; tries += 1) await follow(check('t-1', tries));
    expect((await events()).slice(3)).toEqual([
      { type: 'JobProgressed', progress: 12 },
      { type: 'JobProgressed', progress: 40 },
    ]);
    expect(sent).toEqual([1, 2, 3, 4].map((tries) => [check('t-1', tries), expect.any(Number)]));
    expect(looked[0]).toEqual({ taskId: 't-1', model: 'a', output: 'text' });
  });

  test('that is done: its output is stored and the job is completed', async () => {
    const { follow, types, job, outputs, sent } = await waiting([finished('la la', { computeMs: 7 })]);
    await follow(check());
    expect(await types()).toEqual([...begun, 'JobSucceeded']);
    expect(await job()).toMatchObject({ status: 'completed', cost: 4, provider: 'slow', usage: { computeMs: 7 } });
    expect([outputs.files.size, sent]).toEqual([1, []]);
  });

  test.each([
    ['blocked', { status: 'failed', reason: 'blocked' }],
    ['invalid', { status: 'failed', reason: 'failed' }],
  ] as const)('that failed as %s: the job fails', async (kind, end) => {
    const { follow, job } = await waiting([failed(kind)]);
    await follow(check());
    expect(await job()).toMatchObject(end);
  });

  test('that failed for a passing reason: the job waits for its next attempt', async () => {
    const { follow, events, job } = await waiting([failed('transient', 9)]);
    await follow(check());
    expect((await events()).at(-1)).toMatchObject({
      type: 'AttemptFailed',
      failure: 'transient',
      againAfterSeconds: 9,
    });
    expect(await job()).toMatchObject({ status: 'queued', attempts: 1 });
  });

  test.each([
    ['next-model', ['slow a']],
    ['fatal', ['slow a', 'slow b']],
  ] as const)('that failed as %s: the next delivery goes on with what is not passed over', async (kind, passedOver) => {
    const { follow, run, events, job } = await waiting([failed(kind)]);
    await follow(check());
    expect((await events()).at(-1)).toMatchObject({ failure: 'next-model', passedOver, againAfterSeconds: 0 });
    await run(1, 'm-2');
    expect(await job()).toMatchObject({ attempts: 1, ...(kind === 'fatal' ? { status: 'completed' } : {}) });
  });

  test('whose result cannot be stored just now comes again: it was made, and is not made anew', async () => {
    const storeOutputs = () => Promise.reject(new Error('S3 is away'));
    const { follow, job, types } = await waiting([finished()], { deps: { storeOutputs } });
    await expect(follow(check())).rejects.toThrow('S3 is away');
    expect(await types()).toEqual(begun);
    expect(await job()).toMatchObject({ status: 'processing', working: { taskId: 't-1' } });
  });

  test('that cannot be asked after goes on, whatever is wrong', async () => {
    const { follow, types, sent } = await waiting([failing('fatal'), new Error('no route')]);
    await follow(check('t-1', 0));
    await follow(check('t-1', 1));
    expect(await types()).toEqual(begun);
    expect(sent.map(([next]) => next)).toEqual([check('t-1', 1), check('t-1', 2)]);
  });

  test('whose provider is not set up any more goes on: its key may come back', async () => {
    const here = await waiting([finished()]);
    await followTask({ ...here.all, providersOf: setUp() })(check(), never);
    expect([await here.types(), here.sent.length]).toEqual([begun, 1]);
    await here.follow(check('t-1', 1));
    expect(await here.job()).toMatchObject({ status: 'completed' });
  });

  test('whose tool is gone: the job fails', async () => {
    const here = await waiting([finished()]);
    await followTask({ ...here.all, catalog: testCatalog() })(check(), never);
    expect(await here.job()).toMatchObject({ status: 'failed', message: 'The tool is not offered any more.' });
  });

  test('I9 whose deadline passed: the job fails, and the event names the task to stop', async () => {
    const here = await waiting([finished()]);
    await followTask({ ...here.all, now: () => new Date(deadline) })(check(), never);
    expect((await here.events()).at(-1)).toMatchObject({
      type: 'JobFailed',
      reason: 'deadline',
      abandoned: { provider: 'slow', model: 'a', taskId: 't-1' },
    });
    expect(here.looked).toEqual([]);
  });

  test('that the job does not wait for changes nothing, and is not taken again', async () => {
    const { follow, types, looked, sent } = await waiting([finished()]);
    await follow(check('t-0'));
    expect([await types(), looked, sent]).toEqual([begun, [], []]);
  });

  test('of a job that is not there comes again', async () => {
    const { follow } = await waiting([]);
    await expect(follow({ ...check(), jobId: derivedId('gen', 'b') })).rejects.toThrow(/no such job/);
  });

  test('that cannot be told of comes again, and then completes the job', async () => {
    const here = await waiting([finished()]);
    const handleJob = broken(here.handleJob, ({ type }) => type === 'SucceedJob' || type === 'FailAttempt');
    await expect(followTask({ ...here.all, handleJob })(check(), never)).rejects.toThrow(/away/);
    await here.follow(check());
    expect(await here.types()).toEqual([...begun, 'JobSucceeded']);
  });
});

describe('BM6 a webhook’s word', () => {
  test('makes the look come at once, and starts no looks of its own', async () => {
    const { follow, events, sent } = await waiting([running(50)]);
    await follow(told('t-1', { isOver: false }));
    expect((await events()).at(-1)).toEqual({ type: 'JobProgressed', progress: 50 });
    expect(sent).toEqual([]);
  });

  test('is not believed: what became of the task is asked of the provider', async () => {
    const { follow, types } = await waiting([running()]);
    await follow(told());
    expect(await types()).toEqual(begun);
  });

  test('that comes before the submission was recorded records it', async () => {
    const { follow, types, run } = await waiting([finished()], { isTold: false });
    await follow(told());
    await run(2);
    expect(await types()).toEqual([...begun, 'JobSucceeded']);
  });

  test.each([
    ['of another attempt', { attempt: 2 }],
    ['of another provider', { provider: 'other' }],
  ])('%s records none', async (_, more) => {
    const { follow, types, looked } = await waiting([finished()], { isTold: false });
    await follow(told('t-1', more));
    expect([await types(), looked]).toEqual([['JobRequested', 'JobStarted'], []]);
  });

  test('of another task than the job waits for changes nothing', async () => {
    const { follow, types, looked } = await waiting([finished()]);
    await follow(told('t-0'));
    expect([await types(), looked]).toEqual([begun, []]);
  });

  test('told twice: one result', async () => {
    const { follow, types, looked } = await waiting([finished()]);
    await follow(told());
    await follow(told());
    expect((await types()).filter((type) => type === 'JobSucceeded')).toHaveLength(1);
    expect(looked).toHaveLength(1);
  });

  test('that comes when the job is over is recorded once, and changes nothing', async () => {
    const { follow, types, handleJob, looked, job } = await waiting([finished()]);
    await handleJob(stream, { type: 'CancelJob', at }, meta);
    await follow(told('t-1', { isOver: false }));
    await follow(told());
    await follow(told('t-2'));
    expect(await types()).toEqual([...begun, 'JobCancelled', 'LateAnswerRecorded']);
    expect([await job(), looked]).toMatchObject([{ status: 'cancelled' }, []]);
  });

  test('that comes when the job is removed is nothing', async () => {
    const { follow, types, handleJob } = await waiting([finished()]);
    await handleJob(stream, { type: 'CancelJob', at }, meta);
    await handleJob(stream, { type: 'RemoveJob', at }, meta);
    await follow(told());
    expect((await types()).at(-1)).toBe('JobRemoved');
  });
});

describe('PP6 I4 whatever comes together', () => {
  test('two followers at once: one result, its files stay', async () => {
    const { follow, types, outputs } = await waiting([finished()]);
    await Promise.all([follow(check()), follow(told())]);
    expect(await types()).toEqual([...begun, 'JobSucceeded']);
    expect(outputs.files.size).toBe(1);
  });

  test('two that find it failed: one new attempt', async () => {
    const { follow, types } = await waiting([failed('transient')]);
    await Promise.all([follow(check()), follow(told())]);
    expect(await types()).toEqual([...begun, 'AttemptFailed']);
  });

  test('a cancel while the result is fetched: nothing is charged, its files go', async () => {
    const cancelling = async () => {
      await here.handleJob(stream, { type: 'CancelJob', at }, meta);
      return finished();
    };
    const here: Awaited<ReturnType<typeof waiting>> = await waiting([cancelling]);
    await here.follow(check());
    expect(await here.types()).toEqual([...begun, 'JobCancelled']);
    expect(here.outputs.files.size).toBe(0);
  });

  test('the first task’s end, told during the second attempt, leaves the second alone', async () => {
    const { follow, run, job } = await waiting([failed('transient')], {
      script: { starts: [submitted('t-1'), submitted('t-2')] },
    });
    await follow(check());
    await run(1, 'm-2');
    await follow(told('t-1'));
    await follow(check('t-1', 1));
    expect(await job()).toMatchObject({ status: 'processing', attempts: 2, working: { taskId: 't-2' } });
  });
});

describe('BM6 a task that nobody waits for', () => {
  const stop = { kind: 'stop', ...message, task: { provider: 'slow', model: 'a', taskId: 't-1' } } as const;

  test('is told to stop, each time it is asked for', async () => {
    const { follow, stopped } = await waiting([running()], { script: { cancels: [true, false] } });
    await follow(stop);
    await follow(stop);
    expect(stopped).toMatchObject([{ taskId: 't-1', model: 'a' }, { taskId: 't-1' }]);
  });

  test('comes again when its provider cannot be told', async () => {
    const { follow } = await waiting([running()], { script: { cancels: [failing('transient')] } });
    await expect(follow(stop)).rejects.toThrow(/transient/);
  });

  test.each(['other', 'gone'])('of a provider that stops none, or is not set up (%s), is let go', async (provider) => {
    const { follow, types } = await waiting([running()]);
    await follow({ ...stop, task: { ...stop.task, provider } });
    expect(await types()).toEqual(begun);
  });
});
