import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { JobOutput } from '../domain/job-events.ts';
import type { WebhookRequest } from './provider.ts';
import { replicate } from './replicate.ts';
import { aPicture, aRequest, type HttpCase, httpCases, tells } from './testing/cases.ts';
import { type ProviderServer, startProviderServer } from './testing/provider-server.ts';

const token = 'r8_secret_token';
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const oldSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const id = 'gm3qorzdhgbfurvjtvhg6dckhu';

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());

const make = (webhook_secrets: string[] = [secret, oldSecret]) =>
  replicate.create({ api_token: token, webhook_secrets, base_url: `${server.url}/v1` });
const tasks = () => make().tasks;

/** A prediction as the interface documents it. */
const prediction = (over: object = {}) => ({
  id,
  model: 'google/nano-banana',
  version: 'hidden',
  input: { prompt: 'nsfw E005 are words of the request, not of an error' },
  logs: '',
  output: null,
  data_removed: false,
  error: null,
  source: 'api',
  status: 'starting',
  created_at: '2026-11-20T10:00:00.123Z',
  urls: { get: `https://api.replicate.com/v1/predictions/${id}`, cancel: 'https://api.replicate.com/v1/c' },
  ...over,
});
const model = 'google/nano-banana';
const lastBody = () => JSON.parse(String(server.received.at(-1)?.body));
const started = async (over: Parameters<typeof aRequest>[1] = {}, named = model) => make().start(aRequest(named, over));

describe('starting a prediction (PP16)', () => {
  test('replicate: an official model is asked by its name, with the key, pictures by address and a webhook', async () => {
    server.answer({ status: 201, body: prediction() });
    const made = await started({ inputs: [aPicture('a'), aPicture('b')], input: { aspect_ratio: '1:1' } });
    expect(made).toEqual({ status: 'submitted', taskId: id });
    expect(server.received.at(-1)).toMatchObject({
      method: 'POST',
      path: '/v1/models/google/nano-banana/predictions',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(lastBody()).toEqual({
      input: {
        prompt: 'Draw a red kite.',
        image_input: ['https://files.example/a.png', 'https://files.example/b.png'],
        aspect_ratio: '1:1',
      },
      webhook: aRequest(model).callbackUrl,
      webhook_events_filter: ['completed'],
    });
  });

  test('replicate: a version is asked by its id, and what the definition says goes over what is sent by itself', async () => {
    server.answer({ status: 201, body: prediction({ status: 'processing' }) });
    await started({ input: { prompt: 'TOK, a kite', steps: 4 } }, 'me/kites:5c7d5dc6dd8b');
    expect(server.received.at(-1)?.path).toBe('/v1/predictions');
    expect(lastBody()).toMatchObject({ version: '5c7d5dc6dd8b', input: { prompt: 'TOK, a kite', steps: 4 } });
  });

  test('replicate: without secrets no webhook is asked for', async () => {
    server.answer({ status: 201, body: prediction() });
    await make([]).start(aRequest(model));
    expect(lastBody()).toEqual({ input: { prompt: 'Draw a red kite.' } });
  });

  test('replicate: what is ready at once is finished', async () => {
    const output = 'https://replicate.delivery/xezq/out.png';
    server.answer({
      status: 201,
      body: prediction({ status: 'succeeded', output, metrics: { predict_time: 1.5006 } }),
    });
    expect(await started()).toEqual({
      status: 'finished',
      files: [{ kind: 'image', url: output }],
      usage: { computeMs: 1_501, model },
    });
  });

  test('replicate: a slow stream still succeeds', async () => {
    server.answer({ status: 201, body: prediction(), headers: { 'content-type': 'application/json' }, manner: 5 });
    expect(await started()).toEqual({ status: 'submitted', taskId: id });
  });

  const repeating: HttpCase = {
    name: 'a refusal that repeats the key → invalid, without it',
    script: { status: 400, body: { detail: `bad token ${token}` } },
    kind: 'invalid',
  };
  test.each([...httpCases, repeating])('replicate: $name', async ({ script, kind, retryAfterSeconds }) => {
    server.answer(script);
    const before = server.received.length;
    const signal = script.manner === 'never' ? AbortSignal.timeout(50) : AbortSignal.timeout(10_000);
    const error: unknown = await started({ signal }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ProviderError', kind, retryAfterSeconds });
    expect(server.received.length - before).toBe(1);
    expect(tells(error, token)).toBe(false);
  });

  test('replicate: what is no model → next-model, unasked', async () => {
    const before = server.received.length;
    await expect(started({}, '../../account')).rejects.toMatchObject({ kind: 'next-model' });
    expect(server.received.length).toBe(before);
  });
});

describe('a running prediction (PP16)', () => {
  const check = (answer: object, output: JobOutput['kind'] = 'image') => {
    server.answer({ body: prediction(answer) });
    return tasks()?.check({ taskId: id, model, output }, AbortSignal.timeout(10_000));
  };
  const usage = { model };
  const png = 'https://replicate.delivery/1.png';

  test('replicate: running → with the progress that its logs tell', async () => {
    const logs = 'Using seed: 3\n 12%|█▏        | 3/25 [00:01<00:09]\n 76%|███████▌  | 19/25 [00:05<00:01]';
    expect(await check({ status: 'processing', logs })).toEqual({ status: 'running', progress: 76 });
    expect(await check({ status: 'starting', logs: null })).toEqual({ status: 'running' });
    expect(server.received.at(-1)).toMatchObject({ method: 'GET', path: `/v1/predictions/${id}` });
  });

  test.each<[string, unknown, JobOutput['kind'], object[]]>([
    ['one address', png, 'image', [{ kind: 'image', url: png }]],
    ['a list', [png, 'https://r.example/2.png'], 'image', [{ url: png }, { url: 'https://r.example/2.png' }]],
    ['a list of nine', Array(9).fill(png), 'image', Array(8).fill({ url: png })],
    ['an object', { mask: png, overlay: png, score: 1 }, 'image', [{ url: png }, { url: png }]],
    [
      'an object with by-products',
      { spectrogram: png, audio: 'https://r.example/a.wav' },
      'audio',
      [{ url: 'https://r.example/a.wav' }],
    ],
    [
      'a data: URL',
      `data:image/png;base64,${Buffer.from('png').toString('base64')}`,
      'image',
      [{ contentType: 'image/png', bytes: Buffer.from('png') }],
    ],
    ['pieces of a text', ['Hel', 'lo'], 'text', [{ contentType: 'text/plain', bytes: Buffer.from('Hello') }]],
    ['a text', 'Hello', 'text', [{ kind: 'text', bytes: Buffer.from('Hello') }]],
    [
      'an object as JSON',
      { faces: 2 },
      'json',
      [{ contentType: 'application/json', bytes: Buffer.from('{"faces":2}') }],
    ],
  ])('replicate: succeeded with %s → finished', async (_, output, kind, files) => {
    expect(await check({ status: 'succeeded', output }, kind)).toMatchObject({ status: 'finished', files, usage });
  });

  test('replicate: succeeded with little said → finished', async () => {
    server.answer({ body: { id, status: 'succeeded', output: png, metrics: { predict_time: 'long' } } });
    const asked = tasks()?.check({ taskId: id, model, output: 'image' }, AbortSignal.timeout(10_000));
    expect(await asked).toEqual({ status: 'finished', files: [{ kind: 'image', url: png }], usage: {} });
  });

  test('replicate: tokens are counted as it counts them', async () => {
    const metrics = { predict_time: 2, input_token_count: 11, output_token_count: 5 };
    expect(await check({ status: 'succeeded', output: ['Hi'], metrics }, 'text')).toMatchObject({
      usage: { inputTokens: 11, outputTokens: 5, computeMs: 2_000, model },
    });
  });

  test.each<[string, string, object]>([
    ['failed', 'next-model', { status: 'failed', error: 'CUDA out of memory' }],
    [
      'failed by moderation',
      'blocked',
      { status: 'failed', error: 'The input or output was flagged as sensitive. (E005) (x)' },
    ],
    [
      'failed by the safety checker',
      'blocked',
      { status: 'failed', error: 'NSFW content detected. Try a different prompt.' },
    ],
    ['aborted before it began', 'next-model', { status: 'aborted' }],
    ['cancelled over there', 'next-model', { status: 'canceled' }],
    ['succeeded, its output removed', 'next-model', { status: 'succeeded', data_removed: true }],
    ['succeeded with no address', 'next-model', { status: 'succeeded', output: 'out.png' }],
    [
      'succeeded with an inline file > 16 MB',
      'next-model',
      { status: 'succeeded', output: `data:image/png;base64,${'A'.repeat(23_000_000)}` },
    ],
  ])('replicate: a task %s → %s', async (_, kind, answer) => {
    expect(await check(answer)).toMatchObject({ status: 'failed', error: { kind } });
  });

  test('replicate: a task of a status that is none could not be asked after', async () => {
    await expect(check({ status: 'dancing' })).rejects.toMatchObject({ kind: 'next-model' });
  });

  test.each([
    [429, 'transient'],
    [500, 'transient'],
    [401, 'fatal'],
  ])('replicate: %i when a task is asked after → %s', async (status, kind) => {
    server.answer({ status, headers: { 'retry-after': '2' }, body: { detail: 'no' } });
    const asked = tasks()?.check({ taskId: id, model, output: 'image' }, AbortSignal.timeout(10_000));
    await expect(asked).rejects.toMatchObject({ kind, retryAfterSeconds: 2 });
  });

  test('replicate: a task that is forgotten → failed', async () => {
    server.answer({ status: 404, body: { detail: 'no' } });
    const asked = tasks()?.check({ taskId: id, model, output: 'image' }, AbortSignal.timeout(10_000));
    expect(await asked).toMatchObject({ status: 'failed' });
  });

  test.each<[string, boolean, object]>([
    ['while it runs', true, { body: prediction({ status: 'processing' }) }],
    ['in time', true, { body: prediction({ status: 'canceled' }) }],
    ['too late', false, { body: prediction({ status: 'succeeded' }) }],
    ['of nothing', false, { status: 404, body: { detail: 'not found' } }],
  ])('replicate: cancel %s → %j', async (_, stops, script) => {
    server.answer(script);
    const left = await tasks()?.cancel?.({ taskId: id, model }, AbortSignal.timeout(10_000));
    expect(left).toBe(stops);
    expect(server.received.at(-1)).toMatchObject({ method: 'POST', path: `/v1/predictions/${id}/cancel` });
  });
});

describe('webhooks (PP16)', () => {
  const receivedAtMs = 1_795_000_000_000;
  const body = JSON.stringify(prediction({ status: 'succeeded', output: 'https://r.example/ü.png' }));
  const signed = (over: { body?: string; by?: string; ageSeconds?: number; version?: string } = {}): WebhookRequest => {
    const at = new Date(receivedAtMs - (over.ageSeconds ?? 0) * 1_000);
    const signature = new Webhook(over.by ?? secret).sign('msg_1', at, body);
    return {
      headers: {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(at.getTime() / 1_000),
        'webhook-signature': `v1,AAAA ${signature}`,
      },
      body: Buffer.from(over.body ?? body),
      receivedAtMs,
    };
  };
  const without = (name: string) => ({ ...signed(), headers: { ...signed().headers, [name]: undefined } });
  const reading = { taskId: id, isOver: true };

  test.each<[string, WebhookRequest, object | undefined]>([
    ['a good signature → its task', signed(), reading],
    ['a good signature with the secret being replaced → its task', signed({ by: oldSecret }), reading],
    ['an age of four minutes → its task', signed({ ageSeconds: 240 }), reading],
    ['a wrong signature → nothing', signed({ by: `whsec_${Buffer.alloc(24, 9).toString('base64')}` }), undefined],
    ['a changed body → nothing', signed({ body: body.replace(id, 'another') }), undefined],
    ['an age of over five minutes → nothing', signed({ ageSeconds: 301 }), undefined],
    ['a time to come → nothing', signed({ ageSeconds: -301 }), undefined],
    ['no signature → nothing', without('webhook-signature'), undefined],
    ['no timestamp → nothing', without('webhook-timestamp'), undefined],
    ['no id → nothing', without('webhook-id'), undefined],
  ])('replicate: webhook with %s', async (_, request, expected) => {
    expect(await tasks()?.readWebhook(request)).toEqual(expected);
  });

  test('replicate: the vector of the standard is authentic, its body tells of no task', async () => {
    const text = '{"test": 2432232314}';
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const request = { headers, body: Buffer.from(text), receivedAtMs: 1_614_265_330_000 };
    expect(await tasks()?.readWebhook(request)).toBeUndefined();
    expect(new Webhook(secret).sign(headers['webhook-id'], new Date(1_614_265_330_000), text)).toBe(
      headers['webhook-signature'],
    );
  });

  test('replicate: without secrets no webhook is believed', async () => {
    expect(await make([]).tasks?.readWebhook(signed())).toBeUndefined();
  });
});

test.each<[string, boolean, object]>([
  ['a token alone', true, { api_token: token }],
  ['all of it', true, { api_token: token, webhook_secrets: [secret], base_url: 'https://proxy.example/v1' }],
  ['a secret that is none', false, { api_token: token, webhook_secrets: ['whsec_?'] }],
  ['plain http', false, { api_token: token, base_url: 'http://proxy.example' }],
  ['an unknown field', false, { api_token: token, api_key: 'x' }],
])('replicate: credentials of %s → %j', (_, isGood, credentials) => {
  expect(replicate.credentials.safeParse(credentials).success).toBe(isGood);
});
