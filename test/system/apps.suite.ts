/** Each app's tools from end to end on the sandbox: what its client asks for, what it gets, and what that costs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fileTypeFromBuffer } from 'file-type';
import * as z from 'zod';
import { definitions } from '#apps';
import { type ApiClient, uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { sharedStack } from './shared-stack.ts';
import type { App, Stack, User } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);
afterAll(async () => {
  const { violations } = await stack.check();
  expect(violations).toEqual([]);
});

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly tool: string;
  readonly title: string | null;
  readonly favourite: boolean;
  readonly cached: boolean;
  readonly progress: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly cost_credits: number;
  readonly error: { readonly message: string } | null;
  readonly outputs: readonly {
    readonly content_type: string;
    readonly title: string | null;
    readonly duration_seconds: number | null;
    readonly thumbnail: object | null;
    readonly url: string;
  }[];
}
interface Request {
  readonly tool: string;
  readonly params?: object;
  readonly inputs?: readonly string[];
  readonly prompt_id?: string;
  readonly refresh?: boolean;
}

const shown = async (api: ApiClient, id: string) => (await api.get<Shown>(`/v1/generations/${id}`)).body;
const listed = async (api: ApiClient, query = '') =>
  (await api.get<{ data: Shown[] }>(`/v1/generations${query}`)).body.data;
const balance = async (api: ApiClient) =>
  (await api.get<{ available: number; held: number; spent: number }>('/v1/credits')).body;

/** Runs them all at once, and waits once. */
const runAll = async (api: ApiClient, requests: readonly Request[]): Promise<Shown[]> => {
  const accepted = await Promise.all(requests.map((request) => api.generate(request)));
  for (const { status, body } of accepted) expect([status, body]).toEqual([202, expect.anything()]);
  await stack.account.drain();
  return Promise.all(accepted.map(({ body }) => shown(api, body.id)));
};
const run = async (api: ApiClient, request: Request): Promise<Shown> => {
  const [job] = await runAll(api, [request]);
  if (job?.status !== 'completed') throw new Error(`${request.tool} ${job?.status}: ${job?.error?.message}`);
  return job;
};
const fileOf = async (job: Shown, index = 0): Promise<Buffer> =>
  Buffer.from(await (await fetch(job.outputs[index]?.url ?? '')).arrayBuffer());

const userWithPhotos = async (app: App, count = 1): Promise<User & { readonly photos: string[] }> => {
  const user = await stack.signUp(app);
  const seeds = Array.from({ length: count }, (_, n) => n + 1);
  const files = await Promise.all(seeds.map((seed) => makePhoto({ width: 160, height: 120, seed })));
  const photos = await Promise.all(files.map((file) => uploadAsset(user.api, file)));
  await stack.account.drain();
  return { ...user, photos: photos.map(({ id }) => id) };
};
/** A result as the tool's definition promises it. */
const resultOf = async (app: App, job: Shown): Promise<Record<string, unknown>> => {
  const tool = definitions.find(({ id }) => id === app)?.tools.find(({ id }) => id === job.tool);
  const schema = z.fromJSONSchema((tool?.result_schema ?? false) as z.core.JSONSchema.JSONSchema);
  return schema.parse(JSON.parse((await fileOf(job)).toString())) as Record<string, unknown>;
};

test('BM2 BM3 BM5 BM6 BM7 BM15 lyrics, the song of them in two takes; marked, renamed, removed', async () => {
  const { api } = await stack.signUp('baby-music');
  const choices = { mood: 'dreamy', preset_type: 'lullaby' };
  const written = await run(api, { tool: 'lyric-generation', params: { theme: 'a bear at sea', ...choices } });
  const lyrics = (await fileOf(written)).toString();
  expect(lyrics).toContain('a bear at sea');
  const song = await run(api, { tool: 'song-generation', params: { title: 'Bear', lyrics, ...choices } });
  expect(song).toMatchObject({ title: 'Bear', cost_credits: 5, progress: 100 });
  expect(song.outputs.map(({ title, duration_seconds }) => [title, duration_seconds])).toEqual([
    ['Bear', 4],
    ['Bear (2)', 4],
  ]);
  for (const take of [0, 1]) expect((await fileTypeFromBuffer(await fileOf(song, take)))?.mime).toBe('audio/wav');

  const at = `/v1/generations/${song.id}`;
  expect(await api.call(at, { method: 'PATCH', body: { favourite: true, title: 'Sea Bear' } })).toMatchObject({
    status: 200,
    body: { favourite: true, title: 'Sea Bear' },
  });
  await stack.account.drain();
  expect((await listed(api, '?favourite=true')).map(({ id, title }) => [id, title])).toEqual([[song.id, 'Sea Bear']]);
  expect((await api.call(at, { method: 'DELETE' })).status).toBe(204);
  await stack.account.drain();
  expect((await listed(api)).map(({ id }) => id)).toEqual([written.id]);
  expect(await balance(api)).toMatchObject({ available: 14, held: 0, spent: 6 });
});

describe('Sparky', () => {
  const changes: Request[] = [
    { tool: 'hairstyle-changer', params: { hairstyle: 'bob', colour: '#b02020' } },
    { tool: 'hair-color-changer', params: { colour: '#1f4fa8' } },
    { tool: 'skin-color-changer', params: { colour: '#825437' } },
    { tool: 'photo-filter', params: { filter: 'sepia', intensity: 60 } },
  ];

  test('SP3 SP11 SP12 every tool: changed pictures with thumbnails, a reading, a history', async () => {
    const { api, photos } = await userWithPhotos('sparky');
    const jobs = await runAll(
      api,
      [...changes, { tool: 'face-analysis' }].map((one) => ({ ...one, inputs: photos })),
    );
    for (const { status, cost_credits } of jobs) expect([status, cost_credits]).toEqual(['completed', 1]);
    const pictures = jobs.slice(0, changes.length);
    for (const { outputs } of pictures)
      expect(outputs).toEqual([expect.objectContaining({ content_type: 'image/jpeg', thumbnail: expect.anything() })]);
    const files = await Promise.all(pictures.map((job) => fileOf(job)));
    expect(new Set(files.map((file) => file.toString('base64'))).size).toBe(changes.length);
    const reading = jobs.at(-1);
    if (reading)
      expect(await resultOf('sparky', reading)).toMatchObject({ skin_tone_hex: expect.stringMatching(/^#/) });
    expect(await listed(api)).toHaveLength(5);
    expect(await balance(api)).toMatchObject({ available: 5, held: 0, spent: 5 });
  });

  test('SP9 the same request within a day answers at once for nothing; another user’s, or a fresh one, does not', async () => {
    const { api, photos } = await userWithPhotos('sparky');
    const request = { tool: 'face-analysis', params: { focus: 'symmetry' }, inputs: photos };
    const first = await run(api, request);
    const again = await api.generate(request);
    expect(again).toMatchObject({ status: 200, body: { status: 'completed', cost_credits: 0 } });
    const served = await shown(api, again.body.id);
    expect(served).toMatchObject({ status: 'completed', cached: true, cost_credits: 0 });
    expect(await fileOf(served)).toEqual(await fileOf(first));
    expect(await run(api, { ...request, refresh: true })).toMatchObject({ cached: false, cost_credits: 1 });
    expect(await run(api, { ...request, params: {} })).toMatchObject({ cached: false, cost_credits: 1 });
    expect(await balance(api)).toMatchObject({ available: 7, held: 0, spent: 3 });
    const other = await userWithPhotos('sparky');
    expect(await run(other.api, { ...request, inputs: other.photos })).toMatchObject({ cached: false });
  });
});

test('PP4 PP7 PP14 PP15 product photos of several pictures, another background, a clip', async () => {
  const { api, photos } = await userWithPhotos('product-studio', 2);
  const presets = { model_preset: 'hand_model_v1', pose_preset: 'close-up', scene_preset: 'beach' };
  const photo = {
    tool: 'product-photo',
    params: { generation_type: 'high-resolution', prompt: 'no sand', ...presets },
  };
  const [shot, swap] = await runAll(api, [
    { ...photo, inputs: photos },
    { tool: 'background-swap', params: { scene_preset: 'studio' }, inputs: photos.slice(0, 1) },
  ]);
  expect(shot).toMatchObject({ status: 'completed', cost_credits: 2, outputs: [{ content_type: 'image/jpeg' }] });
  expect(swap).toMatchObject({ status: 'completed', cost_credits: 1, outputs: [{ content_type: 'image/jpeg' }] });

  const filming = await userWithPhotos('product-studio');
  const params = { generation_type: 'video', scene_preset: 'beach' };
  const clip = await run(filming.api, { tool: 'product-video', params, inputs: filming.photos });
  expect(clip).toMatchObject({ cost_credits: 10, outputs: [{ content_type: 'video/webm', duration_seconds: 1.008 }] });
  expect((await fileTypeFromBuffer(await fileOf(clip)))?.mime).toBe('video/webm');
  expect(await balance(filming.api)).toMatchObject({ available: 0, held: 0, spent: 10 });
});

test('NB4 NB5 NB8 NB9 a picture from a prompt that was kept, after a picture; a gallery with prompts', async () => {
  const { api, photos } = await userWithPhotos('nano-banana');
  const text = 'a red kite over dunes, in ink';
  const { body: prompt } = await api.post<{ id: string }>('/v1/prompts', { title: 'Kite', text });
  const params = { aspect_ratio: '16:9' };
  const after = await run(api, { tool: 'image-generation', params, prompt_id: prompt.id, inputs: photos });
  expect(after).toMatchObject({ progress: 100, error: null, cost_credits: 1, params: { ...params, prompt: text } });
  const alone = await run(api, { tool: 'image-generation', params: { prompt: text } });
  expect(await fileOf(alone)).not.toEqual(await fileOf(after));
  const gallery = await listed(api, '?status=completed');
  expect(gallery.map((job) => [job.id, job.params.prompt])).toEqual([
    [alone.id, text],
    [after.id, text],
  ]);
  expect(await balance(api)).toMatchObject({ available: 3, held: 0, spent: 2 });
});

describe('Flirt Studio', () => {
  const conversation = 'Sam: you were gone all week!\nMe: work… I am back\nSam: so, dinner?';

  test('FS2 FS5 FS12 FS15 the three kinds of analysis, each in its shape', async () => {
    const { api, photos } = await userWithPhotos('flirt-studio');
    // The tier lets two run at once.
    const chats = await runAll(api, [
      { tool: 'short-chat', params: { conversation, tone: 'sincere' } },
      { tool: 'long-chat', params: { conversation, question: 'Do they like me?' } },
    ]);
    const jobs = [...chats, await run(api, { tool: 'image-analysis', inputs: photos })];
    expect(jobs.map(({ status, cost_credits }) => [status, cost_credits])).toEqual([
      ['completed', 5],
      ['completed', 20],
      ['completed', 50],
    ]);
    const [short, long, image] = await Promise.all(jobs.map((job) => resultOf('flirt-studio', job)));
    expect(short?.suggestions).toEqual(
      Array.from({ length: 3 }, () => ({ text: expect.any(String), tone: 'sincere', why: expect.any(String) })),
    );
    expect(long).toHaveProperty('turning_points');
    expect(image).toHaveProperty('kind');
    expect(await listed(api)).toHaveLength(3);
    expect(await balance(api)).toMatchObject({ available: 25, held: 0, spent: 75 });
  });

  test('FS6 FS12 the same chat reads the same; one of its replies is kept', async () => {
    const { api } = await stack.signUp('flirt-studio');
    const request = { tool: 'short-chat', params: { conversation } };
    const [one, other] = await runAll(api, [request, request]);
    if (!one || !other) throw new Error('not run');
    expect(await fileOf(other)).toEqual(await fileOf(one));
    const { suggestions } = (await resultOf('flirt-studio', one)) as { suggestions: { text: string }[] };
    const kept = { text: suggestions[0]?.text, generation_id: one.id };
    expect((await api.post('/v1/saved-replies', kept)).status).toBe(201);
    expect((await api.get('/v1/saved-replies')).body).toMatchObject({ data: [kept] });
  });
});

test('X3 sandbox lab: a metered run holds its price and costs what it used; a free one costs nothing', async () => {
  const { api } = await stack.signUp('sandbox-lab');
  const [metered, free] = [
    await run(api, { tool: 'metered', params: { prompt: 'a short one' } }),
    await userWithPhotos('sandbox-lab').then((user) => run(user.api, { tool: 'free', inputs: user.photos })),
  ];
  expect(metered.cost_credits).toBeGreaterThanOrEqual(1);
  expect(metered.cost_credits).toBeLessThan(5);
  expect(await balance(api)).toMatchObject({ held: 0, spent: metered.cost_credits });
  expect(free.cost_credits).toBe(0);
});
