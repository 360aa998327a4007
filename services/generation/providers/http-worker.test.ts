import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { JobOutput } from '../domain/job-events.ts';
import { httpWorker } from './http-worker.ts';
import { modal } from './modal.ts';
import { maxInlineBytes, type Provider, type WebhookRequest } from './provider.ts';
import { aPicture, aRequest, type HttpCase, httpCases, tells } from './testing/cases.ts';
import { type ProviderServer, type Received, startProviderServer } from './testing/provider-server.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const oldSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const tokenSecret = 'ws-token-secret';
const id = 'task_1';
const task = { taskId: id, model: 'kites-v1', output: 'image' } as const;

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());

const missing = (): never => {
  throw new Error('there is none');
};
const secrets = [secret, oldSecret];
const makers: Record<string, (given?: string[]) => Provider> = {
  'http-worker': (given = secrets) => httpWorker.create({ base_url: `${server.url}/gpu/`, secrets: given }),
  modal: (given = secrets) =>
    modal.create({ base_url: `${server.url}/gpu`, token_id: 'wk-1', token_secret: tokenSecret, secrets: given }),
};
const names = Object.keys(makers);
const make = (name: string, given?: string[]): Provider => makers[name]?.(given) ?? missing();
const signal = () => AbortSignal.timeout(10_000);
const last = (): Received => server.received.at(-1) ?? missing();
/** As the worker would check it. */
const isSigned = ({ headers }: Received, payload: string): boolean => {
  new Webhook(secret).verify(payload, headers as Record<string, string>, { jsonParse: false });
  return true;
};
const url = 'https://gpu.example/out.png';

describe.each(names)('starting a task (PP16): %s', (name) => {
  test(`${name}: what is asked, signed, and the same id for the same request`, async () => {
    server.answer({ status: 202, body: { task_id: id } });
    const request = aRequest('kites-v1', {
      inputs: [aPicture('a')],
      input: { steps: 4 },
      resultSchema: { type: 'object' },
    });
    expect(await make(name).start(request)).toEqual({ status: 'submitted', taskId: id });
    const first = last();
    expect(first).toMatchObject({ method: 'POST', path: '/gpu/tasks' });
    const body = JSON.parse(first.body.toString());
    expect(body).toEqual({
      id: expect.stringMatching(/^gen_1-1-[0-9a-f]{8}$/),
      model: 'kites-v1',
      tool: 'prompt-image',
      output: 'image',
      instruction: 'Draw a red kite.',
      params: { prompt: 'a red kite' },
      result_schema: { type: 'object' },
      steps: 4,
      inputs: [{ content_type: 'image/png', url: 'https://files.example/a.png' }],
      callback_url: request.callbackUrl,
    });
    expect(first.headers['webhook-id']).toBe(body.id);
    expect(isSigned(first, first.body.toString())).toBe(true);
    const idOf = async (over: object, model = 'kites-v1') => {
      await make(name).start(aRequest(model, over));
      return JSON.parse(last().body.toString()).id;
    };
    expect(await idOf({})).toBe(body.id);
    expect(new Set([body.id, await idOf({ attempt: 2 }), await idOf({}, 'kites-v2')]).size).toBe(3);
  });

  test.each<[string, object, JobOutput['kind'], object]>([
    ['a file by its address', { files: [{ url }] }, 'image', { files: [{ kind: 'image', url }], usage: {} }],
    [
      'a file inside, with all that may be said',
      {
        files: [
          {
            content_type: 'audio/mpeg',
            base64: Buffer.from('mp3').toString('base64'),
            title: 'Kites',
            duration_seconds: 61.5,
          },
        ],
        usage: { input_tokens: 3, output_tokens: 4, compute_ms: 1_500, model: 'kites-v1.2', watts: 300 },
      },
      'audio',
      {
        files: [
          {
            kind: 'audio',
            contentType: 'audio/mpeg',
            bytes: Buffer.from('mp3'),
            title: 'Kites',
            durationSeconds: 61.5,
          },
        ],
        usage: { inputTokens: 3, outputTokens: 4, computeMs: 1_500, model: 'kites-v1.2' },
      },
    ],
  ])(`${name}: done at once with %s → finished`, async (_, answer, output, expected) => {
    server.answer({ body: { status: 'finished', ...answer } });
    const tool = { id: 't', type: 'GENERATION' as const, output };
    expect(await make(name).start(aRequest('m', { tool }))).toEqual({ status: 'finished', ...expected });
  });

  test(`${name}: a slow stream still succeeds`, async () => {
    server.answer({ body: { status: 'finished', files: [{ url }] }, manner: 5 });
    expect(await make(name).start(aRequest('m'))).toMatchObject({ status: 'finished' });
  });

  const failed = (kind: string, more = {}) => ({ status: 'failed', error: { kind, message: `no ${secret}`, ...more } });
  const own: readonly HttpCase[] = [
    { name: 'moderation → blocked', script: { body: failed('moderation') }, kind: 'blocked' },
    { name: 'moderation with 422 → blocked', script: { status: 422, body: failed('moderation') }, kind: 'blocked' },
    {
      name: 'busy with a pause → transient, 9 s',
      script: { status: 503, body: failed('busy', { retry_after_seconds: 9 }) },
      kind: 'transient',
      retryAfterSeconds: 9,
    },
    { name: 'invalid → invalid', script: { body: failed('invalid') }, kind: 'invalid' },
    { name: 'model → next-model', script: { body: failed('model') }, kind: 'next-model' },
    { name: 'fatal → fatal', script: { body: failed('fatal') }, kind: 'fatal' },
    { name: 'a kind of its own → next-model', script: { body: failed('toString') }, kind: 'next-model' },
    { name: 'no files → next-model', script: { body: { status: 'finished', files: [] } }, kind: 'next-model' },
    {
      name: 'a ninth file → next-model',
      script: { body: { status: 'finished', files: Array(9).fill({ url }) } },
      kind: 'next-model',
    },
    { name: 'running without 202 → next-model', script: { body: { status: 'running' } }, kind: 'next-model' },
    {
      name: 'a task id that is none → next-model',
      script: { status: 202, body: { task_id: '../x' } },
      kind: 'next-model',
    },
    {
      name: 'an inline file > 16 MB → next-model',
      script: { body: { status: 'finished', files: [{ content_type: 'image/png', base64: 'A'.repeat(22_400_000) }] } },
      kind: 'next-model',
    },
  ];
  test.each([...httpCases, ...own])(`${name}: $name`, async ({ script, kind, retryAfterSeconds }) => {
    server.answer(script);
    const before = server.received.length;
    const until = script.manner === 'never' ? AbortSignal.timeout(50) : signal();
    const error: unknown = await make(name)
      .start(aRequest('m', { signal: until }))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ProviderError', kind, retryAfterSeconds });
    expect(server.received.length - before).toBe(1);
    expect(tells(error, tokenSecret)).toBe(false);
  });
});

describe.each(names)('a running task (PP16): %s', (name) => {
  const check = async (script: Parameters<ProviderServer['answer']>[0]) => {
    server.answer(script);
    return make(name).tasks?.check(task, signal());
  };
  test(`${name}: running → with its progress; the question is signed`, async () => {
    expect(await check({ body: { status: 'running', progress: 40.4 } })).toEqual({ status: 'running', progress: 40 });
    expect(await check({ body: { status: 'running', progress: 'some' } })).toEqual({ status: 'running' });
    expect(await check({ body: { status: 'running', progress: 250 } })).toEqual({ status: 'running', progress: 100 });
    expect(last()).toMatchObject({ method: 'GET', path: `/gpu/tasks/${id}` });
    expect(isSigned(last(), `GET /tasks/${id}`)).toBe(true);
  });
  test(`${name}: succeeded → finished`, async () => {
    expect(await check({ body: { status: 'finished', files: [{ url }], usage: { compute_ms: 5 } } })).toEqual({
      status: 'finished',
      files: [{ kind: 'image', url }],
      usage: { computeMs: 5 },
    });
  });
  test.each<[string, string, object]>([
    ['failed', 'next-model', { body: { status: 'failed', error: { kind: 'oops' } } }],
    ['failed by moderation', 'blocked', { body: { status: 'failed', error: { kind: 'moderation' } } }],
    ['failed without a word', 'next-model', { body: { status: 'failed' } }],
    ['finished without files', 'next-model', { body: { status: 'finished' } }],
    ['that failed and may be tried again', 'transient', { body: { status: 'failed', error: { kind: 'busy' } } }],
    ['that is unknown', 'next-model', { status: 404, body: {} }],
    ['that is gone', 'next-model', { status: 410, body: {} }],
  ])(`${name}: a task %s → failed, %s`, async (_, kind, script) => {
    expect(await check(script)).toMatchObject({ status: 'failed', error: { name: 'ProviderError', kind } });
  });
  test.each<[string, string, object]>([
    ['500', 'next-model', { status: 500 }],
    ['401', 'fatal', { status: 401 }],
    ['no connection', 'transient', { manner: 'drop' }],
    ['truncated JSON', 'next-model', { headers: { 'content-type': 'application/json' }, body: '{"status":"run' }],
    ['a status that is none', 'next-model', { body: { status: 'dancing' } }],
  ])(`${name}: %s when a task is asked after is thrown, and it is asked after again`, async (_, kind, script) => {
    await expect(check(script)).rejects.toMatchObject({ name: 'ProviderError', kind });
  });
  test.each<[string, boolean, object]>([
    ['while it runs', true, { status: 202, body: {} }],
    ['in time', true, { status: 204 }],
    ['too late', false, { status: 409, body: {} }],
    ['of nothing', false, { status: 404, body: {} }],
  ])(`${name}: cancel %s → %j`, async (_, stops, script) => {
    server.answer(script);
    expect(await make(name).tasks?.cancel?.(task, signal())).toBe(stops);
    expect(last()).toMatchObject({ method: 'DELETE', path: `/gpu/tasks/${id}` });
    expect(isSigned(last(), `DELETE /tasks/${id}`)).toBe(true);
  });
});

describe.each(names)('webhooks (PP16): %s', (name) => {
  const receivedAtMs = 1_795_000_000_000;
  const body = JSON.stringify({ task_id: id, status: 'finished', note: 'ü' });
  const signed = (over: { body?: string; sent?: string; by?: string; ageSeconds?: number } = {}): WebhookRequest => {
    const at = new Date(receivedAtMs - (over.ageSeconds ?? 0) * 1_000);
    const signature = new Webhook(over.by ?? secret).sign('msg_1', at, over.body ?? body);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(at.getTime() / 1_000),
      'webhook-signature': `v1,AAAA ${signature}`,
    };
    return { headers, body: Buffer.from(over.sent ?? over.body ?? body), receivedAtMs };
  };
  const without = (header: string) => ({ ...signed(), headers: { ...signed().headers, [header]: undefined } });
  const over = { taskId: id, isOver: true };
  test.each<[string, WebhookRequest, object | undefined]>([
    ['a good signature → its task', signed(), over],
    ['the secret being replaced → its task', signed({ by: oldSecret }), over],
    ['an age of four minutes → its task', signed({ ageSeconds: 240 }), over],
    [
      'progress → its task, not over',
      signed({ body: `{"task_id":"${id}","status":"running"}` }),
      { taskId: id, isOver: false },
    ],
    ['a wrong signature → nothing', signed({ by: `whsec_${Buffer.alloc(24, 9).toString('base64')}` }), undefined],
    ['a changed body → nothing', signed({ sent: body.replace(id, 'another') }), undefined],
    ['an age of over five minutes → nothing', signed({ ageSeconds: 301 }), undefined],
    ['a time to come → nothing', signed({ ageSeconds: -301 }), undefined],
    ['no signature → nothing', without('webhook-signature'), undefined],
    ['no timestamp → nothing', without('webhook-timestamp'), undefined],
    ['no id → nothing', without('webhook-id'), undefined],
    ['no JSON → nothing', signed({ body: '{' }), undefined],
    ['no task → nothing', signed({ body: '{"test": 2432232314}' }), undefined],
    ['bytes that are no text → nothing', { ...signed(), body: Buffer.from([0xff, 0xfe]) }, undefined],
  ])(`${name}: webhook with %s`, async (_, request, expected) => {
    expect(await make(name).tasks?.readWebhook(request)).toEqual(expected);
    // Told twice is read twice: what follows of it is the job's affair.
    expect(await make(name).tasks?.readWebhook(request)).toEqual(expected);
  });
});

test('modal: its proxy is shown a token; without a secret nothing is signed, called back or believed', async () => {
  server.answer({ status: 202, body: { task_id: id } });
  await make('modal', []).start(aRequest('m'));
  expect(last().headers).toMatchObject({ 'modal-key': 'wk-1', 'modal-secret': tokenSecret });
  expect(last().headers['webhook-signature']).toBeUndefined();
  expect(JSON.parse(last().body.toString())).not.toHaveProperty('callback_url');
  const request = { headers: {}, body: Buffer.from(`{"task_id":"${id}","status":"finished"}`), receivedAtMs: 0 };
  expect(await make('modal', []).tasks?.readWebhook(request)).toBeUndefined();
});

test('the largest inline file fits', async () => {
  const base64 = Buffer.alloc(maxInlineBytes, 1).toString('base64');
  server.answer({ body: { status: 'finished', files: [{ content_type: 'image/png', base64 }] } });
  expect(await make('http-worker').start(aRequest('m'))).toMatchObject({
    files: [{ bytes: { length: maxInlineBytes } }],
  });
});

test.each<[string, boolean, boolean]>([
  [
    'http-worker: its address and a secret',
    true,
    httpWorker.credentials.safeParse({ base_url: 'http://gpu.internal:8000', secrets: [secret] }).success,
  ],
  [
    'http-worker: no secret',
    false,
    httpWorker.credentials.safeParse({ base_url: 'https://gpu.example', secrets: [] }).success,
  ],
  [
    'http-worker: a short secret',
    false,
    httpWorker.credentials.safeParse({ base_url: 'https://gpu.example', secrets: ['whsec_aaaa'] }).success,
  ],
  [
    'http-worker: no address',
    false,
    httpWorker.credentials.safeParse({ base_url: 'file:///a', secrets: [secret] }).success,
  ],
  [
    'modal: an address and a token',
    true,
    modal.credentials.safeParse({ base_url: 'https://me--kites.modal.run', token_id: 'a', token_secret: 'b' }).success,
  ],
  [
    'modal: plain http',
    false,
    modal.credentials.safeParse({ base_url: 'http://me--kites.modal.run', token_id: 'a', token_secret: 'b' }).success,
  ],
])('credentials of %s → %j', (_, isGood, found) => expect(found).toBe(isGood));

test.each([
  ['https://gpu.example', true],
  ['http://localhost:8000', true],
  ['http://127.0.0.1:8000', true],
  ['http://[::1]:8000', true],
  ['http://10.0.0.7', true],
  ['http://192.168.1.2/gpu', true],
  ['http://[fd00::7]', true],
  ['http://gpu', true],
  ['http://gpu.local', true],
  ['http://gpu.example', false],
  ['http://internal.example', false],
  ['http://8.8.8.8', false],
  ['http://[2606:4700::1]', false],
  ['http://169.254.169.254', false],
])('http-worker: at %s → %j', (base_url, isGood) =>
  expect(httpWorker.credentials.safeParse({ base_url, secrets: [secret] }).success).toBe(isGood),
);

test('modal: what proves who asks is not repeated into a log', async () => {
  server.answer({ status: 400, body: `no such token: modal-key wk-1, modal-secret ${tokenSecret}, ${secret}` });
  const error: unknown = await make('modal')
    .start(aRequest('m'))
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    cause: { message: 'HTTP 400: no such token: modal-key [key], modal-secret [key], [key]' },
  });
});
