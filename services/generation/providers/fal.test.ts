import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JobOutput } from '../domain/job-events.ts';
import { falWebhooks } from './fal/webhook.ts';
import { fal } from './fal.ts';
import type { WebhookRequest } from './provider.ts';
import { aPicture, aRequest, httpCases, tells } from './testing/cases.ts';
import { type ProviderServer, type Scripted, startProviderServer } from './testing/provider-server.ts';

const key = '1b2c:secret_key';
const id = '80e732af-660e-45cd-bd63-580e4f2a94cc';
const model = 'fal-ai/flux/dev';

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());

const make = () => fal.create({ key, base_url: `${server.url}/queue`, webhook_jwks_url: `${server.url}/jwks` });
const inTime = () => AbortSignal.timeout(10_000);

/** As the queue documents it. */
const queued = {
  status: 'IN_QUEUE',
  request_id: id,
  queue_position: 0,
  response_url: `https://queue.fal.run/fal-ai/flux/requests/${id}`,
  status_url: `https://queue.fal.run/fal-ai/flux/requests/${id}/status`,
  cancel_url: `https://queue.fal.run/fal-ai/flux/requests/${id}/cancel`,
};
const detail = (type: string) => ({
  detail: [{ loc: ['body', 'prompt'], msg: 'no', type, url: 'https://docs.fal.ai/errors' }],
});
const lastBody = () => JSON.parse(String(server.received.at(-1)?.body));

describe('queueing a request (PP16)', () => {
  test('fal: a model is asked through the queue, with the key, a webhook and one picture', async () => {
    server.answer({ body: queued });
    const made = await make().start(aRequest(model, { inputs: [aPicture('a')], input: { num_images: 2 } }));
    expect(made).toEqual({ status: 'submitted', taskId: id });
    const webhook = encodeURIComponent(aRequest(model).callbackUrl);
    expect(server.received.at(-1)).toMatchObject({
      method: 'POST',
      path: `/queue/fal-ai/flux/dev?fal_webhook=${webhook}`,
      headers: { authorization: `Key ${key}`, 'content-type': 'application/json' },
    });
    expect(lastBody()).toEqual({
      prompt: 'Draw a red kite.',
      image_url: 'https://files.example/a.png',
      num_images: 2,
    });
  });

  test('fal: several pictures go as a list, and what the definition says goes over what is sent by itself', async () => {
    server.answer({ body: queued });
    const inputs = [aPicture('a'), aPicture('b')];
    await make().start(aRequest(model, { inputs, input: { prompt: 'a kite' } }));
    expect(lastBody()).toEqual({
      prompt: 'a kite',
      image_urls: ['https://files.example/a.png', 'https://files.example/b.png'],
    });
  });

  test('fal: a slow stream still succeeds', async () => {
    server.answer({ body: queued, manner: 5 });
    expect(await make().start(aRequest(model))).toEqual({ status: 'submitted', taskId: id });
  });

  test.each([
    ...httpCases,
    {
      name: 'a refusal that repeats the key → invalid, without it',
      script: { status: 400, body: { detail: `bad key ${key}` } },
      kind: 'invalid',
    },
    {
      name: 'moderation → blocked',
      script: { status: 422, body: detail('content_policy_violation') },
      kind: 'blocked',
    },
    {
      name: '422 that may pass → transient',
      script: { status: 422, headers: { 'x-fal-retryable': 'true' }, body: detail('file_download_error') },
      kind: 'transient',
    },
  ])('fal: $name', async ({ script, kind, ...more }) => {
    server.answer(script);
    const before = server.received.length;
    const signal = 'manner' in script && script.manner === 'never' ? AbortSignal.timeout(50) : inTime();
    const error: unknown = await make()
      .start(aRequest(model, { signal }))
      .catch((thrown: unknown) => thrown);
    const retryAfterSeconds = 'retryAfterSeconds' in more ? more.retryAfterSeconds : undefined;
    expect(error).toMatchObject({ name: 'ProviderError', kind, retryAfterSeconds });
    expect(server.received.length - before).toBe(1);
    expect(tells(error, key)).toBe(false);
  });

  test.each(['flux', 'https://evil.fal.run/x', 'fal-ai/../x'])(
    'fal: no model %s → next-model, unasked',
    async (named) => {
      const before = server.received.length;
      await expect(make().start(aRequest(named))).rejects.toMatchObject({ kind: 'next-model' });
      expect(server.received.length).toBe(before);
    },
  );
});

describe('a queued request (PP16)', () => {
  const check = (status: Scripted, result: Scripted = { status: 501 }, output: JobOutput['kind'] = 'image') => {
    server.answer(({ path }) => (path.includes('/status') ? status : result));
    return make().tasks?.check({ taskId: id, model, output }, inTime());
  };
  const completed = { body: { ...queued, status: 'COMPLETED', logs: [], metrics: { inference_time: 3.7004 } } };
  const url = 'https://v3.fal.media/files/1';

  test.each(['IN_QUEUE', 'IN_PROGRESS'])('fal: %s → running', async (status) => {
    expect(await check({ body: { ...queued, status } })).toEqual({ status: 'running' });
    expect(server.received.at(-1)).toMatchObject({
      method: 'GET',
      path: `/queue/fal-ai/flux/requests/${id}/status?logs=0`,
      headers: { authorization: `Key ${key}` },
    });
  });

  test.each<[string, JobOutput['kind'], object, object[]]>([
    [
      'pictures',
      'image',
      {
        images: [{ url, width: 8, height: 8, content_type: 'image/jpeg' }, { url }],
        seed: 1,
        has_nsfw_concepts: [false, false],
      },
      [
        { kind: 'image', url },
        { kind: 'image', url },
      ],
    ],
    ['a picture', 'image', { image: { url } }, [{ kind: 'image', url }]],
    [
      'pictures, one of them black',
      'image',
      { images: [{ url: `${url}a` }, { url }], has_nsfw_concepts: [true, false] },
      [{ kind: 'image', url }],
    ],
    [
      'a picture inside',
      'image',
      { images: [{ url: `data:image/jpeg;base64,${Buffer.from('jpg').toString('base64')}` }] },
      [{ kind: 'image', contentType: 'image/jpeg', bytes: Buffer.from('jpg') }],
    ],
    ['a video', 'video', { video: { url, duration: 5.04 } }, [{ kind: 'video', url, durationSeconds: 5.04 }]],
    ['sound', 'audio', { audio: { url }, duration: 30 }, [{ kind: 'audio', url, durationSeconds: 30 }]],
    ['a file of sound', 'audio', { audio_file: { url } }, [{ kind: 'audio', url }]],
    ['a text', 'text', { output: 'Hello' }, [{ kind: 'text', contentType: 'text/plain', bytes: Buffer.from('Hello') }]],
    [
      'JSON',
      'json',
      { faces: [1] },
      [{ kind: 'json', contentType: 'application/json', bytes: Buffer.from('{"faces":[1]}') }],
    ],
  ])('fal: completed with %s → finished', async (_, kind, result, files) => {
    expect(await check(completed, { body: result }, kind)).toEqual({
      status: 'finished',
      files,
      usage: { computeMs: 3_700 },
    });
    expect(server.received.at(-1)?.path).toBe(`/queue/fal-ai/flux/requests/${id}`);
  });

  test.each<[string, string, Scripted]>([
    ['failed', 'next-model', { status: 500, body: detail('internal_server_error') }],
    [
      'timed out over there',
      'next-model',
      { status: 504, body: { detail: 'Request timed out', error_type: 'request_timeout' } },
    ],
    ['failed by moderation', 'blocked', { status: 422, body: detail('content_policy_violation') }],
    ['with black pictures only', 'blocked', { body: { images: [{ url }], has_nsfw_concepts: [true] } }],
    ['that made nothing', 'next-model', { status: 422, body: detail('no_media_generated') }],
    ['with a bad input', 'invalid', { status: 422, body: detail('image_too_large') }],
    ['without files', 'next-model', { body: { images: [] } }],
    ['of another kind', 'next-model', { body: { video: { url } } }],
    ['unknown', 'next-model', { status: 404, body: { detail: 'Request not found' } }],
    ['with an address that is none', 'next-model', { body: { images: [{ url: 'file:///etc/passwd' }] } }],
  ])('fal: a task %s → %s', async (_, kind, result) => {
    expect(await check(completed, result)).toMatchObject({ status: 'failed', error: { kind } });
  });

  test.each([
    [429, 'transient'],
    [503, 'transient'],
    [401, 'fatal'],
  ])('fal: %i when a task is asked after → %s', async (status, kind) => {
    const before = server.received.length;
    const asked = check({ status, headers: { 'retry-after': '2' }, body: { detail: 'no' } });
    await expect(asked).rejects.toMatchObject({ kind, retryAfterSeconds: 2 });
    expect(server.received.length - before).toBe(1);
  });

  test('fal: a task that is forgotten → failed', async () => {
    expect(await check({ status: 404, body: { detail: 'no' } })).toMatchObject({ status: 'failed' });
  });

  test.each<[string, boolean, Scripted]>([
    ['in the queue', true, { status: 202, body: { status: 'CANCELLATION_REQUESTED' } }],
    ['too late', false, { status: 400, body: { status: 'ALREADY_COMPLETED' } }],
    ['of nothing', false, { status: 404, body: { status: 'NOT_FOUND' } }],
  ])('fal: cancel %s → %j', async (_, stops, script) => {
    server.answer(script);
    expect(await make().tasks?.cancel?.({ taskId: id, model }, inTime())).toBe(stops);
    expect(server.received.at(-1)).toMatchObject({ method: 'PUT', path: `/queue/fal-ai/flux/requests/${id}/cancel` });
  });
});

describe('webhooks (PP16)', () => {
  const [own, next, foreign] = [0, 1, 2].map(() => generateKeyPairSync('ed25519')) as [Pair, Pair, Pair];
  type Pair = { publicKey: KeyObject; privateKey: KeyObject };
  const receivedAtMs = 1_795_000_000_000;
  const body = JSON.stringify({ request_id: id, gateway_request_id: id, status: 'OK', payload: { images: [] } });
  const jwks = (...pairs: Pair[]) => ({ keys: pairs.map(({ publicKey }) => publicKey.export({ format: 'jwk' })) });
  const fetched = () => server.received.filter(({ path }) => path === '/jwks').length;

  const signed = (over: { by?: Pair; body?: string; ageSeconds?: number; headers?: object } = {}): WebhookRequest => {
    const time = String(receivedAtMs / 1_000 - (over.ageSeconds ?? 0));
    const hash = createHash('sha256').update(body).digest('hex');
    const message = Buffer.from(`${id}\nuser_1\n${time}\n${hash}`);
    return {
      headers: {
        'x-fal-webhook-request-id': id,
        'x-fal-webhook-user-id': 'user_1',
        'x-fal-webhook-timestamp': time,
        'x-fal-webhook-signature': sign(null, message, (over.by ?? own).privateKey).toString('hex'),
        ...over.headers,
      },
      body: Buffer.from(over.body ?? body),
      receivedAtMs,
    };
  };

  beforeEach(() => server.answer({ body: jwks(foreign, own) }));
  const strange = { by: generateKeyPairSync('ed25519') };

  test.each<[string, WebhookRequest, object | undefined]>([
    ['a good signature → its task', signed(), { taskId: id, isOver: true }],
    ['an age of four minutes → its task', signed({ ageSeconds: 240 }), { taskId: id, isOver: true }],
    ['a wrong signature → nothing', signed(strange), undefined],
    ['a changed body → nothing', signed({ body: body.replace('OK', 'ERROR') }), undefined],
    ['an age of over five minutes → nothing', signed({ ageSeconds: 301 }), undefined],
    ['a time to come → nothing', signed({ ageSeconds: -301 }), undefined],
    ['another user → nothing', signed({ headers: { 'x-fal-webhook-user-id': 'user_2' } }), undefined],
    ['no signature → nothing', signed({ headers: { 'x-fal-webhook-signature': undefined } }), undefined],
    ['half a signature → nothing', signed({ headers: { 'x-fal-webhook-signature': 'abcd' } }), undefined],
  ])('fal: webhook with %s', async (_, request, expected) => {
    expect(await make().tasks?.readWebhook(request)).toEqual(expected);
  });

  test('fal: its keys are fetched once a day; for a signature that fits none once a minute at most', async () => {
    let now = 0;
    const readWebhook = falWebhooks({ jwksUrl: `${server.url}/jwks`, now: () => now });
    const before = fetched();
    for (let n = 0; n < 3; n += 1) await readWebhook(signed());
    for (let n = 0; n < 3; n += 1) expect(await readWebhook(signed({ by: next }))).toBeUndefined();
    expect(fetched() - before).toBe(1);

    server.answer({ body: jwks(next) });
    now += 59_000;
    expect(await readWebhook(signed({ by: next }))).toBeUndefined();
    now += 2_000;
    expect(await readWebhook(signed({ by: next }))).toEqual({ taskId: id, isOver: true });
    expect(await readWebhook(signed())).toBeUndefined();
    expect(fetched() - before).toBe(2);

    now += 24 * 3_600_000 + 1;
    await readWebhook(signed({ by: next }));
    expect(fetched() - before).toBe(3);
  });

  test.each<[string, Scripted]>([
    ['down', { status: 503 }],
    ['nonsense', { body: 'no keys' }],
    ['huge', { body: Buffer.alloc(70_000, ' ') }],
    ['of another kind', { body: { keys: [{ kty: 'RSA', n: 'x', e: 'AQAB' }] } }],
    ['broken', { body: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'short' }] } }],
  ])('fal: webhook while its keys are %s → nothing', async (_, script) => {
    server.answer(script);
    expect(await make().tasks?.readWebhook(signed())).toBeUndefined();
  });
});

test.each<[string, boolean, object]>([
  ['a key alone', true, { key }],
  ['all of it', true, { key, base_url: 'https://proxy.example', webhook_jwks_url: 'https://proxy.example/jwks' }],
  ['keys over plain http', false, { key, webhook_jwks_url: 'http://proxy.example/jwks' }],
  ['no key', false, { key: '' }],
])('fal: credentials of %s → %j', (_, isGood, credentials) => {
  expect(fal.credentials.safeParse(credentials).success).toBe(isGood);
});
