import { get } from 'node:http';
import * as s3 from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestAccount, type TestAccount } from '../testing/account.ts';

let account: TestAccount;
let worker: s3.S3Client;
let idle: s3.S3Client;
let operator: s3.S3Client;

beforeAll(async () => {
  account = await startTestAccount();
  [worker, idle, operator] = ['worker', 'idle', 'operator'].map(
    (caller) => new s3.S3Client({ ...account.client(caller), requestChecksumCalculation: 'WHEN_REQUIRED' }),
  ) as [s3.S3Client, s3.S3Client, s3.S3Client];
});
afterAll(async () => {
  for (const client of [worker, idle, operator]) client.destroy();
  await account.gateway.close();
});

const Bucket = 'uploads';
const put = (Key: string, Body = 'hello', rest: Partial<s3.PutObjectCommandInput> = {}) =>
  new s3.PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/plain', ...rest });
const exists = async (Key: string) =>
  operator.send(new s3.HeadObjectCommand({ Bucket, Key })).then(
    () => true,
    () => false,
  );

describe('calls', () => {
  test('an object is put and read, and its creation told once', async () => {
    await worker.send(put('a/ü b.txt', 'hello', { Metadata: { owner: 'me' } }));
    const got = await worker.send(new s3.GetObjectCommand({ Bucket, Key: 'a/ü b.txt' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({ ContentType: 'text/plain', Metadata: { owner: 'me' }, ContentLength: 5 });
    expect(account.created).toEqual([
      { bucket: Bucket, key: 'a/ü b.txt', size: 5, etag: '5d41402abc4b2a76b9719d911017c592', reason: 'PutObject' },
    ]);
  });

  test('an upload with checksums in its trailer is the object itself', async () => {
    const streaming = new s3.S3Client(account.client('worker'));
    const { Readable } = await import('node:stream');
    await streaming.send(
      new s3.PutObjectCommand({
        Bucket,
        Key: 'streamed',
        Body: Readable.from([Buffer.from('abc'), Buffer.from('def')]),
        ContentLength: 6,
      }),
    );
    expect(
      await (await worker.send(new s3.GetObjectCommand({ Bucket, Key: 'streamed' }))).Body?.transformToString(),
    ).toBe('abcdef');
    streaming.destroy();
  });

  test('a copy needs the right to read its source', async () => {
    await worker.send(new s3.CopyObjectCommand({ Bucket, Key: 'copied', CopySource: 'uploads/streamed' }));
    expect(account.created.at(-1)).toMatchObject({ key: 'copied', reason: 'CopyObject' });
    await expect(
      idle.send(new s3.CopyObjectCommand({ Bucket, Key: 'public/x', CopySource: 'uploads/streamed' })),
    ).rejects.toMatchObject({ name: 'AccessDenied', message: expect.stringContaining('s3:PutObject') });
  });

  test('a refused call stores nothing', async () => {
    await expect(idle.send(put('public/refused'))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(
        /\/idle is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::uploads\/public\/refused/,
      ),
    });
    expect(await exists('public/refused')).toBe(false);
  });

  test('who may not list is not told what is missing', async () => {
    await expect(worker.send(new s3.GetObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(operator.send(new s3.GetObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  test('tags do not overwrite the object', async () => {
    await operator.send(
      new s3.PutObjectTaggingCommand({ Bucket, Key: 'copied', Tagging: { TagSet: [{ Key: 'a', Value: 'b & c' }] } }),
    );
    expect((await operator.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'copied' }))).TagSet).toEqual([
      { Key: 'a', Value: 'b & c' },
    ]);
    expect(
      await (await worker.send(new s3.GetObjectCommand({ Bucket, Key: 'copied' }))).Body?.transformToString(),
    ).toBe('abcdef');
  });

  test('an object is put only once when asked so', async () => {
    await worker.send(put('once', 'first', { IfNoneMatch: '*' }));
    await expect(worker.send(put('once', 'second', { IfNoneMatch: '*' }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  test('parts make one object and one event', async () => {
    const { UploadId } = await worker.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const { ETag } = await worker.send(
      new s3.UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber: 1, Body: Buffer.alloc(1000) }),
    );
    const told = account.created.length;
    await worker.send(
      new s3.CompleteMultipartUploadCommand({
        Bucket,
        Key: 'parts',
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
    expect(account.created.slice(told)).toEqual([
      expect.objectContaining({ key: 'parts', size: 1000, reason: 'CompleteMultipartUpload' }),
    ]);
  });

  test('listing and deleting many', async () => {
    await worker.send(put('many/1'));
    await worker.send(put('many/2&3'));
    expect(
      (await operator.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'many/' }))).Contents?.map(({ Key }) => Key),
    ).toEqual(['many/1', 'many/2&3']);
    const Objects = [{ Key: 'many/1' }, { Key: 'many/2&3' }];
    await expect(idle.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await worker.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await exists('many/2&3')).toBe(false);
  });

  test('a path that climbs leads to no other object', async () => {
    const url = await getSignedUrl(idle, new s3.GetObjectCommand({ Bucket, Key: 'public/../copied' }));
    const { hostname, port } = new URL(account.gateway.url);
    // Not by fetch, which would resolve the path itself.
    const status = await new Promise((resolve, reject) => {
      const options = { hostname, port, path: url.slice(account.gateway.url.length) };
      get(options, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    expect(status).toBe(400);
  });

  test('what the local S3 lacks says so', async () => {
    await expect(operator.send(new s3.GetObjectAclCommand({ Bucket, Key: 'copied' }))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });
});
