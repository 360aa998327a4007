import { expect, test } from '@jest/globals';
import { envelope } from '#shared/messaging/relay.ts';
import { generationEvent } from './contracts.ts';
import { jobStream } from './domain/job.ts';
import { toPublished } from './published.ts';
import { memoryJobs, owner } from './test/memory.ts';

const at = '2026-11-20T10:00:00.000Z';
const id = 'gen_0199c2d4-2222-8000-8000-000000000002';
const stream = jobStream(owner, id);
const meta = { actor: 'user-1', correlationId: 'c-1' };
const claim = { messageId: 'm-1', receiveCount: 1 };
const asked = { tool: 'photo-filter', params: {}, inputs: [], fingerprint: 'f', quote: 4, remaining: 6 };
const output = { kind: 'image' as const, contentType: 'image/png', bytes: 9, sha256: 'ab', key: 'outputs/secret.png' };

test('what is published is what the contract says, without keys, claims and parameters', async () => {
  const { store, handleJob } = memoryJobs();
  await handleJob(stream, { type: 'RequestJob', at, deadline: '2026-11-20T10:02:00.000Z', ...asked }, meta);
  const start = { type: 'StartJob' as const, at, claim, provider: 'sandbox', model: 'sandbox-1' };
  await handleJob(stream, start, meta);
  await handleJob(stream, { type: 'FailAttempt', at, by: { claim }, failure: 'transient', message: 'busy' }, meta);
  await handleJob(stream, start, meta);
  await handleJob(stream, { type: 'SucceedJob', at, by: { claim }, outputs: [output], usage: {}, cost: 3 }, meta);
  const recorded = await store.read(stream, { limit: 100 });
  const published = recorded.flatMap((event) => {
    const told = toPublished(event);
    return told ? [generationEvent.parse(envelope(event, told))] : [];
  });
  expect(published).toEqual(JSON.parse(JSON.stringify(published)));
  expect(published.map(({ type, version }) => [type, version])).toEqual([
    ['JobRequested', 1],
    ['JobStarted', 2],
    ['JobStarted', 4],
    ['JobSucceeded', 5],
  ]);
  expect(published.at(-1)).toMatchObject({
    app: 'sparky',
    user: 'user-1',
    data: { jobId: id, tool: 'photo-filter', cost: 3 },
  });
  expect(JSON.stringify(published)).not.toMatch(/secret|m-1|fingerprint/);
});
