import { describe, expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import { sandbox } from '../providers/sandbox.ts';
import { uploadKey } from '../storage/uploads.ts';
import {
  at,
  broken,
  claim,
  inWords,
  jobId,
  message,
  meta,
  never,
  storedIn,
  stream,
  type World,
  world,
} from '../test/job-world.ts';
import { memoryOutputs, owner, testCatalog } from '../test/memory.ts';
import { failing, finished, scripted, setUp, submitted } from '../test/providers.ts';
import { runJob } from './run-job.ts';

type Starts = Parameters<typeof scripted>[1]['starts'];
/** A job in words, whose provider does this. */
const withProvider = async (...starts: Starts) => {
  const { provider, started } = scripted('sandbox', { starts });
  return { ...(await world(['sandbox-1'], inWords(), { providersOf: setUp(provider) })), started };
};

describe('PP6 a run', () => {
  test('claims the job, stores the output with its thumbnail and completes it', async () => {
    const { run, types, job, outputs } = await world(['sandbox-1']);
    expect(await run()).toEqual({ status: 'done' });
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
    const [key = '', thumbnail = ''] = [...outputs.files.keys()].sort();
    expect([outputs.files.size, key, thumbnail]).toEqual([
      2,
      expect.stringMatching(new RegExp(`^outputs/sparky/user-1/${jobId}/[0-9a-f]{8}/0.jpg$`)),
      key.replace('0.jpg', '0.thumb.webp'),
    ]);
    expect(await job()).toMatchObject({
      status: 'completed',
      cost: 4,
      endedAt: at,
      provider: 'sandbox',
      outputs: [
        {
          key,
          bytes: outputs.files.get(key)?.length,
          width: 320,
          height: 240,
          thumbnail: { key: thumbnail, bytes: outputs.files.get(thumbnail)?.length },
        },
      ],
    });
  });

  test('hands its provider what was checked: inputs, words, a callback of this attempt', async () => {
    const { provider, started } = scripted('sandbox', { starts: [failing('invalid')] });
    const change = {
      instruction: 'Make it {filter}.',
      providers: [{ provider: 'sandbox', models: ['m'], input: { p: '{instruction}', i: '{image}' } }],
    };
    const { run, asset } = await world(['m'], change, { providersOf: setUp(provider) });
    await run();
    const url = `https://uploads.example/${uploadKey(owner, asset)}`;
    expect(started).toMatchObject([
      {
        jobId,
        app: 'sparky',
        attempt: 1,
        model: 'm',
        instruction: 'Make it sepia.',
        input: { p: 'Make it sepia.', i: url },
        inputs: [{ contentType: 'image/jpeg', url }],
        callbackUrl: `https://api.example/webhooks/${jobId}/1`,
      },
    ]);
  });

  test('of a job that is over changes nothing', async () => {
    const { run, types, started } = await withProvider(finished());
    await run();
    await run(2);
    await run(1, 'm-2');
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
    expect(started).toHaveLength(1);
  });

  test('of a job that was removed changes nothing', async () => {
    const { run, types, handleJob } = await withProvider(finished());
    await run();
    await handleJob(stream, { type: 'RemoveJob', at }, meta);
    expect(await run(2)).toEqual({ status: 'done' });
    expect((await types()).at(-1)).toBe('JobRemoved');
  });

  test('of a message whose job is not there fails, so that the queue keeps it', async () => {
    const { all } = await withProvider(finished());
    const lost = { ...message, jobId: derivedId('gen', 'b') };
    await expect(runJob(all)(lost, claim(), never)).rejects.toThrow(/no such job/);
  });

  test('fails the job when its tool is gone', async () => {
    const { run, job } = await world(['sandbox-1'], inWords(), { catalog: testCatalog() });
    await run();
    expect(await job()).toMatchObject({ status: 'failed', reason: 'failed' });
  });

  test('fails the job when an input was replaced after its check', async () => {
    const { run, job, uploads, asset } = await world(['sandbox-1']);
    uploads.arrive(uploadKey(owner, asset), Buffer.from('something else'));
    await run();
    expect(await job()).toMatchObject({ status: 'failed', message: 'An input was removed or replaced.' });
  });

  test('I9 beyond the deadline fails the job for the deadline, and asks nobody', async () => {
    const { provider, started } = scripted('sandbox', { starts: [finished()] });
    const late = { now: () => new Date('2026-11-20T10:02:01.000Z'), providersOf: setUp(provider) };
    const { run, job } = await world(['sandbox-1'], inWords(), late);
    await run();
    expect(await job()).toMatchObject({ status: 'failed', reason: 'deadline' });
    expect(started).toEqual([]);
  });
});

describe('PP6 while a provider works', () => {
  let here: World;
  /** Runs a job during whose provider call this happens. */
  const during = async (happen: () => Promise<unknown>) => {
    const start = async () => {
      await happen();
      return finished();
    };
    const { provider } = scripted('sandbox', { starts: [start, finished()] });
    here = await world(['sandbox-1'], inWords(), { providersOf: setUp(provider) });
    await here.run();
    return here;
  };

  test('I4 the job is cancelled: its output is dropped', async () => {
    const { types, outputs } = await during(() => here.handleJob(stream, { type: 'CancelJob', at }, meta));
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobCancelled']);
    expect(outputs.files.size).toBe(0);
  });

  test('the job is cancelled and removed: its output is dropped', async () => {
    const { outputs } = await during(async () => {
      await here.handleJob(stream, { type: 'CancelJob', at }, meta);
      await here.handleJob(stream, { type: 'RemoveJob', at }, meta);
    });
    expect(outputs.files.size).toBe(0);
  });

  test('a duplicate of the message comes: one worker has the job', async () => {
    const { types, outputs } = await during(() => here.run(1, 'm-2'));
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
    expect(outputs.files.size).toBe(1);
  });

  test('a later delivery has taken over: the first one tells nothing and leaves the files alone', async () => {
    const { types, outputs, job } = await during(() => here.run(2));
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'AttemptFailed', 'JobStarted', 'JobSucceeded']);
    expect(await job()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(outputs.files.size).toBe(1);
  });

  test('two workers at once: one call, one result', async () => {
    const { run, started, types } = await withProvider(finished());
    await Promise.all([run(1, 'm-1'), run(1, 'm-2'), run(1, 'm-3')]);
    expect(started).toHaveLength(1);
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
  });
});

describe('PP6 a worker is killed', () => {
  test('after it claimed the job: the next delivery takes it over', async () => {
    const here = await withProvider(finished());
    const killed = broken(here.handleJob, ({ type }) => type !== 'StartJob');
    await expect(runJob({ ...here.all, handleJob: killed })(message, claim(), never)).rejects.toThrow(/away/);
    expect(await here.run(2)).toEqual({ status: 'done' });
    expect(await here.types()).toEqual(['JobRequested', 'JobStarted', 'AttemptFailed', 'JobStarted', 'JobSucceeded']);
  });

  test('three times: the job is given up', async () => {
    const here = await withProvider(finished());
    const killed = broken(here.handleJob, ({ type }) => type !== 'StartJob');
    const dying = runJob({ ...here.all, handleJob: killed });
    for (const delivery of [1, 2, 3]) await expect(dying(message, claim(delivery), never)).rejects.toThrow(/away/);
    expect(await here.run(4)).toEqual({ status: 'done' });
    expect(await here.job()).toMatchObject({ status: 'failed', attempts: 3 });
  });

  test('between the provider’s taking the task and telling of it: a task that runs is no failed attempt', async () => {
    const here = await withProvider(submitted());
    const killed = broken(here.handleJob, ({ type }) => type === 'SubmitJob');
    await expect(runJob({ ...here.all, handleJob: killed })(message, claim(), never)).rejects.toThrow(/away/);
    expect(await here.types()).toEqual(['JobRequested', 'JobStarted']);
  });
});

describe('BM6 a run whose provider makes it a task', () => {
  test('tells of the task and is done; its message again changes nothing', async () => {
    const { run, types, job, started } = await withProvider(submitted());
    expect(await run()).toEqual({ status: 'done' });
    expect(await run(2)).toEqual({ status: 'done' });
    expect(await run(1, 'm-2')).toEqual({ status: 'done' });
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobSubmitted']);
    expect(await job()).toMatchObject({ status: 'processing', working: { taskId: 't-1' } });
    expect(started).toHaveLength(1);
  });
});

describe('storing fails', () => {
  test('the attempt is told as failed and the next one completes the job', async () => {
    const outputs = memoryOutputs();
    let isAway = true;
    const put: typeof outputs.put = async (key, file) => {
      if (isAway) throw new Error('S3 is away');
      await outputs.put(key, file);
    };
    const deps = { storeOutputs: storedIn({ put }), providersOf: setUp(sandbox) };
    const { run, job } = await world(['sandbox-1'], inWords(), deps);
    expect(await run()).toMatchObject({ status: 'retry' });
    isAway = false;
    await run(2);
    expect(await job()).toMatchObject({ status: 'completed', attempts: 2 });
  });
});
