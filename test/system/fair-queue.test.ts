/** X6 on the whole system: who asks for little does not wait for who asks for much. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Job, jobStream } from '#services/generation/domain/job.ts';
import type { JobEvent } from '#services/generation/domain/job-events.ts';
import { jobHandler } from '#services/generation/handle-job.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { derivedId } from '#shared/ids.ts';
import { type Stack, startStack } from './stack.ts';

const [busy, quiet] = ['busy-user', 'quiet-user'];
let stack: Stack;
let allDone: (() => void) | undefined;
/** Users in the order in which their jobs were done. */
const done: string[] = [];
beforeAll(async () => {
  stack = await startStack({
    onPublished: (_, { 'detail-type': type, detail }) => {
      if (type !== 'JobSucceeded') return;
      done.push((detail as { user: string }).user);
      if (done.filter((user) => user === quiet).length === 5) allDone?.();
    },
  });
}, 60_000);
afterAll(() => stack.close());

test('X6 200 jobs of one user and 5 of another: the 5 do not wait for the 200', async () => {
  const handle = jobHandler(dynamoEventStore<Job, JobEvent>(stack.dynamoDb, stack.tables.generation));
  const at = new Date().toISOString();
  const deadline = new Date(Date.now() + 600_000).toISOString();
  const asked = { tool: 'lyric-generation', params: { theme: 'sleep', mood: 'calm' }, inputs: [], quote: 0, deadline };
  // No plan lets one user have so many at once: they are put into the stream as an import would.
  const request = async (user: string, number: number) => {
    const owner = { app: 'baby-music', user };
    const stream = jobStream(owner, derivedId('gen', user, `${number}`));
    await handle(
      stream,
      { type: 'RequestJob', at, fingerprint: `${number}`, ...asked },
      { actor: user, correlationId: 'c' },
    );
  };
  for (let start = 0; start < 200; start += 20)
    await Promise.all(Array.from({ length: 20 }, (_, index) => request(busy, start + index)));
  const served = new Promise<void>((resolve) => {
    allDone = resolve;
  });
  const before = done.length;
  for (let number = 0; number < 5; number += 1) await request(quiet, number);
  await served;

  // One of the busy user's for each of the quiet one's, and what was under way; the rest still waits.
  expect(done.length - before).toBeLessThan(40);
  expect(before).toBeLessThan(100);
}, 90_000);
