import { describe, expect, test } from '@jest/globals';
import type { Tool } from '#services/catalog/contracts.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { ProviderError } from '../providers/provider.ts';
import {
  at,
  broken,
  claim,
  deadline,
  inWords,
  message,
  never,
  on,
  storedIn,
  stream,
  world,
} from '../test/job-world.ts';
import { failing, finished, scripted, setUp } from '../test/providers.ts';
import { runJob } from './run-job.ts';

type Starts = Parameters<typeof scripted>[1]['starts'];
/** A job in words on these choices; each provider that is set up does its part. */
const onProviders = async (
  choices: Pick<Tool, 'providers'>,
  scripts: Readonly<Record<string, Starts>>,
  deps: Parameters<typeof world>[2] = {},
) => {
  const all = Object.entries(scripts).map(([name, starts]) => scripted(name, { starts }));
  const providersOf = setUp(...all.map(({ provider }) => provider));
  const here = await world(['sandbox-1'], inWords(choices), { providersOf, ...deps });
  const tried = () => all.flatMap(({ provider, started }) => started.map(({ model }) => `${provider.name} ${model}`));
  /** The choices in the order of their starts, an attempt's beginning with its number. */
  const course = async () =>
    (await here.events()).flatMap((event) =>
      event.type === 'JobStarted' ? [`${event.attempt} ${event.provider} ${event.model}`] : [],
    );
  return { ...here, tried, course };
};
const two = on(['first', 'a', 'b'], ['second', 'c']);
const passedOver = (events: readonly JobEvent[]) =>
  events.flatMap((event) => (event.type === 'AttemptFailed' ? [event.passedOver] : []));

describe('NB5 PP6 a provider that cannot', () => {
  test('by its model: its next model is tried at once, within the same attempt', async () => {
    const { run, course, job } = await onProviders(two, { first: [failing('next-model'), finished()], second: [] });
    expect(await run()).toEqual({ status: 'done' });
    expect(await course()).toEqual(['1 first a', '1 first b']);
    expect(await job()).toMatchObject({ status: 'completed', attempts: 1, model: 'b' });
  });

  test('by all of its models: the next provider is tried', async () => {
    const { run, course, job } = await onProviders(two, { first: [failing('next-model')], second: [finished()] });
    expect(await run()).toEqual({ status: 'done' });
    expect(await course()).toEqual(['1 first a', '1 first b', '1 second c']);
    expect(await job()).toMatchObject({ status: 'completed', attempts: 1, provider: 'second', model: 'c' });
  });

  test('at all, as its key is refused: its other models are passed over', async () => {
    const { run, course, events } = await onProviders(two, { first: [failing('fatal')], second: [finished()] });
    expect(await run()).toEqual({ status: 'done' });
    expect(await course()).toEqual(['1 first a', '1 second c']);
    expect(passedOver(await events())).toEqual([['first a', 'first b']]);
  });

  test('at all, and no other is left: the job fails at once', async () => {
    const { run, types, job } = await onProviders(on(['first', 'a', 'b']), { first: [failing('fatal')] });
    expect(await run()).toEqual({ status: 'done' });
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobFailed']);
    expect(await job()).toMatchObject({ reason: 'failed', message: 'It is fatal.' });
  });

  test.each(['blocked', 'invalid'] as const)('as the request is %s: no other is tried', async (kind) => {
    const { run, types, job } = await onProviders(two, { first: [failing(kind)], second: [finished()] });
    expect(await run()).toEqual({ status: 'done' });
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'JobFailed']);
    expect(await job()).toMatchObject({ reason: kind === 'blocked' ? 'blocked' : 'failed' });
  });

  test('as it is not set up: only those that are set up are tried', async () => {
    const { run, course } = await onProviders(two, { second: [finished()] });
    await run();
    expect(await course()).toEqual(['1 second c']);
  });
});

describe('PP6 what was passed over', () => {
  const missing = failing('next-model');

  test('when it is all there is, the job pauses, and then every choice may do again', async () => {
    const { run, course, job } = await onProviders(two, { first: [missing, missing, finished()], second: [missing] });
    expect(await run()).toEqual({ status: 'retry', afterSeconds: expect.any(Number) });
    expect(await job()).toMatchObject({ status: 'queued', attempts: 1 });
    expect(await job()).not.toHaveProperty('passedOver');
    await run(2);
    expect(await course()).toEqual(['1 first a', '1 first b', '1 second c', '2 first a']);
  });

  test('stays so for the delivery after a worker that was lost', async () => {
    const here = await onProviders(two, { first: [missing, finished()], second: [] });
    const dies = broken(here.handleJob, ({ type }) => type === 'SucceedJob' || type === 'FailJob');
    let told = 0;
    const killed = broken(dies, ({ type }) => type === 'FailAttempt' && ++told > 1);
    await expect(runJob({ ...here.all, handleJob: killed })(message, claim(), never)).rejects.toThrow(/away/);
    await here.run(2);
    expect(await here.course()).toEqual(['1 first a', '1 first b', '2 first b']);
    expect(await here.job()).toMatchObject({ status: 'completed' });
  });

  test('is tried when the tool has nothing else left', async () => {
    const here = await onProviders(two, { first: [finished()], second: [finished()] });
    const by = { claim: claim() };
    const meta = { actor: 'a', correlationId: 'c' };
    await here.handleJob(stream, { type: 'StartJob', at, ...by, provider: 'first', model: 'a' }, meta);
    const passOver = ['first a', 'first b', 'second c'];
    const failed = { type: 'FailAttempt', at, by, failure: 'next-model', message: 'x', passOver } as const;
    await here.handleJob(stream, failed, meta);
    expect(await here.run(2)).toEqual({ status: 'done' });
    expect(await here.job()).toMatchObject({ status: 'completed' });
  });
});

describe('PP6 FS15 a passing fault', () => {
  test('once: the next delivery completes the job, on the same choice', async () => {
    const { run, course, types } = await onProviders(two, { first: [failing('transient'), finished()], second: [] });
    expect(await run()).toEqual({ status: 'retry', afterSeconds: expect.any(Number) });
    expect(await run(2)).toEqual({ status: 'done' });
    expect(await course()).toEqual(['1 first a', '2 first a']);
    expect(await types()).toEqual(['JobRequested', 'JobStarted', 'AttemptFailed', 'JobStarted', 'JobSucceeded']);
  });

  test('that did not pass: another model goes on, of another provider at last', async () => {
    const { run, course } = await onProviders(two, { first: [failing('transient')], second: [finished()] });
    await run();
    expect(await run(2)).toEqual({ status: 'done' });
    expect(await course()).toEqual(['1 first a', '2 first a', '2 first b', '2 second c']);
  });

  test('that will not pass in time: the same, at once', async () => {
    const { run, course } = await onProviders(two, { first: [failing('transient', 600)], second: [finished()] });
    expect(await run()).toEqual({ status: 'done' });
    expect(await course()).toEqual(['1 first a', '1 first b', '1 second c']);
  });

  test('of every choice, three times: the job fails', async () => {
    const { run, tried, job } = await onProviders(two, {
      first: [failing('transient')],
      second: [failing('transient')],
    });
    expect(await run(1)).toMatchObject({ status: 'retry' });
    expect(await run(2)).toMatchObject({ status: 'retry' });
    expect(await run(3)).toEqual({ status: 'done' });
    expect(await job()).toMatchObject({ status: 'failed', attempts: 3, message: 'It is transient.' });
    expect(tried()).toHaveLength(7);
  });

  test('of ours: no other model is paid for it', async () => {
    const storeOutputs = storedIn({ put: () => Promise.reject(new Error('S3 is away')) });
    const { run, course } = await onProviders(two, { first: [finished()], second: [finished()] }, { storeOutputs });
    for (const delivery of [1, 2, 3]) await run(delivery);
    expect(await course()).toEqual(['1 first a', '2 first a', '3 first a']);
  });

  test('as the worker’s own time is over: no other model is tried without any', async () => {
    const here = await onProviders(two, { first: [failing('transient')], second: [finished()] });
    const over = AbortSignal.abort();
    await runJob(here.all)(message, claim(1), over);
    expect(await runJob(here.all)(message, claim(2), over)).toMatchObject({ status: 'retry' });
    expect(await here.course()).toEqual(['1 first a', '2 first a']);
  });

  test('with a pause that is asked for: it is kept', async () => {
    const { run } = await onProviders(on(['first', 'a']), { first: [failing('transient', 90)] });
    expect(await run()).toEqual({ status: 'retry', afterSeconds: 90 });
  });

  test('I9 with a pause beyond the deadline: it comes again at the deadline, and ends', async () => {
    let now = at;
    const deps = { now: () => new Date(now) };
    const { run, job } = await onProviders(on(['first', 'a']), { first: [failing('transient', 3_600)] }, deps);
    expect(await run()).toEqual({ status: 'retry', afterSeconds: 120 });
    now = deadline;
    expect(await run(2)).toEqual({ status: 'done' });
    expect(await job()).toMatchObject({ status: 'failed', reason: 'deadline' });
  });
});

describe('PP6 an answer', () => {
  test('with an error of its own: nothing of it reaches the user', async () => {
    const secret = new Error('connect 10.0.0.7 key=open-sesame');
    const { run, store } = await onProviders(on(['first', 'a']), { first: [secret] });
    for (const count of [1, 2, 3]) await run(count);
    const told = JSON.stringify(await store.read(stream, { limit: 100 }));
    expect(told).toContain('Something went wrong on our side.');
    expect(told).not.toContain('sesame');
  });

  test('that a provider refused: the stream keeps the cause for admins, without its addresses', async () => {
    const cause = new Error('HTTP 400: no such size, see https://files.example/x?signature=open-sesame');
    const error = new ProviderError('invalid', 'The provider cannot use this request.', { cause });
    const { run, store } = await onProviders(on(['first', 'a']), { first: [error] });
    await run();
    const [last] = await store.read(stream, { direction: 'backward', limit: 1 });
    expect(last?.event).toMatchObject({
      type: 'JobFailed',
      message: 'The provider cannot use this request.',
      cause: 'Error: HTTP 400: no such size, see [url]',
    });
  });

  test('that is no picture: the model may do better, three times; then the job fails, and nothing is stored', async () => {
    const page = { kind: 'image', contentType: 'image/png', bytes: Buffer.from('<html>') } as const;
    const { run, job, outputs } = await onProviders(
      { ...on(['first', 'a']), output: 'image' } as Pick<Tool, 'providers'>,
      { first: [{ status: 'finished', usage: {}, files: [page] }] },
    );
    for (const count of [1, 2, 3]) await run(count);
    expect(await job()).toMatchObject({ status: 'failed', message: "The provider's answer cannot be used." });
    expect(outputs.files.size).toBe(0);
  });

  test('FS15 in JSON that is not what the tool promises: another model is tried', async () => {
    const promised = {
      ...on(['first', 'a', 'b']),
      output: 'json',
      result_schema: { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] },
    } as Pick<Tool, 'providers'>;
    const json = (value: unknown) => ({
      ...finished(),
      files: [{ kind: 'json', contentType: 'application/json', bytes: Buffer.from(JSON.stringify(value)) } as const],
    });
    const { run, course, job } = await onProviders(promised, { first: [json({ score: 'high' }), json({ score: 7 })] });
    await run();
    expect(await course()).toEqual(['1 first a', '1 first b']);
    expect(await job()).toMatchObject({ status: 'completed' });
  });
});
