/** The main job on real input: upload, run, pay, download; and everything a client can get wrong on the way. */
import { randomUUID } from 'node:crypto';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { type ApiClient, uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { sharedStack } from './shared-stack.ts';
import type { Stack, User } from './stack.ts';

let stack: Stack;
let photo: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  stack = await sharedStack();
  photo = await makePhoto();
}, 60_000);
afterAll(async () => {
  const { violations } = await stack.check();
  expect(violations).toEqual([]);
});

const userWithPhoto = async (app?: Parameters<Stack['signUp']>[0]): Promise<User & { asset: string }> => {
  const user = await stack.signUp(app);
  const { id } = await uploadAsset(user.api, photo);
  await stack.account.drain();
  return { ...user, asset: id };
};
/** Runs, whatever was run before: equal requests would be answered from the kept result. */
const sepia = (asset: string) => ({
  tool: 'photo-filter',
  params: { filter: 'sepia' },
  inputs: [asset],
  refresh: true,
});
const credits = async (api: ApiClient) =>
  (await api.get<{ available: number; held: number; spent: number }>('/v1/credits')).body;

describe('PP4 PP5 PP7 a tool is run', () => {
  test('from upload to download: held, made, settled, shown', async () => {
    const { api, asset } = await userWithPhoto();
    expect((await api.get(`/v1/assets/${asset}`)).body).toMatchObject({ status: 'ready', width: 640, height: 480 });
    const accepted = await api.generate(sepia(asset));
    expect(accepted).toMatchObject({ status: 202, body: { status: 'queued', cost_credits: 1, remaining_credits: 9 } });
    await stack.account.drain();

    const { body } = await api.get<{ status: string; outputs: { url: string }[] }>(
      `/v1/generations/${accepted.body.id}`,
    );
    expect(body).toMatchObject({ status: 'completed', progress: 100, cost_credits: 1, attempts: 1, error: null });
    const output = Buffer.from(await (await fetch(body.outputs[0]?.url ?? '')).arrayBuffer());
    expect(await sharp(output).metadata()).toMatchObject({ width: 640, height: 480 });
    expect(output.equals(photo)).toBe(false);

    expect(await credits(api)).toMatchObject({ available: 9, held: 0, spent: 1 });
    const trail = await api.get<{ data: { type: string }[] }>(`/v1/generations/${accepted.body.id}/events`);
    expect(trail.body.data.map(({ type }) => type)).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
    const ledger = await api.get<{ data: { type: string; amount: number; balance_after: number }[] }>(
      '/v1/credits/transactions',
    );
    expect(ledger.body.data.map(({ type, amount, balance_after }) => [type, amount, balance_after])).toEqual([
      ['spend', -1, 9],
      ['bonus', 10, 10],
    ]);
    const list = await api.get<{ data: { id: string; status: string }[] }>('/v1/generations');
    expect(list.body.data).toMatchObject([{ id: accepted.body.id, status: 'completed' }]);
  });

  test('PP14 a tool may cost by a parameter', async () => {
    const { api, asset } = await userWithPhoto('product-studio');
    const run = {
      tool: 'product-photo',
      params: { generation_type: 'campaign', scene_preset: 'beach' },
      inputs: [asset],
    };
    expect((await api.generate(run)).body).toMatchObject({ cost_credits: 4, remaining_credits: 6 });
    await stack.account.drain();
    expect(await credits(api)).toMatchObject({ available: 6, held: 0, spent: 4 });
  });

  test('SP12 an analysis gives JSON', async () => {
    const { api, asset } = await userWithPhoto();
    const { body: job } = await api.generate({ tool: 'face-analysis', inputs: [asset] });
    await stack.account.drain();
    const { body } = await api.get<{ outputs: { url: string; content_type: string }[] }>(`/v1/generations/${job.id}`);
    expect(body.outputs[0]?.content_type).toBe('application/json');
    expect(await (await fetch(body.outputs[0]?.url ?? '')).json()).toEqual(expect.any(Object));
  });

  test('cancelled before it is done: nothing is charged, and twice is once', async () => {
    const { api, asset } = await userWithPhoto('sandbox-lab');
    const { body: job } = await api.generate({ tool: 'slow', inputs: [asset] });
    expect(await api.post(`/v1/generations/${job.id}/cancel`)).toMatchObject({
      status: 200,
      body: { status: 'cancelled' },
    });
    expect(await api.post(`/v1/generations/${job.id}/cancel`)).toMatchObject({ status: 200 });
    await stack.account.drain();
    expect((await api.get(`/v1/generations/${job.id}`)).body).toMatchObject({ status: 'cancelled', outputs: [] });
    expect(await credits(api)).toMatchObject({ available: 10, held: 0, spent: 0 });
  });
});

describe('PP3 SP10 an upload that is not good is refused, removed and costs nothing', () => {
  const rejected = async (file: Uint8Array<ArrayBuffer>, contentType?: string) => {
    const { api } = await stack.signUp();
    const { id, sent } = await uploadAsset(api, file, contentType);
    expect(sent.ok).toBe(true);
    await stack.account.drain();
    const { body } = await api.get(`/v1/assets/${id}`);
    expect(body).toMatchObject({ status: 'rejected', url: null, reason: expect.any(String) });
    expect(await storedFiles()).not.toContainEqual(expect.stringContaining(id));
    const run = await api.generate(sepia(id));
    expect(run.status).toBe(409);
    expect(await credits(api)).toMatchObject({ available: 10, held: 0, spent: 0 });
    return body.reason as string;
  };

  /** Keys of all that lies in the uploads bucket. */
  const storedFiles = async (): Promise<string[]> => {
    const bucket = stack.account.model
      .ofType('AWS::S3::Bucket')
      .find(({ logicalId }) => logicalId.startsWith('Uploads'));
    const s3 = new S3Client(stack.account.operatorConfig);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket?.ref }));
    s3.destroy();
    return Contents.map(({ Key = '' }) => Key);
  };

  test('a good one stays', async () => {
    const { asset } = await userWithPhoto();
    expect(await storedFiles()).toContainEqual(expect.stringContaining(asset));
  });

  test('text named .jpg', async () => {
    expect(await rejected(new TextEncoder().encode('not a picture at all\n'.repeat(50)))).toMatch(/not|type/);
  });

  test('a truncated JPEG', async () => {
    await rejected(photo.slice(0, Math.floor(photo.length / 2)));
  });

  test('a JPEG that says it is a PNG', async () => {
    await rejected(photo, 'image/png');
  });

  test('12 MB is refused by storage itself and never kept', async () => {
    const { api } = await stack.signUp();
    const { id, sent } = await uploadAsset(api, new Uint8Array(12 * 1024 * 1024));
    expect([sent.status, await sent.text()]).toEqual([400, expect.stringContaining('EntityTooLarge')]);
    expect(await storedFiles()).not.toContainEqual(expect.stringContaining(id));
    await stack.account.drain();
    expect((await api.get(`/v1/assets/${id}`)).body).toMatchObject({ status: 'awaiting_upload', url: null });
  });

  test('a size or type that is not taken is refused before anything is sent', async () => {
    const { api } = await stack.signUp();
    const { status, body } = await api.post<{ errors: { pointer: string }[] }>('/v1/assets', {
      content_type: 'text/html',
      bytes: 11_000_000,
    });
    expect([status, body.errors.map(({ pointer }) => pointer)]).toEqual([400, ['/body/content_type', '/body/bytes']]);
  });
});

describe('a request that is not valid says where', () => {
  let user: User & { asset: string };
  beforeAll(async () => {
    user = await userWithPhoto();
  });
  const faults = async (request: unknown) => {
    const { status, body } = await user.api.generate(request);
    const { errors = [] } = body as unknown as { errors?: { pointer: string }[] };
    return [status, errors.map(({ pointer }) => pointer)];
  };

  test('unknown tool', async () => expect(await faults({ tool: 'no-such-tool' })).toEqual([400, ['/body/tool']]));
  test('bad parameter', async () =>
    expect(await faults({ ...sepia(user.asset), params: { filter: 'neon' } })).toEqual([400, ['/body/params/filter']]));
  test('unknown parameter', async () =>
    expect(await faults({ ...sepia(user.asset), params: { filter: 'sepia', extra: 1 } })).toEqual([
      400,
      ['/body/params/extra'],
    ]));
  test('unknown field', async () =>
    expect(await faults({ ...sepia(user.asset), surprise: 1 })).toEqual([400, ['/body/surprise']]));
  test('no input', async () =>
    expect(await faults({ tool: 'photo-filter', params: { filter: 'sepia' } })).toEqual([400, ['/body/inputs']]));
  test('not JSON', async () => {
    const { status } = await user.api.call('/v1/generations', {
      method: 'POST',
      body: '{"tool":',
      headers: { 'idempotency-key': 'x' },
    });
    expect(status).toBe(400);
  });
  test('no idempotency key', async () => {
    const { status, body } = await user.api.post<{ errors: { pointer: string }[] }>(
      '/v1/generations',
      sepia(user.asset),
    );
    expect([status, body.errors[0]?.pointer]).toEqual([400, '/headers/idempotency-key']);
  });
  test('none of these held or charged anything', async () =>
    expect(await credits(user.api)).toMatchObject({ available: 10, held: 0, spent: 0 }));
});

describe('I3 I4 the same request is the same job', () => {
  test('same key and body: one job, one hold, the same answer', async () => {
    const { api, asset } = await userWithPhoto();
    const key = randomUUID();
    const answers = await Promise.all([1, 2, 3].map(() => api.generate(sepia(asset), key)));
    const ids = new Set(answers.filter(({ status }) => status < 300).map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    await stack.account.drain();
    expect(await api.generate(sepia(asset), key)).toMatchObject({
      status: 200,
      body: { id: [...ids][0], status: 'completed' },
    });
    expect(await credits(api)).toMatchObject({ available: 9, held: 0, spent: 1 });
  });

  test('same key, other body: 422 and nothing more is held', async () => {
    const { api, asset } = await userWithPhoto();
    const key = randomUUID();
    await api.generate(sepia(asset), key);
    const other = await api.generate({ tool: 'photo-filter', params: { filter: 'vivid' }, inputs: [asset] }, key);
    expect([other.status, (other.body as unknown as { type: string }).type]).toEqual([
      422,
      'urn:tessera:problem:idempotency-mismatch',
    ]);
    await stack.account.drain();
    expect(await credits(api)).toMatchObject({ available: 9, held: 0, spent: 1 });
  });
});

describe('FS2 I2 credits cannot be spent twice', () => {
  test('too few credits: 402 with the figures, and no job', async () => {
    const { api, asset } = await userWithPhoto('product-studio');
    const campaign = {
      tool: 'product-photo',
      params: { generation_type: 'campaign', scene_preset: 'beach' },
      inputs: [asset],
    };
    await api.generate(campaign);
    await api.generate(campaign);
    const third = await api.generate(campaign);
    expect(third).toMatchObject({
      status: 402,
      body: { type: 'urn:tessera:problem:credits-insufficient', detail: expect.stringContaining('4 credits') },
    });
    await stack.account.drain();
    expect((await api.get<{ data: unknown[] }>('/v1/generations')).body.data).toHaveLength(2);
    expect(await credits(api)).toMatchObject({ available: 2, held: 0, spent: 8 });
  });

  test('fifty at once with credits for ten: exactly ten jobs, balance 0', async () => {
    const { api, asset } = await userWithPhoto();
    /** As the client library would: 503 says "try again", with the same key. */
    const untilAnswered = async () => {
      const key = randomUUID();
      for (let attempt = 0; attempt < 60; attempt += 1) {
        const { status } = await api.generate(sepia(asset), key);
        if (status !== 503) return status;
      }
      return 503;
    };
    const statuses = await Promise.all(Array.from({ length: 50 }, untilAnswered));
    expect(statuses.toSorted()).toEqual([...Array(10).fill(202), ...Array(40).fill(402)]);
    await stack.account.drain();
    const { data } = (await api.get<{ data: { status: string }[] }>('/v1/generations?limit=100')).body;
    expect(data.map(({ status }) => status)).toEqual(Array(10).fill('completed'));
    expect(await credits(api)).toMatchObject({ available: 0, held: 0, spent: 10 });
  }, 60_000);
});
