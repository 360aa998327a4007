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

test('BM14 a new name or mark tells with it how the job stands, and every event the name it has by then', async () => {
  const { store, handleJob } = memoryJobs();
  await handleJob(
    stream,
    { type: 'RequestJob', at, deadline: '2026-11-20T10:02:00.000Z', ...asked, title: 'First' },
    meta,
  );
  await handleJob(stream, { type: 'RenameJob', at, title: 'Mine' }, meta);
  await handleJob(stream, { type: 'StartJob', at, claim, provider: 'sandbox', model: 'sandbox-1' }, meta);
  await handleJob(stream, { type: 'FavourJob', at, favourite: true }, meta);
  await handleJob(stream, { type: 'SucceedJob', at, by: { claim }, outputs: [output], usage: {}, cost: 3 }, meta);
  await handleJob(stream, { type: 'FavourJob', at, favourite: false }, meta);
  await handleJob(stream, { type: 'RemoveJob', at }, meta);
  const recorded = await store.read(stream, { limit: 100 });
  const published = recorded.flatMap((event) => toPublished(event) ?? []);
  const running = { progress: 0, cost: 4, outputs: [], error: null };
  const outputs = [{ kind: 'image', contentType: 'image/png', bytes: 9 }];
  expect(published.map(({ type, data }) => [type, data])).toMatchObject([
    ['JobRequested', { title: 'First', favourite: false }],
    ['JobChanged', { title: 'Mine', favourite: false, standing: { status: 'queued', ...running } }],
    ['JobStarted', { title: 'Mine', favourite: false }],
    ['JobChanged', { title: 'Mine', favourite: true, standing: { status: 'processing', ...running } }],
    ['JobSucceeded', { title: 'Mine', favourite: true }],
    [
      'JobChanged',
      { favourite: false, standing: { status: 'completed', progress: 100, cost: 3, outputs, error: null } },
    ],
    ['JobRemoved', { jobId: id, tool: 'photo-filter' }],
  ]);
  expect(Object.keys(published.at(-1)?.data ?? {})).toEqual(['jobId', 'tool']);
});
