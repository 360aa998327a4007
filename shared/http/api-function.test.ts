import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { type ApiEventParts, apiEvent } from '../testing/api-event.ts';
import { addNote, call, handler, logger, metrics, routes, user } from '../testing/notes-api.ts';

let infoLog: jest.SpiedFunction<typeof logger.info>;
let errorLog: jest.SpiedFunction<typeof logger.error>;
beforeEach(() => {
  jest.restoreAllMocks();
  infoLog = jest.spyOn(logger, 'info').mockReturnValue();
  errorLog = jest.spyOn(logger, 'error').mockReturnValue();
  jest.spyOn(metrics, 'publishStoredMetrics').mockImplementation(() => {
    metrics.clearMetrics();
    return metrics;
  });
});

describe('a good request', () => {
  test('is parsed, answered and not to be stored', async () => {
    const answer = await addNote();
    expect(answer).toMatchObject({ status: 201, body: { text: 'hello', by: 'sparky/u1', key: 'k1' } });
    expect(answer.headers).toEqual({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });
  test('answers nothing that its schema does not name', async () => {
    expect((await call({ path: '/v1/apps/sparky/notes/n1' })).body).toEqual({ id: 'n1' });
  });
  test.each([
    [204, { method: 'POST', path: '/v1/notes/n1/close', user }],
    [304, { path: '/v1/apps/sparky/notes/n1', headers: { 'if-none-match': '"1"' } }],
  ])('%i has neither body nor content type', async (status, parts) => {
    const answer = await call(parts);
    expect(answer).toMatchObject({ status, text: '' });
    expect(answer.headers).not.toHaveProperty('content-type');
  });
  test('may carry {} where no body belongs', async () => {
    expect((await call({ method: 'POST', path: '/v1/notes/n1/close', user, body: {} })).status).toBe(204);
  });
  test('takes base64 and a charset', async () => {
    const event = apiEvent({
      method: 'POST',
      path: '/v1/notes',
      user,
      rawBody: Buffer.from('{"text":"grüße"}').toString('base64'),
      headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': 'k1' },
    });
    const { body } = await handler({ ...event, isBase64Encoded: true }, {} as Context);
    expect(JSON.parse(body).text).toBe('grüße');
  });
  test('a body that is not JSON goes out as it is, under its media type', async () => {
    const answer = await call({ path: '/v1/notes.csv', user });
    expect(answer).toMatchObject({ status: 200, text: 'text\r\n"a ""b"""\r\n' });
    expect(answer.headers).toEqual({
      'content-type': 'text/csv; charset=utf-8',
      'cache-control': 'no-store',
      'x-rows': '1',
    });
  });
  test.each([
    ['with an idempotency key', { 'idempotency-key': 'k1' }, 'k1'],
    ['without one', {}, null],
  ])('takes an optional key: %s', async (_, headers, key) => {
    expect((await call({ method: 'POST', path: '/v1/notes/n1/like', user, headers })).body).toEqual({ key });
  });
  test('an optional key that is none is refused all the same', async () => {
    const headers = { 'idempotency-key': 'two words' };
    expect((await call({ method: 'POST', path: '/v1/notes/n1/like', user, headers })).status).toBe(400);
  });
  test('is logged once, with its outcome', async () => {
    await addNote();
    expect(infoLog).toHaveBeenCalledTimes(1);
    expect(infoLog).toHaveBeenCalledWith(
      'request',
      expect.objectContaining({ method: 'POST', path: '/v1/notes', status: 201 }),
    );
  });
});

describe('callers', () => {
  const userRoutes = Object.entries(routes).filter(([, { auth }]) => auth === 'user');

  test.each(userRoutes)('%s answers 401 without a verdict, before it looks at anything else', async (_, route) => {
    const answer = await call({ method: route.method, path: route.path.replace('{id}', 'n1'), rawBody: 'not json' });
    expect(answer).toMatchObject({ status: 401, body: { type: 'urn:tessera:problem:unauthenticated' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });
  test.each([
    ['token-expired', 401],
    ['user-anonymous', 401],
    ['issuer-unreachable', 503],
  ] as const)('refused as %s: %i', async (reason, status) => {
    const answer = await call({ path: '/v1/notes', verdict: { verdict: 'refused', reason } });
    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
  });
  test.each([{ verdict: 'user', app: 'sparky' }, { verdict: 'user', app: 'Sparky#', user: 'u' }, { verdict: 'admin' }])(
    'a verdict that is not one is no user: %p',
    async (verdict) => {
      expect((await call({ path: '/v1/notes', verdict: verdict as never })).status).toBe(401);
    },
  );
});

describe('FS9 admins', () => {
  const wipe = (verdict?: ApiEventParts['verdict'], body: unknown = { reason: 'spring' }) =>
    call({ method: 'POST', path: '/v1/admin/notes/wipe', body, ...(verdict && { verdict }) });

  test('are users with the role, or keys; each acts for one app, under its own name', async () => {
    expect(await wipe({ verdict: 'user', app: 'sparky', user: 'u1', role: 'admin' })).toMatchObject({
      status: 200,
      body: { app: 'sparky', by: 'admin:u1' },
    });
    expect(await wipe({ verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' })).toMatchObject({
      status: 200,
      body: { app: 'sparky', by: 'admin:key-0123456789ab' },
    });
  });
  test('a user without the role is forbidden, before the body is looked at', async () => {
    const answer = await wipe({ verdict: 'user', app: 'sparky', user: 'u1' }, 'not an object');
    expect(answer).toMatchObject({ status: 403, body: { type: 'urn:tessera:problem:forbidden', status: 403 } });
  });
  test.each([
    [undefined, 401],
    [{ verdict: 'refused', reason: 'token-missing' }, 401],
    [{ verdict: 'refused', reason: 'admin-key-untrusted' }, 401],
    [{ verdict: 'refused', reason: 'admin-keys-unreachable' }, 503],
    [{ verdict: 'user', app: 'sparky', user: 'u1', role: 'superadmin' }, 401],
    [{ verdict: 'admin', app: 'sparky' }, 401],
  ])('%j is %i', async (verdict, status) => {
    expect((await wipe(verdict as never)).status).toBe(status);
  });
  test('a key is no user: user routes refuse it', async () => {
    const verdict = { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' } as const;
    expect((await call({ path: '/v1/notes', verdict })).status).toBe(401);
  });
  test('an admin is a user too', async () => {
    const answer = await call({ path: '/v1/notes', verdict: { verdict: 'user', ...user, role: 'admin' } });
    expect(answer.status).toBe(200);
  });
});

describe('failures', () => {
  const breakDown = (how: string) => call({ path: '/v1/break', query: { how } });

  test('a rejection becomes its problem, with what a client goes on with', async () => {
    const answer = await addNote({ body: { text: 'refuse me' } });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        type: 'urn:tessera:problem:note-refused',
        title: 'The note is refused',
        detail: 'Not this one.',
        instance: 'request-1',
        note: 'n1',
      },
    });
    expect(answer.headers['retry-after']).toBe('7');
  });
  test.each(['error', 'output', 'not-found-elsewhere'])('%s: 500 without internals, and one log line', async (how) => {
    const answer = await breakDown(how);
    expect(answer.body).toEqual({
      type: 'urn:tessera:problem:internal-error',
      title: 'Something went wrong on our side',
      status: 500,
      instance: 'request-1',
    });
    expect(errorLog).toHaveBeenCalledTimes(1);
    expect(infoLog).toHaveBeenCalledWith('request', expect.objectContaining({ status: 500 }));
  });
  test('contention: 503, try again', async () => {
    const answer = await breakDown('contention');
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('tracing', () => {
  const trace = (correlationId?: string) =>
    call({ path: '/v1/trace', ...(correlationId !== undefined && { headers: { 'x-correlation-id': correlationId } }) });

  test("a client's correlation id is taken over", async () => {
    expect((await trace('order-7:retry.1')).body).toEqual({ requestId: 'request-1', correlationId: 'order-7:retry.1' });
  });
  test.each([undefined, '', 'two words', 'line\nbreak', 'x'.repeat(129)])(
    '%p is replaced by the request id',
    async (id) => {
      expect((await trace(id)).body.correlationId).toBe('request-1');
    },
  );
});
