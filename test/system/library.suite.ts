/** The library on the whole system: a song is named, marked, played, sung anew and removed; what failed is told to admins; all goes with its user. */
import { randomUUID } from 'node:crypto';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedStack } from './shared-stack.ts';
import { type Stack, tableName, type User } from './stack.ts';

interface Song {
  readonly id: string;
  readonly status: string;
  readonly title: string | null;
  readonly favourite: boolean;
  readonly plays: number | null;
  readonly variation_of: string | null;
  readonly outputs: readonly { readonly kind: string; readonly url: string }[];
}

let stack: Stack;
let user: User;
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp('baby-music');
}, 60_000);
afterAll(async () => {
  const { violations } = await stack.check();
  expect(violations).toEqual([]);
});

const lyrics = 'Rain, rain, go to sleep';
const sing = async (title: string): Promise<string> => {
  const request = { tool: 'song-generation', params: { title, lyrics, mood: 'calm' } };
  const { status, body } = await user.api.generate(request);
  expect(status).toBe(202);
  await stack.account.drain();
  return body.id;
};
const read = (id: string) => user.api.get<Song>(`/v1/generations/${id}`);
const found = async (query: string): Promise<string[]> =>
  (await user.api.get<{ data: Song[] }>(`/v1/generations?${query}`)).body.data.map(({ id }) => id);

const rowsOf = async ({ app, id }: User, logicalId: string) => {
  const TableName = tableName(stack.account, 'TesseraGeneration', logicalId);
  const rows: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan({ client: stack.dynamoDb }, { TableName, ConsistentRead: true }))
    rows.push(...Items.filter(({ owner }) => owner === `${app}#${id}`));
  return rows;
};
const filesOf = async (prefix: string): Promise<string[]> => {
  const s3 = new S3Client(stack.account.operatorConfig);
  const buckets = stack.account.model.ofType('AWS::S3::Bucket');
  const outputs = buckets.find(({ logicalId }) => logicalId.startsWith('Outputs'))?.ref;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: outputs, Prefix: prefix }));
  s3.destroy();
  return Contents.map(({ Key = '' }) => Key);
};

describe('BM2 BM7 BM15 a song', () => {
  test('is named, marked, played, found, sung anew, and removed with its files', async () => {
    const id = await sing('Rain');
    expect((await read(id)).body).toMatchObject({ status: 'completed', title: 'Rain', plays: 0, favourite: false });

    const change = { method: 'PATCH', body: { title: 'Night rain', favourite: true } };
    for (const _ of ['once', 'twice'])
      expect((await user.api.call<Song>(`/v1/generations/${id}`, change)).body).toMatchObject(change.body);
    const play = () =>
      user.api.post<{ plays: number }>(`/v1/generations/${id}/plays`, undefined, { 'idempotency-key': 'p' });
    expect([(await play()).body.plays, (await play()).body.plays]).toEqual([1, 1]);

    const again = () =>
      user.api.post<{ id: string; cost_credits: number }>(`/v1/generations/${id}/regenerate`, undefined, {
        'idempotency-key': 'again',
      });
    const { status, body: variation } = await again();
    expect([status, (await again()).body.id]).toEqual([202, variation.id]);
    await stack.account.drain();

    expect(await found('favourite=true')).toEqual([id]);
    expect(await found('text=NIGHT')).toEqual([id]);
    expect(await found('text=go%20to%20sleep')).toEqual([variation.id, id]);
    expect(await found(`variation_of=${id}`)).toEqual([variation.id]);
    const { body: family } = await user.api.get<{ data: Song[] }>(`/v1/generations/${variation.id}/variations`);
    expect(family.data).toMatchObject([{ id: variation.id, variation_of: id, status: 'completed', plays: 0 }]);

    const prefix = `outputs/baby-music/${user.id}/`;
    expect(await filesOf(`${prefix}${id}/`)).not.toEqual([]);
    expect((await user.api.call(`/v1/generations/${id}`, { method: 'DELETE' })).status).toBe(204);
    await stack.account.drain();
    expect((await read(id)).status).toBe(404);
    expect(await found('')).toEqual([variation.id]);
    expect(await filesOf(`${prefix}${id}/`)).toEqual([]);
    expect(await filesOf(prefix)).not.toEqual([]);
    expect(await rowsOf(user, 'Plays')).toEqual([]);
    // What it cost stays as it was: afterAll holds the ledger against it (I4).
    expect((await user.api.get<{ spent: number }>('/v1/credits')).body.spent).toBe(10);
  });
});

describe('BM3 FS6 what failed, and what was kept', () => {
  test('is told to the app’s admins, and goes with its user', async () => {
    const leaver = await stack.signUp('sandbox-lab');
    const admin = await stack.signUp('sandbox-lab');
    await stack.makeAdmin(admin);
    const { body: job } = await leaver.api.generate({ tool: 'task-fail' });
    const { body: reply } = await leaver.api.post<{ id: string }>(
      '/v1/saved-replies',
      { text: 'Same time tomorrow?', generation_id: job.id },
      { 'idempotency-key': randomUUID() },
    );
    await stack.account.drain();
    expect((await leaver.api.get(`/v1/saved-replies/${reply.id}`)).body).toMatchObject({ generation_id: job.id });
    const failures = async (query = '') =>
      (await admin.api.get<{ data: { generation_id: string }[] }>(`/v1/admin/generations/failures${query}`)).body.data;
    expect(await failures('?tool=task-fail&reason=failed')).toMatchObject([
      { generation_id: job.id, user_id: leaver.id, provider: 'sandbox', attempts: 1 },
    ]);
    expect(await failures('?reason=blocked')).toEqual([]);

    expect((await leaver.api.call('/v1/me', { method: 'DELETE' })).status).toBe(204);
    await stack.account.drain({ timeoutMs: 30_000 });
    for (const table of ['SavedReplies', 'Failures', 'Jobs']) expect(await rowsOf(leaver, table)).toEqual([]);
    expect(await failures()).toEqual([]);
  });
});
