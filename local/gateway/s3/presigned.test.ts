import * as s3 from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
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
  await worker.send(put('copied', 'abcdef'));
});
afterAll(async () => {
  for (const client of [worker, idle, operator]) client.destroy();
  await account.gateway.close();
});

const Bucket = 'uploads';
const put = (Key: string, Body = 'hello') => new s3.PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/plain' });
const exists = async (Key: string) =>
  operator.send(new s3.HeadObjectCommand({ Bucket, Key })).then(
    () => true,
    () => false,
  );
const code = async (response: Response) => /<Code>(.*?)<\/Code>/.exec(await response.text())?.[1];

describe('presigned URLs', () => {
  const urlOf = (client: s3.S3Client, Key: string, options = {}) =>
    getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key, ...options }), { expiresIn: 60 });

  test('a signed URL reads, with the headers it asks for', async () => {
    const response = await fetch(
      await urlOf(worker, 'copied', { ResponseContentDisposition: 'attachment; filename="x y.txt"' }),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="x y.txt"');
    expect(await response.text()).toBe('abcdef');
  });

  test.each([
    ['another key', (url: string) => url.replace('/copied', '/streamed')],
    ['a longer life', (url: string) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')],
    ['another signature', (url: string) => url.replace(/X-Amz-Signature=.{4}/, 'X-Amz-Signature=0000')],
  ])('a URL altered to %s is refused', async (_what, alter) => {
    const response = await fetch(alter(await urlOf(worker, 'copied')));
    expect([response.status, await code(response)]).toEqual([403, 'SignatureDoesNotMatch']);
  });

  test('an expired URL is refused', async () => {
    const signingDate = new Date(Date.now() - 120_000);
    const response = await fetch(
      await getSignedUrl(worker, new s3.GetObjectCommand({ Bucket, Key: 'copied' }), { expiresIn: 60, signingDate }),
    );
    const text = await response.text();
    expect(response.status).toBe(403);
    expect(text).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
  });

  test('a URL gives no more than its signer may do', async () => {
    expect((await fetch(await urlOf(idle, 'copied'))).status).toBe(403);
    const url = await getSignedUrl(idle, put('public/x'), { expiresIn: 60 });
    const response = await fetch(url, { method: 'PUT', body: 'hello', headers: { 'content-type': 'text/plain' } });
    expect([response.status, await code(response)]).toEqual([403, 'AccessDenied']);
  });

  test('a signed URL stores', async () => {
    const url = await getSignedUrl(
      worker,
      new s3.PutObjectCommand({ Bucket, Key: 'by-url', ContentType: 'text/plain' }),
      { expiresIn: 60 },
    );
    expect(
      (await fetch(url, { method: 'PUT', body: 'by url', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(200);
    expect(await exists('by-url')).toBe(true);
    const unsigned = await fetch(url, { method: 'PUT', body: 'x', headers: { 'x-amz-meta-owner': 'me' } });
    expect([unsigned.status, await code(unsigned)]).toEqual([403, 'AccessDenied']);
  });

  test('nobody reads unsigned', async () => {
    expect((await fetch(`${account.gateway.url}/uploads/copied`)).status).toBe(403);
  });
});

describe('presigned POST', () => {
  const policy = (Key: string, rest: Partial<PresignedPostOptions> = {}): PresignedPostOptions => ({
    Bucket,
    Key,
    Conditions: [
      ['content-length-range', 2, 100_000],
      ['eq', '$Content-Type', 'image/jpeg'],
    ],
    Fields: { 'Content-Type': 'image/jpeg' },
    Expires: 60,
    ...rest,
  });

  /** Posts a file with a signed form, its fields changed by `alter`. */
  async function post(
    signed: { url: string; fields: Record<string, string> },
    file: string | Buffer,
    alter: Record<string, string> = {},
    headers = {},
  ) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...signed.fields, ...alter })) form.append(name, value);
    form.append('file', new Blob([file]), 'photo.jpg');
    return await fetch(signed.url, { method: 'POST', body: form, headers });
  }

  test('a form that keeps to its policy stores the file and tells of it once', async () => {
    const told = account.created.length;
    const response = await post(await createPresignedPost(worker, policy('in/1')), Buffer.alloc(90_000, 7));
    expect([response.status, response.headers.get('etag')]).toEqual([204, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    const got = await worker.send(new s3.GetObjectCommand({ Bucket, Key: 'in/1' }));
    expect([got.ContentType, Buffer.from((await got.Body?.transformToByteArray()) ?? [])]).toEqual([
      'image/jpeg',
      Buffer.alloc(90_000, 7),
    ]);
    expect(account.created.slice(told)).toEqual([
      expect.objectContaining({ key: 'in/1', size: 90_000, reason: 'PostObject' }),
    ]);
    expect(account.last('PostObject')).toMatchObject({
      caller: 'worker',
      status: 204,
      resources: ['arn:aws:s3:::uploads/in/1'],
    });
  });

  test.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ['too large', Buffer.alloc(100_001), {}, 400, 'EntityTooLarge'],
    ['far too large', Buffer.alloc(12_000_000), {}, 400, 'EntityTooLarge'],
    ['too small', 'x', {}, 400, 'EntityTooSmall'],
    ['of another type', 'hello', { 'Content-Type': 'text/html' }, 403, 'AccessDenied'],
    ['under another key', 'hello', { key: 'in/other' }, 403, 'AccessDenied'],
    ['with a field more', 'hello', { 'x-amz-meta-role': 'admin' }, 403, 'AccessDenied'],
    [
      'with an altered policy',
      'hello',
      { Policy: Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64') },
      403,
      'SignatureDoesNotMatch',
    ],
    ['with another signature', 'hello', { 'X-Amz-Signature': '00'.repeat(32) }, 403, 'SignatureDoesNotMatch'],
    [
      'in the name of nobody',
      'hello',
      { 'X-Amz-Credential': 'AKIANOBODY/20260101/eu-central-1/s3/aws4_request' },
      403,
      'InvalidAccessKeyId',
    ],
  ])('a file %s is refused and not stored', async (_what, file, alter, status, errorCode) => {
    const response = await post(await createPresignedPost(worker, policy('in/refused')), file, alter);
    expect([response.status, await code(response)]).toEqual([status, errorCode]);
    expect(await exists('in/refused')).toBe(false);
    expect(await exists('in/other')).toBe(false);
  });

  test('an expired form is refused', async () => {
    const response = await post(await createPresignedPost(worker, policy('in/late', { Expires: -60 })), 'hello');
    expect(await response.text()).toContain('Invalid according to Policy: Policy expired.');
    expect(await exists('in/late')).toBe(false);
  });

  test('a form gives no more than its signer may do', async () => {
    const response = await post(await createPresignedPost(idle, policy('public/1')), 'hello');
    expect(await response.text()).toContain('is not authorized to perform: s3:PutObject');
  });

  test('a page of an allowed origin may upload, another may not', async () => {
    const preflight = (Origin: string) =>
      fetch(`${account.gateway.url}/uploads`, {
        method: 'OPTIONS',
        headers: { Origin, 'Access-Control-Request-Method': 'POST' },
      });
    const allowed = await preflight('https://app.example');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example']);
    expect((await preflight('https://evil.example')).status).toBe(403);
    const response = await post(
      await createPresignedPost(worker, policy('in/page')),
      'hello',
      {},
      { Origin: 'https://app.example' },
    );
    expect([response.status, response.headers.get('access-control-expose-headers')]).toEqual([204, 'ETag']);
  });
});
