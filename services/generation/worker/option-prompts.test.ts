import { describe, expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import { jobStream } from '../domain/job.ts';
import { jobEvent } from '../domain/job-events.ts';
import { factsOf } from '../read-models/jobs.ts';
import { at, claim, deadline, inWords, message, meta, never, world } from '../test/job-world.ts';
import { owner } from '../test/memory.ts';
import { failing, finished, scripted, setUp } from '../test/providers.ts';
import { runJob } from './run-job.ts';

const params = { hairstyle: 'bob', note: 'as in the photo' };
const optionPrompts = { hairstyle: 'a chin-length bob with a straight edge' };

/** A job that was asked for with these, and what its provider is told at each attempt. */
const asked = async (prompts?: Readonly<Record<string, string>>) => {
  const { provider, started: told } = scripted('sandbox', { starts: [failing('transient'), finished()] });
  const here = await world(['sandbox-1'], inWords(), { providersOf: setUp(provider) });
  const job = { ...message, jobId: derivedId('gen', 'with-options') };
  const stream = jobStream(owner, job.jobId);
  const request = { tool: 'photo-filter', params, optionPrompts: prompts, inputs: [], fingerprint: 'f', quote: 1 };
  await here.handleJob(stream, { type: 'RequestJob', at, ...request, remaining: 9, deadline }, meta);
  for (const delivery of [1, 2]) await runJob(here.all)(job, claim(delivery), never);
  return { told, events: await here.store.read(stream, { limit: 100 }) };
};

describe('PP14 SP8 what a provider is told of an option', () => {
  test('is the prompt that the job was accepted with, at every attempt', async () => {
    const { told, events } = await asked(optionPrompts);
    expect(events.map(({ event }) => event.type)).toEqual([
      'JobRequested',
      'JobStarted',
      'AttemptFailed',
      'JobStarted',
      'JobSucceeded',
    ]);
    expect(told.map((request) => [request.params, request.worded])).toEqual(
      Array(2).fill([params, { ...params, ...optionPrompts }]),
    );
  });

  test('is its id where the option has no prompt, and for jobs from before there were prompts', async () => {
    const { told, events } = await asked();
    expect(told[0]?.worded).toEqual(params);
    expect(Object.keys(events[0]?.event ?? {})).not.toContain('optionPrompts');
  });

  test('stays with the job as it is stored, and its owner does not see it', async () => {
    const { events } = await asked(optionPrompts);
    for (const { event, state } of events) {
      expect(jobEvent.parse(event)).toEqual(event);
      expect(state).toMatchObject({ params, optionPrompts });
    }
    const newest = events.at(-1);
    expect(JSON.stringify(newest && factsOf(newest))).not.toContain('chin-length');
  });
});
