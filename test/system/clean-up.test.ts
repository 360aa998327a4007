/** What ages, on the whole system: unused uploads and their files, kept results, and the audit trail, which goes to the archive. */
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { unusedDays } from '#services/generation/storage/asset-table.ts';
import { resultCache } from '#services/generation/storage/result-cache.ts';
import { trailDays } from '#services/generation/trail/trail-table.ts';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { type Stack, startStack, tableName, type User } from './stack.ts';

let stack: Stack;
let s3: S3Client;
let photo: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  stack = await startStack();
  s3 = new S3Client(stack.account.operatorConfig);
  photo = await makePhoto({ width: 64, height: 48 });
}, 60_000);
afterAll(async () => {
  const { violations } = await stack.check();
  s3.destroy();
  await stack.close();
  expect(violations).toEqual([]);
});

/** DynamoDB looks for what has expired, so many days from now. */
const sweepAfter = async (days: number) => {
  await stack.account.expireItems(Date.now() + days * 86_400_000);
  await stack.account.drain();
};
const rowsOf = async (logicalId: string, { app, id }: User) => {
  const TableName = tableName(stack.account, 'TesseraGeneration', logicalId);
  const rows: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan({ client: stack.dynamoDb }, { TableName })) rows.push(...Items);
  return rows.filter(({ owner }) => owner === `${app}#${id}`);
};
const bucketOf = (logicalId: string): string => {
  const bucket = stack.account.model.ofType('AWS::S3::Bucket').find((one) => one.logicalId.startsWith(logicalId));
  if (!bucket) throw new Error(`there is no bucket ${logicalId}`);
  return bucket.ref;
};
const keysOf = async (logicalId: string, { id }: User): Promise<string[]> => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketOf(logicalId) }));
  return Contents.map(({ Key = '' }) => Key).filter((key) => key.includes(`/${id}/`));
};
const archived = async (): Promise<Record<string, unknown>[]> => {
  const Bucket = bucketOf('Archive');
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const texts = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString();
    }),
  );
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
};

const upload = async ({ api }: User): Promise<string> => {
  const { id } = await uploadAsset(api, photo);
  await stack.account.drain();
  return id;
};
const ran = async (user: User, asset: string): Promise<string> => {
  const { body } = await user.api.generate({ tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [asset] });
  await stack.account.drain();
  return body.id;
};

test('PP3 what nothing used goes after 30 days with its file; what a run or a prompt shows stays', async () => {
  const user = await stack.signUp();
  const [unused, used, shown] = [await upload(user), await upload(user), await upload(user)];
  const form = { content_type: 'image/png', bytes: 9 };
  const { body: neverSent } = await user.api.post<{ id: string }>('/v1/assets', form);
  await ran(user, used);
  expect(await user.api.post('/v1/prompts', { text: 'a cat', thumbnail_asset_id: shown })).toMatchObject({
    status: 201,
  });

  await sweepAfter(unusedDays - 1);
  expect(await rowsOf('Assets', user)).toHaveLength(4);
  await sweepAfter(unusedDays + 1);
  await sweepAfter(unusedDays + 1);
  expect((await rowsOf('Assets', user)).map(({ id }) => id).toSorted()).toEqual([used, shown].toSorted());
  expect((await keysOf('Uploads', user)).map((key) => key.split('/').at(-1)).toSorted()).toEqual(
    [used, shown].toSorted(),
  );
  for (const id of [unused, neverSent.id]) expect((await user.api.get(`/v1/assets/${id}`)).status).toBe(404);
  expect((await user.api.generate({ tool: 'face-analysis', inputs: [unused] })).status).toBe(404);
}, 60_000);

test('PP3 an asset is renamed, and removed with its file', async () => {
  const user = await stack.signUp();
  const id = await upload(user);
  expect(await user.api.call(`/v1/assets/${id}`, { method: 'PATCH', body: { file_name: 'me.jpg' } })).toMatchObject({
    status: 200,
    body: { id, file_name: 'me.jpg' },
  });
  expect((await user.api.call(`/v1/assets/${id}`, { method: 'DELETE' })).status).toBe(204);
  await stack.account.drain();
  expect([await rowsOf('Assets', user), await keysOf('Uploads', user)]).toEqual([[], []]);
}, 30_000);

test('SP9 a kept result that has expired is swept', async () => {
  const user = await stack.signUp();
  const results = resultCache(stack.dynamoDb, tableName(stack.account, 'TesseraGeneration', 'Results'));
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  await results.put({ app: user.app, user: user.id }, 'key', { jobId: 'gen_a', outputs: [], usage: {} }, inAnHour);
  await sweepAfter(0);
  expect(await rowsOf('Results', user)).toHaveLength(1);
  await sweepAfter(1);
  expect(await rowsOf('Results', user)).toEqual([]);
}, 30_000);

test('PP12 the trail goes to the archive after 90 days, once; the events stay, and so does the job', async () => {
  const [user, stranger] = [await stack.signUp(), await stack.signUp()];
  const job = await ran(user, await upload(user));
  const path = `/v1/generations/${job}/events`;
  const { body } = await user.api.get<{ data: Record<string, unknown>[] }>(path);
  expect(body.data.map(({ type }) => type)).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);

  await sweepAfter(trailDays - 1);
  expect(await archived()).toEqual([]);
  await sweepAfter(trailDays + 1);
  expect(await rowsOf('Trail', user)).toEqual([]);
  const lines = (await archived())
    .filter((line) => line.job === job)
    .toSorted((one, other) => Number(one.version) - Number(other.version));
  const about = { app: user.app, user: user.id, job };
  expect(lines).toEqual(body.data.map((event) => ({ ...about, ...event })));

  expect(await user.api.get(path)).toMatchObject({ status: 200, body: { data: [], next_cursor: null } });
  expect((await stranger.api.get(path)).status).toBe(404);
  expect((await user.api.get(`/v1/generations/${job}`)).body).toMatchObject({ id: job, status: 'completed' });
}, 60_000);

test('what a user who leaves takes along is not archived', async () => {
  const user = await stack.signUp();
  await ran(user, await upload(user));
  expect(await rowsOf('Trail', user)).toHaveLength(3);
  expect((await user.api.call('/v1/me', { method: 'DELETE' })).status).toBe(204);
  await stack.account.drain();
  expect(await rowsOf('Trail', user)).toEqual([]);
  await sweepAfter(trailDays + 1);
  expect((await archived()).filter((line) => line.user === user.id)).toEqual([]);
}, 60_000);
