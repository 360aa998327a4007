import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { newId } from '#shared/ids.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { assetTable, unusedDays } from '../storage/asset-table.ts';
import { outputFiles, outputKey } from '../storage/outputs.ts';
import { downloads, uploadForms } from '../storage/signing.ts';
import { uploadFiles, uploadKey } from '../storage/uploads.ts';
import { epochSeconds } from '../time.ts';
import { owner } from './memory.ts';

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
    const assets = assetTable(dynamo.client, await table('assets', 'id'), () => at);
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
      expires: epochSeconds(at) + unusedDays * 86_400,
      status: 'rejected',
      reason: 'broken',
    });
    expect(await assets.get(stranger, a)).toBeUndefined();
    expect((await assets.list(owner, { limit: 2 })).items.map(({ id }) => id)).toEqual([c, b]);
    expect((await assets.list(owner, { limit: 2, before: b })).items.map(({ id }) => id)).toEqual([a]);
    await assets.remove(owner, a);
    expect(await assets.markReady(owner, a, file)).toBe(false);
    expect(await assets.get(owner, a)).toBeUndefined();
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
