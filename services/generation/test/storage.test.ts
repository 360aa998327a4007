import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { derivedId, newId } from '#shared/ids.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { type Job, type JobCommand, jobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { projectJob } from '../handlers/project-job.ts';
import { jobsReadModel } from '../read-models/jobs.ts';
import { assetTable } from '../storage/asset-table.ts';
import { outputFiles, outputKey } from '../storage/outputs.ts';
import { downloads, uploadForms } from '../storage/signing.ts';
import { uploadFiles, uploadKey } from '../storage/uploads.ts';
import type { JobMessage } from '../worker/job-message.ts';
import { memoryJobs, owner } from './memory.ts';

const at = '2026-11-20T10:00:00.000Z';
const stranger = { ...owner, user: 'user-2' };

describe('tables', () => {
  let dynamo: TestDynamoDb;
  const table = async (TableName: string, sortKey: string) => {
    await dynamo.client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'owner', KeyType: 'HASH' },
          { AttributeName: sortKey, KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'owner', AttributeType: 'S' },
          { AttributeName: sortKey, AttributeType: 'S' },
        ],
      }),
    );
    return TableName;
  };
  beforeAll(async () => {
    dynamo = await startDynamoDb();
  });
  afterAll(() => dynamo.close());

  test('an asset is announced, judged, judged anew and removed', async () => {
    const assets = assetTable(dynamo.client, await table('assets', 'id'));
    const announced = { contentType: 'image/png', bytes: 9, createdAt: at } as const;
    const [a, b, c] = [newId('ast'), newId('ast'), newId('ast')];
    for (const id of [a, b, c]) await assets.create(owner, { id, ...announced });
    const file = { etag: '"e"', bytes: 8, sha256: 'ab', width: 3, height: 2 };
    expect(await assets.markReady(owner, a, file)).toBe(true);
    expect(await assets.get(owner, a)).toMatchObject({ status: 'ready', ...file });
    expect(await assets.markRejected(owner, a, 'broken')).toBe(true);
    expect(await assets.get(owner, a)).toEqual({
      owner: 'sparky#user-1',
      id: a,
      ...announced,
      bytes: 8,
      status: 'rejected',
      reason: 'broken',
    });
    expect(await assets.get(stranger, a)).toBeUndefined();
    expect((await assets.list(owner, { limit: 2 })).map(({ id }) => id)).toEqual([c, b]);
    expect((await assets.list(owner, { limit: 2, before: b })).map(({ id }) => id)).toEqual([a]);
    await assets.remove(owner, a);
    expect(await assets.markReady(owner, a, file)).toBe(false);
    expect(await assets.get(owner, a)).toBeUndefined();
  });

  /** The recorded events of one job that these commands led to. */
  const recorded = async (id: string, requestedAt: string, tool: string, ...commands: JobCommand[]) => {
    const { store, handleJob } = memoryJobs();
    const deadline = '2026-11-21T10:00:00.000Z';
    const asked = { tool, params: { filter: 'sepia' }, inputs: [], fingerprint: 'f', quote: 4, remaining: 6, deadline };
    const meta = { actor: 'user-1', correlationId: 'c-1' };
    await handleJob(jobStream(owner, id), { type: 'RequestJob', at: requestedAt, ...asked }, meta);
    for (const command of commands) await handleJob(jobStream(owner, id), command, meta);
    return store.read(jobStream(owner, id), { limit: 100 });
  };
  const cancel: JobCommand = { type: 'CancelJob', at };

  test('I7 a row is the same whatever the order and number of its events', async () => {
    const rows = jobsReadModel(dynamo.client, await table('jobs-order', 'sk'));
    const dispatched: JobMessage[] = [];
    const project = projectJob({ dispatch: async (message) => void dispatched.push(message), rows });
    const id = derivedId('gen', 'order');
    const [requested, cancelled] = (await recorded(id, at, 'photo-filter', cancel)) as [
      RecordedEvent<JobEvent, Job>,
      RecordedEvent<JobEvent, Job>,
    ];
    for (const event of [cancelled, requested, cancelled, requested]) await project(event);
    const { jobs } = await rows.list(owner, { limit: 10 });
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ id, status: 'cancelled', costCredits: 0, createdAt: at, completedAt: at });
    expect(dispatched).toEqual(
      [1, 2].map(() => ({ ...owner, jobId: id, correlationId: 'c-1', causationId: requested.id })),
    );
  });

  test('a job is not listed before it is in the queue', async () => {
    const rows = jobsReadModel(dynamo.client, await table('jobs-queue', 'sk'));
    const project = projectJob({ dispatch: () => Promise.reject(new Error('queue away')), rows });
    const [requested] = (await recorded(derivedId('gen', 'q'), at, 'a')) as [RecordedEvent<JobEvent, Job>];
    await expect(project(requested)).rejects.toThrow('queue away');
    expect((await rows.list(owner, { limit: 10 })).jobs).toEqual([]);
  });

  test('jobs are listed newest first, page by page, filtered by status and tool', async () => {
    const rows = jobsReadModel(dynamo.client, await table('jobs-list', 'sk'));
    const second = (n: number) => `2026-11-20T10:00:${String(n).padStart(2, '0')}.000Z`;
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      const id = derivedId('gen', String(n));
      ids.unshift(id);
      const events = await recorded(id, second(n), n % 2 ? 'odd' : 'even', ...(n % 3 ? [] : [cancel]));
      for (const event of events) await rows.project(event);
    }
    const all = async (query: object) => {
      const found: string[] = [];
      let after: string | undefined;
      for (let pages = 0; pages < 20; pages += 1) {
        const page = await rows.list(owner, { limit: 2, after, ...query });
        expect(page.jobs.length).toBeLessThanOrEqual(2);
        found.push(...page.jobs.map(({ id }) => id));
        after = page.next;
        if (after === undefined) return found;
      }
      throw new Error('pages without end');
    };
    const where = (keep: (n: number) => boolean) => ids.filter((_, place) => keep(11 - place));
    expect(await all({})).toEqual(ids);
    expect(await all({ tool: 'odd' })).toEqual(where((n) => n % 2 === 1));
    expect(await all({ status: 'cancelled' })).toEqual(where((n) => n % 3 === 0));
    expect(await all({ status: 'cancelled', tool: 'odd' })).toEqual(where((n) => n % 3 === 0 && n % 2 === 1));
    expect(await all({ status: 'failed' })).toEqual([]);
    expect((await rows.list(stranger, { limit: 10 })).jobs).toEqual([]);
  });
});

describe('buckets', () => {
  let server: FauxqsServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    client = new S3Client({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
    for (const Bucket of ['uploads', 'outputs']) await client.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });
  const key = uploadKey({ app: 'sparky', user: 'auth0|7' }, newId('ast'));
  const put = (text: string) => client.send(new PutObjectCommand({ Bucket: 'uploads', Key: key, Body: text }));

  test('a file is read only while it is the one that was checked', async () => {
    const bucket = { ...uploadFiles(client, 'uploads'), ...downloads(client, 'uploads') };
    expect(await bucket.read(key, { maxBytes: 100 })).toBeUndefined();
    await put('first');
    const first = await bucket.read(key, { maxBytes: 100 });
    if (!first || first === 'too-large') throw new Error('not read');
    expect(Buffer.from(first.bytes).toString()).toBe('first');
    expect(await bucket.read(key, { etag: first.etag, maxBytes: 100 })).toEqual(first);
    await put('second');
    expect(await bucket.read(key, { etag: first.etag, maxBytes: 100 })).toBeUndefined();
    expect(await bucket.read(key, { maxBytes: 3 })).toBe('too-large');
    await bucket.remove(key);
    await bucket.remove(key);
    expect(await bucket.read(key, { maxBytes: 100 })).toBeUndefined();
  });

  test('a form binds key, type and size', async () => {
    const form = await uploadForms(client, 'uploads').form(key, { contentType: 'image/png', maxBytes: 77, at });
    const { Policy = '', ...fields } = form.fields;
    expect(fields).toMatchObject({ key, 'Content-Type': 'image/png' });
    expect(JSON.parse(Buffer.from(Policy, 'base64').toString()).conditions).toEqual(
      expect.arrayContaining([{ key }, { 'Content-Type': 'image/png' }, ['content-length-range', 1, 77]]),
    );
    expect(form.expiresAt).toBe('2026-11-20T10:15:00.000Z');
  });

  test('an output is stored, given by URL for an hour, and removed', async () => {
    const bucket = { ...outputFiles(client, 'outputs'), ...downloads(client, 'outputs') };
    const name = outputKey(owner, 'gen_1', 0, 'application/json');
    expect(name).toBe('outputs/sparky/user-1/gen_1/0.json');
    await bucket.put(name, { contentType: 'application/json', bytes: Buffer.from('{"a":1}') });
    const { url, expiresAt } = await bucket.signedUrl(name, at);
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('3600');
    expect(expiresAt).toBe('2026-11-20T11:00:00.000Z');
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({ a: 1 });
    await bucket.remove([name]);
    expect((await fetch(url)).status).toBe(404);
  });
});
