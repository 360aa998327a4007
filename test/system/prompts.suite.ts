/** NB4 kept prompts on the whole system: with their pictures, for their owner alone, and as the text of a run. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { sharedStack } from './shared-stack.ts';
import type { Stack, User } from './stack.ts';

interface Prompt {
  readonly id: string;
  readonly title: string | null;
  readonly text: string;
  readonly thumbnail: { readonly url: string } | null;
  readonly second_image: { readonly url: string } | null;
}

let stack: Stack;
let user: User;
let front = '';
let back = '';
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp('nano-banana');
  [front = '', back = ''] = await Promise.all(
    [1, 2].map(async (seed) => (await uploadAsset(user.api, await makePhoto({ width: 64, height: 48, seed }))).id),
  );
  await stack.account.drain();
}, 60_000);
afterAll(async () => {
  const { violations } = await stack.check();
  expect(violations).toEqual([]);
});

const keep = async (body: object, key: string = randomUUID()) =>
  user.api.post<Prompt>('/v1/prompts', body, { 'idempotency-key': key });
const read = (id: string, { api }: Pick<User, 'api'> = user) => api.get<Prompt>(`/v1/prompts/${id}`);
const change = (id: string, body: object, { api }: Pick<User, 'api'> = user) =>
  api.call<Prompt>(`/v1/prompts/${id}`, { method: 'PATCH', body });
const remove = (path: string, { api }: Pick<User, 'api'> = user) => api.call(path, { method: 'DELETE' });

describe('NB4 a prompt', () => {
  test('is kept with its pictures, listed, changed and removed', async () => {
    const sent = { title: 'Rain', text: 'a cat in the rain', thumbnail_asset_id: front, second_image_asset_id: back };
    const { status, body: made } = await keep(sent);
    expect([status, made]).toEqual([201, expect.objectContaining(sent)]);
    const { body: older } = await keep({ text: 'a dog' });
    expect((await user.api.get<{ data: Prompt[] }>('/v1/prompts?limit=2')).body.data.map(({ id }) => id)).toEqual([
      older.id,
      made.id,
    ]);
    for (const image of [made.thumbnail, made.second_image]) {
      const bytes = Buffer.from(await (await fetch(image?.url ?? '')).arrayBuffer());
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 64 });
    }
    expect((await change(made.id, { title: null, text: 'a cat in the sun' })).body).toMatchObject({
      title: null,
      text: 'a cat in the sun',
      thumbnail_asset_id: front,
    });
    expect((await remove(`/v1/prompts/${made.id}`)).status).toBe(204);
    expect((await read(made.id)).status).toBe(404);
  });

  test('is kept once, however often the same request comes at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => keep({ text: 'once' }, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  test('stays when its picture is removed, and shows it no more', async () => {
    const { id } = await uploadAsset(user.api, await makePhoto({ width: 64, height: 48, seed: 3 }));
    await stack.account.drain();
    const { body } = await keep({ text: 'a cat', thumbnail_asset_id: id, second_image_asset_id: back });
    expect((await remove(`/v1/assets/${id}`)).status).toBe(204);
    expect((await read(body.id)).body).toMatchObject({
      thumbnail_asset_id: id,
      thumbnail: null,
      second_image: { url: expect.any(String) },
    });
  });

  test("I8 is nobody else's, in this app or another, and neither are its pictures", async () => {
    const { body } = await keep({ text: 'a secret' });
    for (const other of [await stack.signUp('nano-banana'), await stack.signUp('sparky')]) {
      const answers = [
        await read(body.id, other),
        await change(body.id, { text: 'mine' }, other),
        await remove(`/v1/prompts/${body.id}`, other),
        await other.api.post('/v1/prompts', { text: 'x', thumbnail_asset_id: front }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
      expect((await other.api.get('/v1/prompts')).body).toEqual({ data: [], next_cursor: null });
    }
    expect((await read(body.id)).body.text).toBe('a secret');
  });
});

describe('NB4 NB3 a run of a prompt', () => {
  interface Run {
    readonly status: string;
    readonly params: { readonly prompt: string };
    readonly outputs: readonly unknown[];
  }
  const result = async (id: string) => (await user.api.get<Run>(`/v1/generations/${id}`)).body;

  test('makes what its text says at the time of the request; repeated, it is the same job', async () => {
    const { body: prompt } = await keep({ text: 'a cat in the rain' });
    const run = { tool: 'image-generation', prompt_id: prompt.id, params: { aspect_ratio: '1:1' } };
    const key = randomUUID();
    const first = await user.api.generate(run, key);
    expect(first).toMatchObject({ status: 202, body: { cost_credits: 1 } });
    await change(prompt.id, { text: 'a dog' });
    expect((await user.api.generate(run, key)).body.id).toBe(first.body.id);
    await stack.account.drain();
    const { outputs, ...job } = await result(first.body.id);
    expect([job, outputs.length]).toMatchObject([
      { status: 'completed', params: { prompt: 'a cat in the rain', aspect_ratio: '1:1' } },
      1,
    ]);
    await remove(`/v1/prompts/${prompt.id}`);
    expect(await user.api.generate(run, key)).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect((await user.api.generate(run)).status).toBe(404);
    expect((await user.api.get('/v1/credits')).body).toMatchObject({ available: 4, held: 0, spent: 1 });
  });

  test('takes the longest text there is, in any script', async () => {
    const text = '漢'.repeat(8_000);
    const { body: prompt } = await keep({ text });
    const { status, body } = await user.api.generate({ tool: 'image-generation', prompt_id: prompt.id });
    expect(status).toBe(202);
    await stack.account.drain();
    expect(await result(body.id)).toMatchObject({ status: 'completed', params: { prompt: text } });
  });

  test('with a text beside it, or for a tool that takes none, is refused and costs nothing', async () => {
    const { body: prompt } = await keep({ text: 'a cat' });
    const both = { tool: 'image-generation', prompt_id: prompt.id, params: { prompt: 'a dog' } };
    const before = (await user.api.get('/v1/credits')).body;
    const answer = await user.api.generate(both);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/prompt_id' }] } });
    const { api } = await stack.signUp('sparky');
    const mine = (await api.post('/v1/prompts', { text: 'x' })).body.id;
    expect((await api.generate({ tool: 'face-analysis', prompt_id: mine })).status).toBe(400);
    expect((await user.api.get('/v1/credits')).body).toEqual(before);
  });
});
