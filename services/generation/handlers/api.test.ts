import { beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { jobStream } from '../domain/job.ts';
import { apiWorld, stranger } from '../test/api-world.ts';
import { jpeg } from '../test/images.ts';
import { owner, readyAsset } from '../test/memory.ts';

let here = apiWorld();
let photo = newId('ast');
const sepia = (inputs = [photo]) => ({ tool: 'photo-filter', params: { filter: 'sepia' }, inputs });
beforeEach(async () => {
  here = apiWorld();
  photo = await readyAsset(here, await jpeg());
});
describe('a generation', () => {
  const claim = { messageId: 'm-1', receiveCount: 1 };
  const meta = { actor: 'system:generation-worker', correlationId: 'c-1' };
  const started = async () => {
    const { body } = await here.create(sepia());
    const at = new Date().toISOString();
    const stream = jobStream(owner, body.id);
    await here.handleJob(stream, { type: 'StartJob', at, claim, provider: 'sandbox', model: 'sandbox-1' }, meta);
    const path = `/v1/generations/${body.id}`;
    return { id: body.id as string, path, stream, at };
  };
  const completed = async () => {
    const job = await started();
    const output = { kind: 'image' as const, contentType: 'image/png', bytes: 9, sha256: 'ab', key: 'outputs/x.png' };
    await here.handleJob(
      job.stream,
      { type: 'SucceedJob', at: job.at, by: { claim }, outputs: [output], usage: {}, cost: 4 },
      meta,
    );
    return job;
  };

  test('is read as it is now', async () => {
    const { id, path } = await started();
    expect((await here.at(path)).body).toEqual({
      id,
      status: 'processing',
      tool: 'photo-filter',
      params: { filter: 'sepia' },
      inputs: [photo],
      progress: 0,
      attempts: 1,
      title: null,
      favourite: false,
      variation_of: null,
      plays: null,
      cached: false,
      cost_credits: 4,
      refunded_credits: 0,
      error: null,
      created_at: expect.any(String),
      completed_at: null,
      outputs: [],
    });
  });

  test('shows its outputs with URLs once it is completed', async () => {
    const { path } = await completed();
    const { body } = await here.at(path);
    expect(body).toMatchObject({ status: 'completed', progress: 100, completed_at: expect.any(String) });
    expect(body.outputs).toEqual([
      {
        kind: 'image',
        content_type: 'image/png',
        bytes: 9,
        width: null,
        height: null,
        title: null,
        duration_seconds: null,
        url: 'https://outputs.example/outputs/x.png',
        url_expires_at: expect.any(String),
        thumbnail: null,
      },
    ]);
  });

  test('tells its owner what happened, page by page, without keys and claims', async () => {
    const { path } = await completed();
    const first = await here.call({ path: `${path}/events`, query: { limit: '2' } });
    const second = await here.call({ path: `${path}/events`, query: { limit: '2', cursor: first.body.next_cursor } });
    const all = [...first.body.data, ...second.body.data];
    expect(all.map(({ type }: { type: string }) => type)).toEqual(['JobRequested', 'JobStarted', 'JobSucceeded']);
    expect(second.body.next_cursor).toBeNull();
    expect(JSON.stringify(all)).not.toMatch(/outputs\/x|m-1|fingerprint/);
  });

  test('is cancelled while it waits or runs, and cancelling again says the same', async () => {
    const { id, path } = await started();
    const cancelled = { status: 200, body: { id, status: 'cancelled' } };
    expect(await here.at(`${path}/cancel`, 'POST')).toEqual(cancelled);
    expect(await here.at(`${path}/cancel`, 'POST')).toEqual(cancelled);
    expect((await here.at(path)).body).toMatchObject({ status: 'cancelled', cost_credits: 0 });
  });

  test('is not cancelled once it is completed', async () => {
    const { path } = await completed();
    const { status, body } = await here.at(`${path}/cancel`, 'POST');
    expect({ status, detail: body.detail }).toEqual({ status: 409, detail: 'The generation is completed.' });
  });

  test('I8 is not there for anybody else', async () => {
    const { path } = await completed();
    for (const user of [stranger, { ...owner, app: 'product-studio' }]) {
      expect((await here.at(path, 'GET', user)).status).toBe(404);
      expect((await here.at(`${path}/events`, 'GET', user)).status).toBe(404);
      const { status, body } = await here.at(`${path}/cancel`, 'POST', user);
      expect({ status, detail: body.detail }).toEqual({ status: 404, detail: undefined });
    }
    expect((await here.at(path)).body.status).toBe('completed');
  });
});

describe('assets', () => {
  const announce = (body: object) => here.call({ method: 'POST', path: '/v1/assets', body });

  test('are announced, and the answer says where to send the file', async () => {
    const { status, body } = await announce({ content_type: 'image/png', bytes: 1_000, file_name: 'cat.png' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'awaiting_upload',
      upload: { fields: { key: `uploads/sparky/user-1/${body.id}` } },
    });
    expect((await here.at(`/v1/assets/${body.id}`)).body).toMatchObject({
      status: 'awaiting_upload',
      file_name: 'cat.png',
      url: null,
    });
  });

  test.each([
    ['12 MB', { content_type: 'image/png', bytes: 12 * 1024 * 1024 }, '/body/bytes'],
    ['nothing', { content_type: 'image/png', bytes: 0 }, '/body/bytes'],
    ['a PDF', { content_type: 'application/pdf', bytes: 9 }, '/body/content_type'],
    ['an SVG', { content_type: 'image/svg+xml', bytes: 9 }, '/body/content_type'],
    ['a key of the client', { content_type: 'image/png', bytes: 9, key: 'x' }, '/body/key'],
  ])('of %s are refused', async (_, body, pointer) => {
    const answer = await announce(body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  test('are listed page by page, newest first, each owner their own', async () => {
    const ids = [photo];
    for (let n = 0; n < 4; n += 1) ids.unshift((await announce({ content_type: 'image/png', bytes: 9 })).body.id);
    const first = await here.call({ path: '/v1/assets', query: { limit: '3' } });
    const rest = await here.call({ path: '/v1/assets', query: { limit: '3', cursor: first.body.next_cursor } });
    const listed = [...first.body.data, ...rest.body.data];
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(rest.body.next_cursor).toBeNull();
    expect((await here.at('/v1/assets', 'GET', stranger)).body.data).toEqual([]);
  });

  test('are removed with their file', async () => {
    expect((await here.at(`/v1/assets/${photo}`, 'DELETE')).status).toBe(204);
    expect((await here.at(`/v1/assets/${photo}`)).status).toBe(404);
    expect((await here.at(`/v1/assets/${photo}`, 'DELETE')).status).toBe(404);
    expect(here.uploads.files.size).toBe(0);
  });

  test('I8 of another user are not there', async () => {
    expect((await here.at(`/v1/assets/${photo}`, 'GET', stranger)).status).toBe(404);
    expect((await here.at(`/v1/assets/${photo}`, 'DELETE', stranger)).status).toBe(404);
    expect(here.uploads.files.size).toBe(1);
  });
});
