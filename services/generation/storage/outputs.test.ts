import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { removeObjects } from '#shared/aws/remove-objects.ts';
import { s3Compatible } from '#shared/aws/s3-compatible.ts';
import { outputFiles, outputKey } from './outputs.ts';
import { downloads } from './signing.ts';

const at = '2026-11-20T10:00:00.000Z';
const owner = { app: 'sparky', user: 'auth0|7' };
const megabyte = 1024 * 1024;

const ofAws = (endpoint: string) =>
  new S3Client({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'aws-key', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
const ofAnother = (endpoint: string) =>
  s3Compatible({
    endpoint,
    region: 'auto',
    readKeys: async () => JSON.stringify({ access_key_id: 'r2-key', secret_access_key: 'test' }),
  });

describe.each([
  ['AWS', ofAws, 'aws-key', 'eu-west-1'],
  ['NB6 another service that speaks S3', ofAnother, 'r2-key', 'auto'],
] as const)('outputs with %s', (_, connect, keyId, region) => {
  let server: FauxqsServer;
  let client: S3Client;
  /** Of the requests that were sent, by command. */
  const headers = new Map<string, Record<string, string>>();
  const bucket = () => ({ ...outputFiles(client, 'outputs'), ...downloads(client, 'outputs') });
  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    client = connect(`http://127.0.0.1:${server.port}`);
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) => {
          headers.set(commandName, (args.request as { headers: Record<string, string> }).headers);
          return next(args);
        },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await client.send(new CreateBucketCommand({ Bucket: 'outputs' }));
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  async function* pieces(count: number, end = async () => {}) {
    for (let n = 0; n < count; n += 1) yield Buffer.alloc(megabyte / 2, n);
    await end();
  }
  const fetched = async (key: string) => {
    const { url } = await bucket().signedUrl(key, at);
    const answer = await fetch(url);
    return { status: answer.status, type: answer.headers.get('content-type'), bytes: await answer.bytes() };
  };

  test('PP16 bytes are stored, given by URL for an hour, and removed; twice is the same', async () => {
    const key = outputKey(owner, 'gen_1', 0, 'application/json');
    const file = { contentType: 'application/json', bytes: Buffer.from('{"a":1}') };
    await bucket().put(key, file);
    await bucket().put(key, file);
    const { url, expiresAt } = await bucket().signedUrl(key, at);
    const { searchParams } = new URL(url);
    expect(searchParams.get('X-Amz-Expires')).toBe('3600');
    expect(searchParams.get('X-Amz-Credential')).toMatch(new RegExp(`^${keyId}/\\d+/${region}/s3/`));
    expect(expiresAt).toBe('2026-11-20T11:00:00.000Z');
    expect(await fetched(key)).toMatchObject({ status: 200, type: 'application/json', bytes: { length: 7 } });
    await bucket().remove([key]);
    await bucket().remove([key]);
    expect((await fetched(key)).status).toBe(404);
  });

  test.each([
    ['a small one in one request', 3],
    ['a large one in parts', 39],
  ])('PP16 a stream is stored: %s', async (_, count) => {
    const key = outputKey(owner, 'gen_2', count, 'video/mp4');
    await bucket().put(key, { contentType: 'video/mp4', bytes: pieces(count) });
    const { type, bytes } = await fetched(key);
    expect({ type, length: bytes.length }).toEqual({ type: 'video/mp4', length: (count * megabyte) / 2 });
    expect(bytes.at(-1)).toBe(count - 1);
  });

  test('PP16 a stream that breaks off leaves nothing, not even parts', async () => {
    const key = outputKey(owner, 'gen_3', 0, 'video/mp4');
    const broken = pieces(40, () => Promise.reject(new Error('broke off')));
    await expect(bucket().put(key, { contentType: 'video/mp4', bytes: broken })).rejects.toThrow('broke off');
    expect((await fetched(key)).status).toBe(404);
    expect(headers.has('AbortMultipartUploadCommand')).toBe(true);
  });

  test('SP9 a file is copied inside the bucket, and one that is gone is not', async () => {
    const [from, to] = [0, 1].map((index) => outputKey(owner, 'gen 4/ü', index, 'text/plain')) as [string, string];
    expect(await bucket().copy(from, to)).toBe(false);
    await bucket().put(from, { contentType: 'text/plain', bytes: Buffer.from('hello') });
    expect(await bucket().copy(from, to)).toBe(true);
    expect(await bucket().copy(from, to)).toBe(true);
    expect(await fetched(to)).toMatchObject({ type: 'text/plain; charset=utf-8', bytes: { length: 5 } });
  });

  test('all below a prefix is removed', async () => {
    const key = outputKey(owner, 'gen_5', 0, 'text/plain');
    await bucket().put(key, { contentType: 'text/plain', bytes: Buffer.from('a & b') });
    const { removed, more } = await removeObjects(client, 'outputs')('outputs/', () => true);
    expect({ removed: removed > 0, more }).toEqual({ removed: true, more: false });
    expect((await fetched(key)).status).toBe(404);
  });

  test('NB6 another service is sent no checksum that only AWS knows', () => {
    const sent = [...headers.values()].flatMap((each) => Object.keys(each));
    expect(sent.some((name) => name.startsWith('x-amz-checksum'))).toBe(connect === ofAws);
    expect('content-md5' in (headers.get('DeleteObjectsCommand') ?? {})).toBe(connect !== ofAws);
  });
});

describe('NB6 the keys of another service', () => {
  const secret = 'not-to-be-told';
  test.each([
    ['no JSON', '{'],
    ['other fields', `{"access_key_id":"a","secret":"${secret}"}`],
  ])('%s: refused without telling them', async (_, text) => {
    const client = s3Compatible({ endpoint: 'http://127.0.0.1:1', region: 'auto', readKeys: async () => text });
    const error: unknown = await downloads(client, 'outputs')
      .signedUrl('a', at)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain(secret);
  });
});
