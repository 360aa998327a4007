/** What the apps offer, on use: options for everybody and for pro plans, each app's tools and prices, tried out on the sandbox. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { type ApiClient, uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { sharedStack } from './shared-stack.ts';
import type { App, Stack } from './stack.ts';

let stack: Stack;
let photo: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  stack = await sharedStack();
  photo = await makePhoto({ width: 160, height: 120 });
}, 60_000);
afterAll(async () => {
  const { violations } = await stack.check();
  expect(violations).toEqual([]);
});

const userWithPhoto = async (app: App) => {
  const user = await stack.signUp(app);
  const { id } = await uploadAsset(user.api, photo);
  await stack.account.drain();
  return { ...user, asset: id };
};
const balance = async (api: ApiClient) =>
  (await api.get<{ available: number; held: number; spent: number }>('/v1/credits')).body;
const jobsOf = async (api: ApiClient) => (await api.get<{ data: unknown[] }>('/v1/generations')).body.data;

interface Ended {
  readonly status: string;
  readonly cost_credits: number;
  readonly params: Record<string, unknown>;
  readonly error: { readonly reason: string; readonly message: string } | null;
  readonly outputs: readonly { readonly content_type: string }[];
}
/** Runs a tool to its end. */
const runTool = async (api: ApiClient, request: { tool: string; params?: object; inputs?: readonly string[] }) => {
  const accepted = await api.generate(request);
  expect(accepted).toMatchObject({ status: 202 });
  await stack.account.drain();
  return (await api.get<Ended>(`/v1/generations/${accepted.body.id}`)).body;
};

describe('SP8 an option for pro plans', () => {
  const hairstyles = definitions.find(({ id }) => id === 'sparky')?.options.hairstyle ?? [];
  const idOf = (pro: boolean) => hairstyles.find((style) => style.active && style.pro === pro)?.id;

  test('is refused on another plan, and taken with the same key once the plan is a pro one', async () => {
    const { id, api, asset } = await userWithPhoto('sparky');
    const request = { tool: 'hairstyle-changer', params: { hairstyle: idOf(true) }, inputs: [asset] };
    const key = randomUUID();
    expect(await api.generate(request, key)).toMatchObject({
      status: 403,
      body: { type: 'urn:tessera:problem:plan-required', detail: expect.stringContaining('pro plan') },
    });
    expect(await jobsOf(api)).toEqual([]);
    expect(await balance(api)).toMatchObject({ available: 10, held: 0, spent: 0 });
    expect(await runTool(api, { ...request, params: { hairstyle: idOf(false) } })).toMatchObject({
      status: 'completed',
    });

    const admin = await stack.signUp('sparky');
    await stack.makeAdmin(admin);
    const change = { plan: 'pro', reason: 'has paid' };
    expect((await admin.api.post(`/v1/admin/accounts/${id}/plan`, change)).status).toBe(200);
    const accepted = await api.generate(request, key);
    expect(accepted).toMatchObject({ status: 202, body: { cost_credits: 1 } });
    await stack.account.drain();
    // The user sees the option by its id; its prompt is for the provider.
    const { body } = await api.get<Ended>(`/v1/generations/${accepted.body.id}`);
    expect(body).toMatchObject({ status: 'completed', params: { hairstyle: idOf(true) } });
    const prompt = hairstyles.find((style) => style.id === idOf(true))?.prompt ?? '';
    expect(prompt.length).toBeGreaterThan(0);
    const trail = await api.get(`/v1/generations/${accepted.body.id}/events`);
    expect(JSON.stringify([body, trail.body])).not.toContain(prompt);
  });

  test('SP15 what is no option says where', async () => {
    const { api, asset } = await userWithPhoto('sparky');
    const params = { hairstyle: idOf(false), colour: '#123456' };
    expect(await api.generate({ tool: 'hairstyle-changer', params, inputs: [asset] })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/body/params/colour' }] },
    });
  });
});

test('FS2 an analysis costs by its kind, from the welcome and the day’s credits', async () => {
  const { api, asset } = await userWithPhoto('flirt-studio');
  const conversation = 'Hi! How was the concert? — Loud, and far too short.';
  expect(await balance(api)).toMatchObject({ available: 100 });
  const short = { tool: 'short-chat', params: { conversation } };
  const long = { tool: 'long-chat', params: { conversation, tone: 'witty' } };
  const image = { tool: 'image-analysis', inputs: [asset] };
  for (const [request, credits] of [
    [short, 5],
    [long, 20],
    [image, 50],
  ] as const) {
    const job = await runTool(api, request);
    expect(job).toMatchObject({ status: 'completed', cost_credits: credits });
    expect(job.outputs).toMatchObject([{ content_type: 'application/json' }]);
  }
  expect(await balance(api)).toMatchObject({ available: 25, held: 0, spent: 75 });
  expect(await api.generate(image)).toMatchObject({
    status: 402,
    body: { detail: expect.stringContaining('50 credits') },
  });
});

describe('an app that is tried out on the sandbox', () => {
  test('BM2 BM3 verses and a song', async () => {
    const { api } = await stack.signUp('baby-music');
    const [mood] = definitions.find(({ id }) => id === 'baby-music')?.options.mood ?? [];
    const lyrics = await runTool(api, { tool: 'lyric-generation', params: { theme: 'a bear at sea', mood: mood?.id } });
    expect(lyrics).toMatchObject({ status: 'completed', outputs: [{ content_type: 'text/plain' }] });
    const song = await runTool(api, { tool: 'song-generation', params: { title: 'Bear', lyrics: 'A bear at sea' } });
    const takes = [{ content_type: 'audio/wav' }, { content_type: 'audio/wav' }];
    expect(song).toMatchObject({ status: 'completed', cost_credits: 5, outputs: takes });
  });

  test('a picture from words alone', async () => {
    const { api } = await stack.signUp('nano-banana');
    const job = await runTool(api, { tool: 'image-generation', params: { prompt: 'a red kite over dunes' } });
    expect(job).toMatchObject({ status: 'completed', cost_credits: 1, outputs: [{ content_type: 'image/png' }] });
  });

  test('PP15 a clip', async () => {
    const { api, asset } = await userWithPhoto('product-studio');
    const params = { generation_type: 'video', scene_preset: 'beach' };
    expect(await runTool(api, { tool: 'product-video', params, inputs: [asset] })).toMatchObject({
      status: 'completed',
      cost_credits: 10,
      outputs: [{ content_type: 'video/webm' }],
    });
    expect(await balance(api)).toMatchObject({ available: 0, held: 0, spent: 10 });
  });
});
