import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApiServer, problem, startApi } from '../testing/api-server.ts';
import { hasty } from '../testing/hasty.ts';
import { createTesseraAdmin } from './admin.ts';
import { TesseraError } from './error.ts';
import { createTessera } from './tessera.ts';

const timeoutMs = 200;
let api: ApiServer;
beforeEach(async () => {
  api = await startApi();
});
afterEach(async () => api.stop());

const tesseraOf = (tokens: readonly string[] = ['good']) => {
  const refusals: (string | undefined)[] = [];
  const { timers, waits } = hasty(timeoutMs);
  const tessera = createTessera({
    url: `${api.url}/`,
    token: (refused) => {
      refusals.push(refused);
      return tokens[Math.min(refusals.length, tokens.length) - 1] ?? '';
    },
    timers,
    timeoutMs,
    random: () => 0.5,
  });
  return { tessera, waits, refusals };
};
const failure = async (call: Promise<unknown>): Promise<TesseraError> => {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(TesseraError);
  return error as TesseraError;
};
const keys = () => api.asked.map(({ headers }) => headers['idempotency-key']);
const accepted = { status: 202, body: { id: 'gen_1', status: 'queued', cost_credits: 1, remaining_credits: 9 } };

describe('NB10 what is sent', () => {
  test('path, query, body, token and headers go where the API looks for them', async () => {
    api.answers({ body: {} }, { body: {} }, { body: {} }, { status: 204 });
    const { tessera } = tesseraOf();
    await tessera.generations.list({ limit: 5, tool: 'a&b' }).page();
    await tessera.generations.change('gen_1/../x', { favourite: true }, { correlationId: 'trace-1' });
    await tessera.apps.getCatalog('sparky');
    expect(await tessera.generations.delete('gen_1')).toBeUndefined();
    expect(api.asked).toMatchObject([
      {
        method: 'GET',
        path: '/v1/generations?limit=5&tool=a%26b',
        headers: { authorization: 'Bearer good' },
        body: '',
      },
      {
        method: 'PATCH',
        path: '/v1/generations/gen_1%2F..%2Fx',
        headers: { 'content-type': 'application/json', 'x-correlation-id': 'trace-1' },
        body: '{"favourite":true}',
      },
      { path: '/v1/apps/sparky/catalog' },
      { method: 'DELETE', path: '/v1/generations/gen_1' },
    ]);
    expect(api.asked[2]?.headers.authorization).toBeUndefined();
    expect(() => tessera.generations.get('')).toThrow('id must be a string that is not empty');
  });

  test('an admin sends a key, and what the change is based on', async () => {
    api.answers({ body: { version: 7 }, headers: { etag: '"7"' } }, { body: { version: 8 } });
    const admin = createTesseraAdmin({ url: api.url, adminKey: 'secret' });
    let ifMatch = '';
    await admin.catalog.getOffer({ onReply: ({ headers }) => (ifMatch = headers.get('etag') ?? '') });
    await admin.catalog.rollBack({ to_version: 3, reason: 'wrong prices' }, { ifMatch, query: { dry_run: 'true' } });
    expect(api.asked[1]).toMatchObject({
      path: '/v1/admin/catalog/rollback?dry_run=true',
      headers: { 'x-admin-key': 'secret', 'if-match': '"7"' },
      body: '{"to_version":3,"reason":"wrong prices"}',
    });
    expect(api.asked[1]?.headers.authorization).toBeUndefined();
  });
});

describe('NB10 tries', () => {
  test('an act keeps its idempotency key over its retries, and the next act has another', async () => {
    api.answers(problem('unavailable', 503), 'drops', { status: 500 }, accepted);
    const { tessera, waits } = tesseraOf();
    expect(await tessera.generations.create({ tool: 'poem' })).toEqual(accepted.body);
    expect(keys()).toHaveLength(4);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(waits).toEqual([500, 1_000, 2_000]);
    await tessera.generations.create({ tool: 'poem' });
    await tessera.generations.create({ tool: 'poem' }, { idempotencyKey: 'mine' });
    expect(new Set(keys()).size).toBe(3);
    expect(keys().at(-1)).toBe('mine');
  });

  test('Retry-After is waited for, and what is too far is told at once', async () => {
    api.answers({ ...problem('rate-limited', 429), headers: { 'retry-after': '7' } }, { body: {} });
    const { tessera, waits } = tesseraOf();
    await tessera.me.get();
    expect(waits).toEqual([7_500]);
    api.answers({ ...problem('rate-limited', 429), headers: { 'retry-after': '3600' } });
    expect(await failure(tessera.me.get())).toMatchObject({ status: 429, retryAfterSeconds: 3_600 });
    expect(api.asked).toHaveLength(3);
  });

  test('tries end', async () => {
    api.answers(problem('unavailable', 503));
    const error = await failure(tesseraOf().tessera.credits.get());
    expect(error).toMatchObject({ status: 503, type: 'urn:tessera:problem:unavailable', requestId: 'req-1' });
    expect(api.asked).toHaveLength(5);
  });

  test.each([
    ['a POST without a key', (tessera: ReturnType<typeof tesseraOf>['tessera']) => tessera.me.recordActivity()],
    ['a PATCH', (tessera: ReturnType<typeof tesseraOf>['tessera']) => tessera.me.change({ name: 'Mona' })],
  ])('%s is not repeated: it may have been done', async (_, call) => {
    api.answers('drops');
    expect(await failure(call(tesseraOf().tessera))).toMatchObject({
      type: 'urn:tessera:client:unreachable',
      status: 0,
    });
    expect(api.asked).toHaveLength(1);
  });

  test('what the repeated DELETE does not find, the lost one deleted', async () => {
    api.answers('drops', problem('job-not-found', 404));
    const { tessera } = tesseraOf();
    expect(await tessera.generations.delete('gen_1')).toBeUndefined();
    expect(await failure(tessera.generations.delete('gen_1'))).toMatchObject({ status: 404 });
  });

  test.each([
    { after: 'no reply', replies: ['stalls' as const] },
    { after: '500', replies: [{ status: 500 }] },
    { after: '502', replies: [{ status: 502 }] },
    { after: '504, and a refusal behind it', replies: [{ status: 504 }, problem('rate-limited', 429)] },
  ])('a 404 of DELETE after $after means that it is gone', async ({ replies }) => {
    api.answers(...replies, problem('job-not-found', 404));
    expect(await tesseraOf().tessera.generations.delete('gen_1')).toBeUndefined();
    expect(api.asked).toHaveLength(replies.length + 1);
  });

  test.each([429, 503])('a 404 of DELETE after %d, which did nothing, is told', async (status) => {
    api.answers(problem('unavailable', status), problem('job-not-found', 404));
    expect(await failure(tesseraOf().tessera.generations.delete('gen_1'))).toMatchObject({ status: 404 });
    expect(api.asked).toHaveLength(2);
  });

  test('a refused token is replaced once, whatever the method', async () => {
    api.answers(problem('unauthenticated', 401), { body: {} }, problem('unauthenticated', 401));
    const { tessera, refusals } = tesseraOf(['old', 'new', 'newer', 'newest']);
    await tessera.me.recordActivity();
    expect(refusals).toEqual([undefined, 'old']);
    expect(api.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
    expect(await failure(tessera.me.get())).toMatchObject({ status: 401 });
    expect(refusals).toEqual([undefined, 'old', undefined, 'newer']);
    expect(api.asked).toHaveLength(4);
  });

  test('without a fresh token, the refusal stands', async () => {
    api.answers(problem('unauthenticated', 401));
    expect(await failure(tesseraOf(['only']).tessera.me.get())).toMatchObject({ status: 401 });
    expect(api.asked).toHaveLength(1);
  });
});

describe('NB10 ends', () => {
  test('a try that takes too long is over, and tried again where that is safe', async () => {
    api.answers('stalls', { body: { id: 'u' } });
    expect(await tesseraOf().tessera.me.get()).toEqual({ id: 'u' });
    api.answers('stalls');
    expect(await failure(tesseraOf().tessera.me.recordActivity())).toMatchObject({
      type: 'urn:tessera:client:timeout',
      detail: '200 ms',
    });
  });

  test("the caller's signal ends a call under way, and its waiting", async () => {
    const late = new Error('the user left');
    const controller = new AbortController();
    api.answers(() => {
      controller.abort(late);
      return 'stalls';
    });
    const { tessera } = tesseraOf();
    await expect(tessera.me.get({ signal: controller.signal })).rejects.toBe(late);
    await expect(tessera.me.get({ signal: controller.signal })).rejects.toBe(late);
    expect(api.asked).toHaveLength(1);
  });
});

describe('NB10 errors', () => {
  test('a problem is told with its places', async () => {
    const errors = [{ pointer: '/query/limit', detail: 'must be at most 100' }];
    api.answers(problem('request-invalid', 400, { detail: 'limit', errors }));
    expect(await failure(tesseraOf().tessera.credits.get())).toMatchObject({
      message: 'request-invalid: limit',
      type: 'urn:tessera:problem:request-invalid',
      errors,
    });
  });

  test("the gateway's own words, and a proxy's page, are errors too", async () => {
    api.answers({ status: 404, headers: { 'apigw-requestid': 'gw-1' }, body: { message: 'Not Found' } });
    const { tessera } = tesseraOf();
    expect(await failure(tessera.me.get())).toMatchObject({
      type: 'about:blank',
      title: 'Not Found',
      requestId: 'gw-1',
    });
    api.answers({ status: 403, body: '<html>' });
    expect(await failure(tessera.me.get())).toMatchObject({ type: 'about:blank', title: 'the API answered 403' });
    api.answers({ headers: { 'content-type': 'application/json' }, body: '<html>' });
    expect(await failure(tessera.me.get())).toMatchObject({ type: 'urn:tessera:client:reply-unknown' });
  });
});

describe('NB10 lists', () => {
  test('are read to their end, over pages that are empty', async () => {
    api.answers(
      { body: { data: [{ id: 1 }, { id: 2 }], next_cursor: 'b' } },
      { body: { data: [], next_cursor: 'c' } },
      { body: { data: [{ id: 3 }], next_cursor: null } },
    );
    const seen: unknown[] = [];
    for await (const { id } of tesseraOf().tessera.generations.list({ limit: 2 })) seen.push(id);
    expect(seen).toEqual([1, 2, 3]);
    expect(api.asked.map(({ path }) => path)).toEqual([
      '/v1/generations?limit=2',
      '/v1/generations?limit=2&cursor=b',
      '/v1/generations?limit=2&cursor=c',
    ]);
  });

  test('ask for no more than is read, and end where a server goes in circles', async () => {
    api.answers({ body: { data: [{ id: 1 }, { id: 2 }], next_cursor: 'same' } });
    const { tessera } = tesseraOf();
    const list = tessera.assets.list();
    expect(api.asked).toHaveLength(0);
    for await (const _ of list) break;
    expect(api.asked).toHaveLength(1);
    const all = async () => {
      for await (const _ of list.pages());
    };
    expect(await failure(all())).toMatchObject({ type: 'urn:tessera:client:pages-endless' });
    expect(api.asked).toHaveLength(3);
  });
});
