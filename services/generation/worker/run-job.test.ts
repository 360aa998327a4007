import { describe, expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import { type Finished, ProviderError, type ProviderRequest } from '../providers/provider.ts';
import { sandbox } from '../providers/sandbox.ts';
import { uploadKey } from '../storage/uploads.ts';
import { at, claim, jobId, message, meta, never, stream, type World, world } from '../test/job-world.ts';
import { memoryOutputs, owner, silent, testCatalog } from '../test/memory.ts';
import { consumeJob } from './consume-job.ts';
import { failDeadJob } from './fail-dead-job.ts';
import { backoffSeconds, groupOf } from './job-message.ts';
import { runJob } from './run-job.ts';

/** A provider that does this before, or in place of, its work. */
const provider = (start: (request: ProviderRequest) => Promise<Finished>) => ({ sandbox: { name: 'sandbox', start } });

describe('a run', () => {
  test('claims the job, stores the output and completes it', async () => {
    const { run, types, job, outputs } = await world(['sandbox-1']);
    expect(await run(message, claim(), never)).toEqual({ status: 'done' });
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
    const key = `outputs/sparky/user-1/${jobId}/0.jpg`;
    expect([...outputs.files.keys()]).toEqual([key]);
    const bytes = outputs.files.get(key)?.length;
    expect(await job()).toMatchObject({
      status: 'completed',
      cost: 4,
      outputs: [{ key, bytes, width: 320, height: 240 }],
    });
  });

  test('of a job that is over changes nothing', async () => {
    const { run, types } = await world(['sandbox-1']);
    await run(message, claim(), never);
    await run(message, claim(2), never);
    await run(message, claim(1, 'm-2'), never);
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
  });

  test('of a message whose job is not there fails, so that the queue keeps it', async () => {
    const { run } = await world(['sandbox-1']);
    await expect(run({ ...message, jobId: derivedId('gen', 'b') }, claim(), never)).rejects.toThrow(/no such job/);
  });

  test('fails the job when its tool is gone', async () => {
    const { run, job } = await world(['sandbox-1'], {}, { catalog: testCatalog() });
    await run(message, claim(), never);
    expect(await job()).toMatchObject({ status: 'failed', reason: 'failed' });
  });

  test('fails the job when an input was replaced after its check', async () => {
    const { run, job, uploads, asset } = await world(['sandbox-1']);
    uploads.arrive(uploadKey(owner, asset), Buffer.from('something else'));
    await run(message, claim(), never);
    expect(await job()).toMatchObject({ status: 'failed', message: 'An input was removed or replaced.' });
  });
});

describe('providers that fail', () => {
  test('for good: the job fails at once', async () => {
    const { run, types, job } = await world(['sandbox-fail', 'sandbox-1']);
    expect(await run(message, claim(), never)).toEqual({ status: 'done' });
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobFailed']);
    expect(await job()).toMatchObject({ reason: 'failed', message: 'The provider failed.' });
  });

  test('by moderation: the job is blocked', async () => {
    const { run, job } = await world(['sandbox-blocked']);
    await run(message, claim(), never);
    expect(await job()).toMatchObject({ status: 'failed', reason: 'blocked' });
  });

  test('once: the next delivery completes the job', async () => {
    const { run, types } = await world(['sandbox-flaky']);
    expect(await run(message, claim(1), never)).toEqual({ status: 'retry', afterSeconds: expect.any(Number) });
    expect(await run(message, claim(2), never)).toEqual({ status: 'done' });
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'AttemptFailed', 'JobStarted', 'JobSucceeded']);
  });

  test('by a missing model: the next one is tried at once, within the same attempt', async () => {
    const { run, types, job } = await world(['sandbox-missing', 'sandbox-1']);
    await run(message, claim(), never);
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'AttemptFailed', 'JobStarted', 'JobSucceeded']);
    expect(await job()).toMatchObject({ attempts: 1 });
  });

  test('by missing models only: three attempts, then the job fails', async () => {
    const { run, job } = await world(['sandbox-missing']);
    expect(await run(message, claim(1), never)).toMatchObject({ status: 'retry' });
    expect(await run(message, claim(2), never)).toMatchObject({ status: 'retry' });
    expect(await run(message, claim(3), never)).toEqual({ status: 'done' });
    expect(await job()).toMatchObject({ status: 'failed', attempts: 3 });
  });

  test('with an error of their own: nothing of it reaches the user', async () => {
    const secret = provider(() => Promise.reject(new Error('connect 10.0.0.7 key=open-sesame')));
    const { run, store } = await world(['sandbox-1'], {}, { providers: secret });
    for (const count of [1, 2, 3]) await run(message, claim(count), never);
    const told = JSON.stringify(await store.read(stream, { limit: 100 }));
    expect(told).toContain('Something went wrong on our side.');
    expect(told).not.toContain('sesame');
  });

  test('with a pause they ask for: it is kept', async () => {
    const busy = provider(() => Promise.reject(new ProviderError('transient', 'busy', { retryAfterSeconds: 90 })));
    const { run } = await world(['sandbox-1'], {}, { providers: busy });
    expect(await run(message, claim(), never)).toEqual({ status: 'retry', afterSeconds: 90 });
  });

  test('by a wrong answer: the job fails and nothing is stored', async () => {
    const wrong = provider(async () => ({
      status: 'finished',
      usage: {},
      files: [{ kind: 'image', contentType: 'image/png', bytes: Buffer.from('<html>') }],
    }));
    const { run, job, outputs } = await world(['sandbox-1'], {}, { providers: wrong });
    await run(message, claim(), never);
    expect(await job()).toMatchObject({ status: 'failed', message: "The provider's answer cannot be used." });
    expect(outputs.files.size).toBe(0);
  });

  test('beyond the deadline: the job fails for the deadline', async () => {
    const { run, job } = await world(['sandbox-1'], {}, { now: () => new Date('2026-11-20T10:02:01.000Z') });
    await run(message, claim(), never);
    expect(await job()).toMatchObject({ status: 'failed', reason: 'deadline' });
  });
});

describe('meanwhile', () => {
  let here: World;
  /** Runs a job during whose provider call this happens. */
  const during = async (happen: () => Promise<unknown>) => {
    const interrupted = provider(async (request) => {
      await happen();
      return sandbox.start(request);
    });
    here = await world(['sandbox-1'], {}, { providers: interrupted });
    await here.run(message, claim(1), never);
    return here;
  };

  test('the job is cancelled: its output is dropped', async () => {
    const { types, outputs } = await during(() => here.handleJob(stream, { type: 'CancelJob', at }, meta));
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobCancelled']);
    expect(outputs.files.size).toBe(0);
  });

  test('a duplicate of the message comes: it changes nothing', async () => {
    const { types, outputs } = await during(() => runJob(here.all)(message, claim(1, 'm-2'), never));
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
    expect(outputs.files.size).toBe(1);
  });

  test('a later delivery has taken over: the first one tells nothing and leaves the files alone', async () => {
    const takeOver = () => runJob({ ...here.all, providers: { sandbox } })(message, claim(2), never);
    const { types, outputs, job } = await during(takeOver);
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'AttemptFailed', 'JobStarted', 'JobSucceeded']);
    expect(await job()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(outputs.files.size).toBe(1);
  });
});

describe('storing fails', () => {
  test('the attempt is told as failed and the next one completes the job', async () => {
    const outputs = memoryOutputs();
    let broken = true;
    const put: typeof outputs.put = async (key, file) => {
      if (broken) throw new Error('S3 is away');
      await outputs.put(key, file);
    };
    const { run, job } = await world(['sandbox-1'], {}, { outputs: { ...outputs, put } });
    expect(await run(message, claim(1), never)).toMatchObject({ status: 'retry' });
    broken = false;
    await run(message, claim(2), never);
    expect(await job()).toMatchObject({ status: 'completed', attempts: 2 });
  });
});

describe('the queue', () => {
  const delivery = { messageId: 'm-1', receiptHandle: 'r-1', attributes: { ApproximateReceiveCount: '2' } };
  const consume = (run: Parameters<typeof consumeJob>[0]['run']) => {
    const pauses: [string, number][] = [];
    const retryLater = async (handle: string, seconds: number) => void pauses.push([handle, seconds]);
    return {
      pauses,
      result: consumeJob({ run, retryLater, logger: silent })(message, delivery, { signal: never, leaseSeconds: 70 }),
    };
  };

  test('keeps a message that must come again, for the pause it needs', async () => {
    const { pauses, result } = consume(async () => ({ status: 'retry', afterSeconds: 7 }));
    await expect(result).rejects.toThrow(/again in 7 s/);
    expect(pauses).toEqual([
      ['r-1', 70],
      ['r-1', 7],
    ]);
  });

  test('keeps a message whose run broke, for a pause', async () => {
    const { pauses, result } = consume(() => Promise.reject(new Error('table away')));
    await expect(result).rejects.toThrow('table away');
    expect(pauses).toEqual([
      ['r-1', 70],
      ['r-1', expect.any(Number)],
    ]);
  });

  test('lets go of a message that is done with, and tells the run which delivery it is', async () => {
    const claims: unknown[] = [];
    const { pauses, result } = consume(async (_, by) => {
      claims.push(by);
      return { status: 'done' };
    });
    await result;
    expect({ pauses, claims }).toEqual({ pauses: [['r-1', 70]], claims: [{ messageId: 'm-1', receiveCount: 2 }] });
  });

  test('I9 a message that it gave up on fails its job, once', async () => {
    const { handleJob, types, job } = await world(['sandbox-1']);
    const fail = failDeadJob({ handleJob, logger: silent, now: () => new Date(at) });
    await fail(message);
    await fail(message);
    expect(await types()).toEqual(['JobRequested', 'JobFailed']);
    expect(await job()).toMatchObject({ status: 'failed', reason: 'failed' });
  });

  test('pauses grow, spread and stay below a minute', () => {
    expect([1, 2, 3, 20].map((tries) => backoffSeconds(tries, () => 0))).toEqual([1, 1, 1, 1]);
    expect([1, 2, 3, 20].map((tries) => backoffSeconds(tries, () => 0.999))).toEqual([2, 4, 8, 60]);
  });

  test('every owner is a group of their own, however long their name', () => {
    const long = { app: 'sparky', user: 'x'.repeat(128) };
    expect(groupOf(owner)).toBe('sparky#user-1');
    expect(groupOf(long)).toMatch(/^[0-9a-f]{64}$/);
    expect(groupOf(long)).not.toBe(groupOf({ app: 'sparky', user: 'y'.repeat(128) }));
  });
});
