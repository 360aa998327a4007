import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobOutput } from '../domain/job-events.ts';
import { piapi } from './piapi.ts';
import type { ProviderRequest, WebhookRequest } from './provider.ts';
import { aRequest, httpCases, tells } from './testing/cases.ts';
import { type ProviderServer, type Scripted, startProviderServer } from './testing/provider-server.ts';

const key = 'piapi-secret-key';
const secret = 'a-secret-of-ours-for-new-tasks';
const oldSecret = 'a-secret-of-ours-for-old-tasks';
const id = 'd933023c-e599-4365-821d-c3fe2acb78bd';
const model = 'music-u';

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());

const make = (webhook_secrets = [secret, oldSecret]) =>
  piapi.create({ api_key: key, webhook_secrets, base_url: server.url });
const inTime = () => AbortSignal.timeout(10_000);

/** A task as PiAPI tells of it; it repeats what was asked for. */
const task = (over: object = {}) => ({
  task_id: id,
  model,
  task_type: 'generate_music',
  status: 'pending',
  config: { service_mode: 'public', webhook_config: { endpoint: 'https://x.example', secret: '********' } },
  input: { lyrics: 'sensitive nsfw words, not enough credits: a request, not an error' },
  output: { generation_id: '', songs: null },
  meta: { created_at: '2026-11-06T03:45:27Z', usage: { type: 'point', frozen: 500000, consume: 0 } },
  detail: null,
  logs: null,
  error: { code: 0, raw_message: '', message: '', detail: null },
  ...over,
});
const answer = (over: object = {}): Scripted => ({ body: { code: 200, data: task(over), message: 'success' } });
const song = (n: number, over: object = {}) => ({
  id: `song-${n}`,
  title: `Flush Time ${n}`,
  image_path: 'https://imagedelivery.example/1',
  lyrics: 'Time to go',
  song_path: `https://storage.example/${n}.mp3`,
  duration: 131.114666666667,
  finished: true,
  error_type: null,
  error_code: null,
  error_detail: null,
  ...over,
});
const lastBody = () => JSON.parse(String(server.received.at(-1)?.body));

const sung: Partial<ProviderRequest> = {
  tool: { id: 'song-generation', type: 'GENERATION', output: 'audio' },
  params: { title: 'Bath', lyrics: 'Splish', mood: 'calm', preset_type: 'bath-time' },
  worded: { title: 'Bath', lyrics: 'Splish', mood: 'calm and soothing', preset_type: 'a song for bath time' },
  instruction: 'Sing of a bath.',
};

describe('creating a task (BM6, PP16)', () => {
  test('piapi: a song of given lyrics in the style of its mood and preset, with our secret for its webhook', async () => {
    server.answer(answer());
    expect(await make().start(aRequest(model, sung))).toEqual({ status: 'submitted', taskId: id });
    expect(server.received.at(-1)).toMatchObject({
      method: 'POST',
      path: '/api/v1/task',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
    });
    expect(lastBody()).toEqual({
      model,
      task_type: 'generate_music',
      input: {
        title: 'Bath',
        lyrics_type: 'user',
        lyrics: 'Splish',
        gpt_description_prompt: 'calm and soothing, a song for bath time',
      },
      config: { webhook_config: { endpoint: aRequest(model).callbackUrl, secret } },
    });
  });

  test('piapi: without secrets no webhook is asked for', async () => {
    server.answer(answer());
    await make([]).start(aRequest(model, sung));
    expect(lastBody()).not.toHaveProperty('config');
  });

  test('piapi: a slow stream still succeeds', async () => {
    server.answer({ ...answer(), manner: 5 });
    expect(await make().start(aRequest(model, sung))).toEqual({ status: 'submitted', taskId: id });
  });

  const refused = (message: string, status = 400): Scripted => ({
    status,
    body: { code: status, data: task({ error: { code: 1, message } }), message: 'failed to create task' },
  });
  test.each([
    ...httpCases,
    {
      name: 'a refusal that repeats the key → invalid, without it',
      script: { status: 400, body: { message: key, data: { config: { secret } } } },
      kind: 'invalid',
    },
    { name: 'moderation → blocked', script: refused('Prompt contains sensitive words'), kind: 'blocked' },
    { name: 'no credits → fatal', script: refused("account doesn't have enough credits", 500), kind: 'fatal' },
    { name: '200 that says 401 → fatal', script: { body: { code: 401, message: 'invalid key' } }, kind: 'fatal' },
    { name: '200 that says 500 → next-model', script: { body: { code: 500, message: 'oops' } }, kind: 'next-model' },
    { name: 'a code that is none → next-model', script: { body: { code: 7 } }, kind: 'next-model' },
    { name: 'failed at once → next-model', script: answer({ status: 'failed' }), kind: 'next-model' },
  ])('piapi: $name', async ({ script, kind, ...more }) => {
    server.answer(script);
    const before = server.received.length;
    const signal = 'manner' in script && script.manner === 'never' ? AbortSignal.timeout(50) : inTime();
    const error: unknown = await make()
      .start(aRequest(model, { ...sung, signal }))
      .catch((thrown: unknown) => thrown);
    const retryAfterSeconds = 'retryAfterSeconds' in more ? more.retryAfterSeconds : undefined;
    expect(error).toMatchObject({ name: 'ProviderError', kind, retryAfterSeconds });
    expect(server.received.length - before).toBe(1);
    expect(tells(error, key) || tells(error, secret)).toBe(false);
  });
});

describe('a task (BM2, BM6, PP16)', () => {
  const check = (script: Scripted, output: JobOutput['kind'] = 'audio') => {
    server.answer(script);
    return make().tasks?.check({ taskId: id, model, output }, inTime());
  };

  test.each<[string, object, object]>([
    ['pending', { status: 'pending' }, { status: 'running' }],
    ['Staged', { status: 'Staged' }, { status: 'running' }],
    ['retry', { status: 'retry' }, { status: 'running' }],
    ['processing, 40 %', { status: 'processing', output: { progress: 40 } }, { status: 'running', progress: 40 }],
  ])('piapi: %s → running', async (_, over, state) => {
    expect(await check(answer(over))).toEqual(state);
    expect(server.received.at(-1)).toMatchObject({
      method: 'GET',
      path: `/api/v1/task/${id}`,
      headers: { 'x-api-key': key },
    });
  });

  test('piapi: a song and its variations → files in order, each with its title and length (BM2)', async () => {
    const output = { generation_id: 'g', songs: [song(1), song(2), song(3, { song_path: null, title: 'x' })] };
    const about = { kind: 'audio', durationSeconds: 131.114666666667 };
    expect(await check(answer({ status: 'completed', output }))).toEqual({
      status: 'finished',
      files: [
        { ...about, url: 'https://storage.example/1.mp3', title: 'Flush Time 1' },
        { ...about, url: 'https://storage.example/2.mp3', title: 'Flush Time 2' },
      ],
      usage: { model },
    });
  });

  const url = 'https://img.example/1';
  test.each<[string, JobOutput['kind'], object, object[]]>([
    [
      'clips by id',
      'audio',
      { clips: { a: { audio_url: url, title: 'T', metadata: { duration: 9 } }, b: { audio_url: `${url}b` } } },
      [{ url, title: 'T', durationSeconds: 9 }, { url: `${url}b` }],
    ],
    ['a clip list', 'audio', { clips: [{ audio_url: url }] }, [{ url }]],
    ['one address', 'audio', { audio_url: url }, [{ kind: 'audio', url }]],
    ['a long title', 'audio', { songs: [song(1, { title: 'x'.repeat(300) })] }, [{ title: 'x'.repeat(200) }]],
    ['a picture', 'image', { image_url: url }, [{ kind: 'image', url }]],
    ['pictures', 'image', { image_url: '', image_urls: [url, url] }, [{ url }, { url }]],
    ['a video', 'video', { video: { url } }, [{ kind: 'video', url }]],
    ['a text', 'text', { text: 'La' }, [{ contentType: 'text/plain', bytes: Buffer.from('La') }]],
  ])('piapi: completed with %s → finished', async (_, kind, output, files) => {
    expect(await check(answer({ status: 'Completed', output }), kind)).toMatchObject({ status: 'finished', files });
  });

  const failed = (message: string, over: object = {}) =>
    answer({ status: 'failed', error: { code: 10000, raw_message: message, message: 'task failed', ...over } });
  test.each<[string, string, Scripted]>([
    ['failed', 'next-model', failed('internal error')],
    ['failed by moderation', 'blocked', failed('lyrics were moderated')],
    ['failed for copyright', 'blocked', failed('', { message: 'Copyright lyrics detected' })],
    ['failed for want of credits', 'fatal', failed("account doesn't have enough credits")],
    ['cancelled', 'next-model', answer({ status: 'cancelled' })],
    ['completed without songs', 'next-model', answer({ status: 'completed' })],
    [
      'completed with a moderated song',
      'blocked',
      answer({ status: 'completed', output: { songs: [song(1, { song_path: '', error_type: 'MODERATION' })] } }),
    ],
    [
      'completed with a broken song',
      'next-model',
      answer({ status: 'completed', output: { songs: [song(1, { song_path: '', error_type: 'TIMEOUT' })] } }),
    ],
    ['unknown', 'next-model', { status: 404, body: { code: 404, message: 'task not found' } }],
  ])('piapi: a task %s → %s', async (_, kind, script) => {
    expect(await check(script)).toMatchObject({ status: 'failed', error: { kind } });
  });

  test('piapi: a task that answers > 1 MB could not be asked after', async () => {
    await expect(check(answer({ logs: ['x'.repeat(1_100_000)] }))).rejects.toMatchObject({ kind: 'next-model' });
  });

  test.each([
    [429, 'transient'],
    [502, 'transient'],
    [401, 'fatal'],
  ])('piapi: %i when a task is asked after → %s', async (status, kind) => {
    const asked = check({ status, headers: { 'retry-after': '2' }, body: { code: status } });
    await expect(asked).rejects.toMatchObject({ kind, retryAfterSeconds: 2 });
  });

  test.each<[string, boolean, Scripted]>([
    ['while it waits', true, { body: { code: 200, message: 'success', data: null } }],
    ['too late', false, { status: 400, body: { code: 400, message: 'task is processing' } }],
    ['too late, told with 200', false, { body: { code: 400, message: 'task is processing' } }],
    ['of nothing', false, { status: 404, body: { code: 404 } }],
  ])('piapi: cancel %s → %j', async (_, stops, script) => {
    server.answer(script);
    expect(await make().tasks?.cancel?.({ taskId: id, model }, inTime())).toBe(stops);
    expect(server.received.at(-1)).toMatchObject({ method: 'DELETE', path: `/api/v1/task/${id}` });
  });
});

describe('webhooks (BM6)', () => {
  const told = (over: { secret?: string | undefined; body?: unknown }): WebhookRequest => ({
    headers: { 'x-webhook-secret': 'secret' in over ? over.secret : secret },
    body: Buffer.from(JSON.stringify(over.body ?? { timestamp: 1_724_511_853, data: task({ status: 'completed' }) })),
    receivedAtMs: Date.now(),
  });

  test.each<[string, WebhookRequest, object | undefined]>([
    ['our secret → its task', told({}), { taskId: id, isOver: true }],
    ['the secret being replaced → its task', told({ secret: oldSecret }), { taskId: id, isOver: true }],
    ['a failed task → its task', told({ body: { data: task({ status: 'failed' }) } }), { taskId: id, isOver: true }],
    ['the task bare → its task', told({ body: task({ status: 'Completed' }) }), { taskId: id, isOver: true }],
    ['progress → not over', told({ body: { data: task({ status: 'processing' }) } }), { taskId: id, isOver: false }],
    ['a wrong secret → nothing', told({ secret: `${secret}x` }), undefined],
    ['no secret → nothing', told({ secret: undefined }), undefined],
    ['an empty secret → nothing', told({ secret: '' }), undefined],
    ['no task → nothing', told({ body: { data: {} } }), undefined],
    ['a task id that is a path → nothing', told({ body: { data: task({ task_id: '../x' }) } }), undefined],
    ['no JSON → nothing', { ...told({}), body: Buffer.from('{') }, undefined],
  ])('piapi: webhook with %s', async (_, request, expected) => {
    expect(await make().tasks?.readWebhook(request)).toEqual(expected);
  });

  test('piapi: without secrets no webhook is believed', async () => {
    expect(await make([]).tasks?.readWebhook(told({ secret: '' }))).toBeUndefined();
  });
});

test.each<[string, boolean, object]>([
  ['a key alone', true, { api_key: key }],
  ['a key and a secret', true, { api_key: key, webhook_secrets: [secret] }],
  ['a short secret', false, { api_key: key, webhook_secrets: ['short'] }],
  ['no key', false, {}],
])('piapi: credentials of %s → %j', (_, isGood, credentials) => {
  expect(piapi.credentials.safeParse(credentials).success).toBe(isGood);
});
