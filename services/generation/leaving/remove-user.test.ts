/** What generation holds of a user who left goes, on a real table and a real bucket: once, twice, in pieces, late. */
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { removeItems } from '#shared/aws/remove-items.ts';
import { removeObjects } from '#shared/aws/remove-objects.ts';
import { newId } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { putItems, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { type JobCommand, jobStream } from '../domain/job.ts';
import { jobsReadModel } from '../read-models/jobs.ts';
import { assetTable } from '../storage/asset-table.ts';
import { outputKey } from '../storage/outputs.ts';
import { uploadKey } from '../storage/uploads.ts';
import { memoryJobs, owner, silent } from '../test/memory.ts';
import { type LeavingMessage, leavingMessage, sendOn } from './message.ts';
import { type JobRow, removeUser } from './remove-user.ts';

const at = '2026-11-20T10:00:00.000Z';
const meta = { actor: 'user-1', correlationId: 'c-1' };
const always = () => true;

let dynamo: TestDynamoDb;
let server: FauxqsServer;
let s3: S3Client;
beforeAll(async () => {
  dynamo = await startDynamoDb();
  server = await startFauxqs({ port: 0, logger: false });
  s3 = new S3Client({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  await dynamo.close();
});

const left = (pass: 1 | 2 = 1, round = 0): LeavingMessage =>
  leavingMessage.parse({
    id: 'bus-1',
    source: 'tessera.identity',
    'detail-type': 'UserDeleted',
    round,
    detail: {
      id: 'event-1',
      type: 'UserDeleted',
      schemaVersion: 1,
      ...owner,
      version: 3,
      at,
      correlationId: 'c-9',
      causationId: 'c-9',
      data: { pass },
    },
  });

let worlds = 0;
const world = async () => {
  worlds += 1;
  const names = {
    jobs: `jobs-${worlds}`,
    assets: `assets-${worlds}`,
    uploads: `up-${worlds}`,
    outputs: `out-${worlds}`,
  };
  await dynamo.createKeyedTable(names.jobs, 'owner', 'sk');
  await dynamo.createKeyedTable(names.assets, 'owner', 'id');
  for (const Bucket of [names.uploads, names.outputs]) await s3.send(new CreateBucketCommand({ Bucket }));
  const { store, handleJob } = memoryJobs();
  const rows = jobsReadModel(dynamo.client, names.jobs);
  const sent: { message: LeavingMessage; delay: number }[] = [];
  const run = removeUser({
    handleJob,
    jobRows: removeItems<JobRow>(dynamo.client, { name: names.jobs, sortKey: 'sk', read: ['id', 'status'] }),
    rows: [removeItems(dynamo.client, { name: names.assets, sortKey: 'id' })],
    uploads: removeObjects(s3, names.uploads),
    outputs: removeObjects(s3, names.outputs),
    sendOn: async (message, delay) => void sent.push({ message, delay }),
    logger: silent,
    now: () => at,
  });
  const put = (Bucket: string, Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  const newest = async (of: Owner, id: string) => {
    const [recorded] = await store.read(jobStream(of, id), { direction: 'backward', limit: 1 });
    if (!recorded) throw new Error('no such job');
    return recorded;
  };
  /** A job with its row; it has an output where it completed. */
  const begin = async (of: Owner, ...commands: JobCommand[]) => {
    const id = newId('gen');
    const deadline = '2026-11-20T11:00:00.000Z';
    const asked = {
      tool: 'photo-filter',
      params: { note: 'private' },
      inputs: [],
      fingerprint: 'f',
      quote: 4,
      deadline,
    };
    await handleJob(jobStream(of, id), { type: 'RequestJob', at, ...asked }, meta);
    for (const command of commands) await handleJob(jobStream(of, id), command, meta);
    const recorded = await newest(of, id);
    await rows.project(recorded);
    if (recorded.state.status === 'completed') await put(names.outputs, outputKey(of, id, 0, 'text/plain'));
    return id;
  };
  const upload = async (of: Owner) => {
    const id = newId('ast');
    const announced = { contentType: 'image/png', bytes: 1, createdAt: at } as const;
    await assetTable(dynamo.client, names.assets).create(of, { id, ...announced });
    await put(names.uploads, uploadKey(of, id));
  };
  const count = async (TableName: string, of: Owner) => {
    const { Count } = await dynamo.client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': ownerKey(of) },
      }),
    );
    return Count;
  };
  const files = async (Bucket: string) =>
    ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key = '' }) => Key.split('/')[2]);
  const held = async (of: Owner) => ({
    jobs: await count(names.jobs, of),
    assets: await count(names.assets, of),
    uploads: (await files(names.uploads)).filter((user) => user === of.user).length,
    outputs: (await files(names.outputs)).filter((user) => user === of.user).length,
  });
  return { names, run, begin, upload, put, held, sent, newest, store, handleJob, rows };
};

const claim = { messageId: 'm-1', receiveCount: 1 };
const start: JobCommand = { type: 'StartJob', at, claim, provider: 'sandbox', model: 'sandbox-1' };
const output = { kind: 'text', contentType: 'text/plain', bytes: 1, sha256: 's', key: 'k' } as const;
const succeed: JobCommand = { type: 'SucceedJob', at, by: { claim }, outputs: [output], usage: {}, cost: 4 };
const nothing = { jobs: 0, assets: 0, uploads: 0, outputs: 0 };

describe('what is a user’s goes', () => {
  test('I8 all of it, and nothing of whose id begins alike', async () => {
    const { run, begin, upload, held, sent } = await world();
    const neighbour = { ...owner, user: 'user-10' };
    for (const whose of [owner, neighbour]) {
      await begin(whose, start, succeed);
      await upload(whose);
    }
    await run(left(), always);
    expect(await held(owner)).toEqual(nothing);
    expect(await held(neighbour)).toEqual({ jobs: 1, assets: 1, uploads: 1, outputs: 1 });
    expect(sent).toEqual([]);
  });

  test('I4 I9 jobs that wait or run are cancelled first, those that ended stay as they ended', async () => {
    const { run, begin, held, newest, sent } = await world();
    const ids = [await begin(owner), await begin(owner, start), await begin(owner, start, succeed)];
    await run(left(), always);
    const ended = await Promise.all(ids.map((id) => newest(owner, id)));
    expect(ended.map(({ state }) => state.status)).toEqual(['cancelled', 'cancelled', 'completed']);
    expect(ended[0]?.meta).toEqual({ actor: 'system:user-left', correlationId: 'c-9', causationId: 'event-1' });
    expect(await held(owner)).toEqual(nothing);
    expect(sent).toEqual([{ message: left(), delay: 5 }]);
  });

  test('a job that ended unknown to the list is left as it ended', async () => {
    const { run, begin, handleJob, newest, sent } = await world();
    const id = await begin(owner, start);
    await handleJob(jobStream(owner, id), succeed, meta);
    await run(left(), always);
    expect((await newest(owner, id)).state.status).toBe('completed');
    expect(sent).toEqual([]);
  });

  test('a row that a late projection puts back goes when it is looked for again', async () => {
    const { run, begin, held, newest, rows, sent } = await world();
    const id = await begin(owner, start);
    await run(left(), always);
    await rows.project(await newest(owner, id));
    expect((await held(owner)).jobs).toBe(1);
    for (const { message } of [...sent]) await run(message, always);
    expect(await held(owner)).toEqual(nothing);
    expect(sent).toHaveLength(1);
  });

  test('I4 what is left of a generation that they removed goes too, and its end stays as it was', async () => {
    const { run, begin, held, newest, rows, handleJob, sent } = await world();
    const seen = await begin(owner, start, succeed, { type: 'RemoveJob', at });
    // The list has not heard of this one's end.
    const unheard = await begin(owner, start);
    for (const command of [succeed, { type: 'RemoveJob', at } as const])
      await handleJob(jobStream(owner, unheard), command, meta);
    await run(left(), always);
    await rows.project(await newest(owner, unheard));
    await run(left(2), always);
    for (const id of [seen, unheard])
      expect((await newest(owner, id)).state).toMatchObject({
        status: 'removed',
        ended: { status: 'completed', cost: 4 },
      });
    expect(await held(owner)).toEqual(nothing);
    expect(sent).toEqual([]);
  });

  test('what was under way at the first pass goes at the second', async () => {
    const { run, begin, upload, held } = await world();
    await run(left(1), always);
    await begin(owner, start, succeed);
    await upload(owner);
    await run(left(2), always);
    expect(await held(owner)).toEqual(nothing);
  });

  test('twice at once is once', async () => {
    const { run, begin, upload, held } = await world();
    for (let n = 0; n < 5; n += 1) {
      await begin(owner);
      await upload(owner);
    }
    await Promise.all([run(left(), always), run(left(), always), run(left(2), always)]);
    expect(await held(owner)).toEqual(nothing);
  });

  test('thousands of files and rows go by pages', async () => {
    const { names, run, put, held } = await world();
    const key = ownerKey(owner);
    const rows = Array.from({ length: 230 }, (_, n) => ({ owner: key, id: `ast_${n}` }));
    await putItems(dynamo.client, names.assets, rows);
    for (let n = 0; n < 1_050; n += 50)
      await Promise.all(Array.from({ length: 50 }, (_, m) => put(names.uploads, `uploads/sparky/user-1/${n + m}`)));
    await run(left(), always);
    expect(await held(owner)).toEqual(nothing);
  }, 30_000);
});

describe('when time is over', () => {
  test('the rest is sent on, and each round gets further', async () => {
    const { run, begin, upload, held, sent } = await world();
    await begin(owner, start, succeed);
    await upload(owner);
    let message: LeavingMessage | undefined = left();
    let rounds = 0;
    for (; message && rounds < 20; rounds += 1) {
      // Time for two pages: one that removes, one that finds nothing.
      let pages = 2 + rounds;
      sent.length = 0;
      await run(message, () => {
        pages -= 1;
        return pages >= 0;
      });
      message = sent[0]?.message;
      expect(sent.every(({ delay }) => delay === 0)).toBe(true);
    }
    expect(rounds).toBeGreaterThan(1);
    expect(await held(owner)).toEqual(nothing);
  });
});

test('a message that goes round for ever is given up', async () => {
  const unreachable = { send: async () => Promise.reject(new Error('sent')) } as unknown as SQSClient;
  const send = sendOn(unreachable, 'https://sqs.invalid/leavings');
  await expect(send(left(1, 999), 0)).rejects.toThrow('sent');
  await expect(send(left(1, 1_000), 0)).rejects.toThrow('not gone after 1000 rounds');
});
