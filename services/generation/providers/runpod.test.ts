import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobOutput } from '../domain/job-events.ts';
import { jpeg } from '../test/images.ts';
import { runpod } from './runpod.ts';
import { aPicture, aRequest, type HttpCase, httpCases, tells } from './testing/cases.ts';
import { type ProviderServer, startProviderServer } from './testing/provider-server.ts';

const key = 'rpa_SECRET_KEY';
const id = 'eaebd6e7-6a92-4bb8-a911-f996ac5ea99d-u1';
const model = 'abc123def456';
const url = 'https://image.example/1.png';

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());

const make = () => runpod.create({ api_key: key, base_url: `${server.url}/v2/` });
const signal = () => AbortSignal.timeout(10_000);
const start = (over: Parameters<typeof aRequest>[1] = {}, named = model) => make().start(aRequest(named, over));

describe('starting a job (PP16)', () => {
  test('runpod: the endpoint is asked with the key, pictures by address and a webhook', async () => {
    server.answer({ body: { id, status: 'IN_QUEUE' } });
    const request = { inputs: [aPicture('a')], input: { prompt: 'TOK, a kite', steps: 4 } };
    expect(await start(request)).toEqual({ status: 'submitted', taskId: id });
    const { method, path, headers, body } = server.received.at(-1) ?? { body: '' };
    expect({ method, path, authorization: headers?.authorization }).toEqual({
      method: 'POST',
      path: `/v2/${model}/run`,
      authorization: `Bearer ${key}`,
    });
    expect(JSON.parse(body.toString())).toEqual({
      input: { prompt: 'TOK, a kite', images: ['https://files.example/a.png'], steps: 4 },
      webhook: aRequest(model).callbackUrl,
    });
  });
  test('runpod: what is ready at once is finished', async () => {
    server.answer({ body: { id, status: 'COMPLETED', output: [{ image: url, seed: 46578 }], executionTime: 3391 } });
    expect(await start()).toEqual({ status: 'finished', files: [{ kind: 'image', url }], usage: { computeMs: 3_391 } });
  });
  test('runpod: a slow stream still succeeds', async () => {
    server.answer({ body: { id, status: 'IN_QUEUE' }, manner: 5 });
    expect(await start()).toEqual({ status: 'submitted', taskId: id });
  });
  const own: readonly HttpCase[] = [
    {
      name: 'a refusal that repeats the key → invalid, without it',
      script: { status: 400, body: { error: `bad ${key}` } },
      kind: 'invalid',
    },
    {
      name: 'failed at once → next-model',
      script: { body: { id, status: 'FAILED', error: 'oom' } },
      kind: 'next-model',
    },
    {
      name: 'refused at once → blocked',
      script: { body: { id, status: 'FAILED', error: 'NSFW content detected' } },
      kind: 'blocked',
    },
  ];
  test.each([...httpCases, ...own])('runpod: $name', async ({ script, kind, retryAfterSeconds }) => {
    server.answer(script);
    const before = server.received.length;
    const until = script.manner === 'never' ? AbortSignal.timeout(50) : signal();
    const error: unknown = await start({ signal: until }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ProviderError', kind, retryAfterSeconds });
    expect(server.received.length - before).toBe(1);
    expect(tells(error, key)).toBe(false);
  });
  test('runpod: what is no endpoint → next-model, unasked', async () => {
    const before = server.received.length;
    await expect(start({}, '../user')).rejects.toMatchObject({ kind: 'next-model' });
    expect(server.received.length).toBe(before);
  });
});

describe('a job under way (PP16)', () => {
  const check = async (body: object, output: JobOutput['kind'] = 'image') => {
    server.answer({ body: { id, delayTime: 31_618, ...body } });
    return make().tasks?.check({ taskId: id, model, output }, signal());
  };
  const completed = (output: unknown, kind?: JobOutput['kind']) =>
    check({ status: 'COMPLETED', executionTime: 1_437.4, output }, kind);

  test.each<[string, object, object]>([
    ['in the queue', { status: 'IN_QUEUE' }, {}],
    ['begun', { status: 'IN_PROGRESS' }, {}],
    ['running', { status: 'RUNNING', output: 'step 3' }, {}],
    ['running with progress', { status: 'IN_PROGRESS', output: { progress: 33.3 } }, { progress: 33 }],
  ])('runpod: %s → running', async (_, body, expected) => {
    expect(await check(body)).toEqual({ status: 'running', ...expected });
    expect(server.received.at(-1)).toMatchObject({ method: 'GET', path: `/v2/${model}/status/${id}` });
  });

  const base64 = async () => (await jpeg()).toString('base64');
  test.each<[string, () => unknown, JobOutput['kind'], () => Promise<object[]> | object[]]>([
    ['an address', () => url, 'image', () => [{ kind: 'image', url }]],
    ['an address by name', () => ({ image_url: url, seed: 1 }), 'image', () => [{ kind: 'image', url }]],
    [
      'a list',
      () => [{ image: url }, { image: `${url}2` }],
      'image',
      () => [
        { kind: 'image', url },
        { kind: 'image', url: `${url}2` },
      ],
    ],
    [
      'a workflow of ComfyUI',
      () => ({ images: [{ filename: 'a.png', type: 's3_url', data: url }] }),
      'image',
      () => [{ kind: 'image', url }],
    ],
    [
      'base64',
      async () => ({ images: [{ filename: 'a.jpg', type: 'base64', data: await base64() }] }),
      'image',
      async () => [{ kind: 'image', contentType: 'image/jpeg', bytes: await jpeg() }],
    ],
    [
      'a data: URL',
      async () => ({ image: `data:image/jpeg;base64,${await base64()}` }),
      'image',
      async () => [{ kind: 'image', contentType: 'image/jpeg', bytes: await jpeg() }],
    ],
    ['a video', () => ({ result: { video_url: url } }), 'video', () => [{ kind: 'video', url }]],
    [
      'text',
      () => ({ input_tokens: 22, text: ['Hel', 'lo'] }),
      'text',
      () => [{ kind: 'text', contentType: 'text/plain', bytes: Buffer.from('Hello') }],
    ],
    [
      'text of vLLM',
      () => [{ choices: [{ tokens: ['Hello'] }] }],
      'text',
      () => [{ kind: 'text', contentType: 'text/plain', bytes: Buffer.from('Hello') }],
    ],
    [
      'JSON',
      () => ({ faces: 2 }),
      'json',
      () => [{ kind: 'json', contentType: 'application/json', bytes: Buffer.from('{"faces":2}') }],
    ],
  ])('runpod: completed with %s → finished', async (_, output, kind, files) => {
    expect(await completed(await output(), kind)).toEqual({
      status: 'finished',
      files: await files(),
      usage: { computeMs: 1_437 },
    });
  });
  test("runpod: completed with one's own handler's files → finished, with its usage", async () => {
    const output = {
      files: [{ url, title: 'Kites', duration_seconds: 3 }],
      usage: { output_tokens: 9, compute_ms: 1_200 },
    };
    expect(await completed(output, 'audio')).toEqual({
      status: 'finished',
      files: [{ kind: 'audio', url, title: 'Kites', durationSeconds: 3 }],
      usage: { outputTokens: 9, computeMs: 1_200 },
    });
  });

  test.each<[string, string, object]>([
    ['failed', 'next-model', { status: 'FAILED', error: 'CUDA out of memory' }],
    [
      'failed with a trace',
      'next-model',
      { status: 'FAILED', error: '{"error_message":"oom","error_traceback":"safety_checker.py moderation"}' },
    ],
    [
      'failed by moderation',
      'blocked',
      { status: 'FAILED', error: '{"error_type":"ValueError","error_message":"NSFW content detected"}' },
    ],
    ['failed with a word in its output', 'blocked', { status: 'FAILED', output: { error: 'flagged by moderation' } }],
    ['cancelled over there', 'next-model', { status: 'CANCELLED' }],
    ['that took too long', 'next-model', { status: 'TIMED_OUT' }],
    ['completed without output', 'next-model', { status: 'COMPLETED' }],
    ['completed with a word', 'next-model', { status: 'COMPLETED', output: { message: 'all done, thanks' } }],
    [
      'completed with base64 of no picture',
      'next-model',
      { status: 'COMPLETED', output: { image: 'aGVsbG8gd29ybGQ=' } },
    ],
    [
      'completed with an inline file > 16 MB',
      'next-model',
      { status: 'COMPLETED', output: { image: 'A'.repeat(22_400_000) } },
    ],
  ])('runpod: a job %s → failed, %s', async (_, kind, body) => {
    expect(await check(body)).toMatchObject({ status: 'failed', error: { name: 'ProviderError', kind } });
  });
  test('runpod: a job that is not known any more → failed', async () => {
    server.answer({ status: 404, body: { error: 'job not found' } });
    const state = await make().tasks?.check({ taskId: id, model, output: 'image' }, signal());
    expect(state).toMatchObject({ status: 'failed', error: { kind: 'next-model' } });
  });
  test.each<[string, string, object]>([
    ['500', 'next-model', { status: 500 }],
    ['401', 'fatal', { status: 401 }],
    ['no connection', 'transient', { manner: 'drop' }],
    ['a status that is none', 'next-model', { body: { id, status: 'DANCING' } }],
  ])('runpod: %s when a job is asked after is thrown, and it is asked after again', async (_, kind, script) => {
    server.answer(script);
    await expect(make().tasks?.check({ taskId: id, model, output: 'image' }, signal())).rejects.toMatchObject({ kind });
  });
  test.each<[string, boolean, object]>([
    ['while it runs', true, { body: { id, status: 'CANCELLED' } }],
    ['too late', false, { body: { id, status: 'COMPLETED' } }],
    ['of nothing', false, { status: 404, body: {} }],
  ])('runpod: cancel %s → %j', async (_, stops, script) => {
    server.answer(script);
    expect(await make().tasks?.cancel?.({ taskId: id, model }, signal())).toBe(stops);
    expect(server.received.at(-1)).toMatchObject({ method: 'POST', path: `/v2/${model}/cancel/${id}` });
  });
});

test.each<[string, string, object | undefined]>([
  [
    'completed → its task',
    JSON.stringify({ id, status: 'COMPLETED', output: { files: [] } }),
    { taskId: id, isOver: true },
  ],
  ['failed → its task', JSON.stringify({ id, status: 'FAILED' }), { taskId: id, isOver: true }],
  ['under way → its task, not over', JSON.stringify({ id, status: 'IN_PROGRESS' }), { taskId: id, isOver: false }],
  ['no JSON → nothing', '{', undefined],
  ['an id that is none → nothing', JSON.stringify({ id: '../x', status: 'COMPLETED' }), undefined],
])('runpod: webhook of a job %s', async (_, body, expected) => {
  // Unsigned: the callback URL was checked before, and the reading says only which task to ask after.
  const read = () => make().tasks?.readWebhook({ headers: {}, body: Buffer.from(body), receivedAtMs: 0 });
  expect(await read()).toEqual(expected);
  expect(await read()).toEqual(expected);
});

test.each<[string, boolean, object]>([
  ['a key', true, { api_key: key }],
  ['all of it', true, { api_key: key, base_url: 'https://proxy.example/v2' }],
  ['plain http', false, { api_key: key, base_url: 'http://proxy.example' }],
  ['an unknown field', false, { key }],
])('runpod: credentials of %s → %j', (_, isGood, credentials) => {
  expect(runpod.credentials.safeParse(credentials).success).toBe(isGood);
});
