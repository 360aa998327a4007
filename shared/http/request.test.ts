import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { addNote, call, logger, metrics, user } from '../testing/notes-api.ts';

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

describe('faults of a request', () => {
  const invalid = (...errors: { pointer: string; detail: unknown }[]) => ({
    status: 400,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: { type: 'urn:tessera:problem:request-invalid', status: 400, instance: 'request-1', errors },
  });

  test('are told all at once, each by its pointer', async () => {
    const answer = await addNote({
      body: { text: 5, tags: [{ name: 'a' }, { name: 1 }], 'a/b~c': true },
      headers: { 'idempotency-key': 'two words' },
      query: { page: '1' },
    });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/body/a~1b~0c',
      '/body/tags/1/name',
      '/body/text',
      '/headers/idempotency-key',
      '/query/page',
    ]);
  });
  test('an unknown field', async () => {
    expect(await addNote({ body: { text: 'a', colour: 'red' } })).toMatchObject(
      invalid({ pointer: '/body/colour', detail: 'is not a known field' }),
    );
  });
  test('a missing field, which is said to be needed', async () => {
    expect(await addNote({ body: {} })).toMatchObject(invalid({ pointer: '/body/text', detail: 'is needed' }));
    expect(await addNote({ body: { text: 'a', tags: [{}] } })).toMatchObject(
      invalid({ pointer: '/body/tags/0/name', detail: 'is needed' }),
    );
    const broken = await call({ path: '/v1/break' });
    expect(broken).toMatchObject(invalid({ pointer: '/query/how', detail: 'is needed' }));
  });
  test('a field of another type, which is not missing', async () => {
    for (const text of [null, 5])
      expect((await addNote({ body: { text } })).body.errors).toEqual([
        { pointer: '/body/text', detail: expect.stringMatching(/expected string/) },
      ]);
  });
  test('bad JSON', async () => {
    expect(await addNote({ rawBody: '{"text":' })).toMatchObject(invalid({ pointer: '/body', detail: 'is not JSON' }));
  });
  test.each([
    ['arrays', `{"text":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
    ['objects', `{"text":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`],
    ['25 levels', `{"text":${'['.repeat(24)}${']'.repeat(24)}}`],
    ['with an escaped pair', `{"text":"\\ud83d\\ude00","deep":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
    ['without an end', '['.repeat(9_000)],
  ])('too deep for a recursion: %s', async (_, rawBody) => {
    expect(await addNote({ rawBody })).toMatchObject(
      invalid({ pointer: '/body', detail: 'is nested more than 24 levels deep' }),
    );
  });
  test('brackets in a text are no levels', async () => {
    expect(await addNote({ rawBody: `{"text":"${'[{\\"'.repeat(30)}"}` })).toMatchObject({ status: 201 });
  });
  test.each(['"\\ud83d"', '"\\\\\\ud83d"', '"a\\uDE00b"', '{"\\ud83d":1}'])(
    'half a character, as in %s',
    async (half) => {
      expect(await addNote({ rawBody: `{"text":${half}}` })).toMatchObject(
        invalid({ pointer: '/body', detail: 'holds half a character' }),
      );
    },
  );
  test.each(['"\\ud83d\\ude00"', '"\\\\ud83d"'])('not a whole one, as in %s', async (whole) => {
    expect(await addNote({ rawBody: `{"text":${whole}}` })).toMatchObject({ status: 201 });
  });
  test.each(['null', '5', '[]', '"text"'])('a body of %s is no object', async (rawBody) => {
    const change = { method: 'PATCH', path: '/v1/notes/n1', user };
    const close = { method: 'POST', path: '/v1/notes/n1/close', user };
    expect(await call({ ...change, rawBody })).toMatchObject(invalid({ pointer: '/body', detail: expect.any(String) }));
    expect(await call({ ...close, rawBody })).toMatchObject(
      invalid({ pointer: '/body', detail: 'this route takes no body' }),
    );
  });
  test('a missing idempotency key', async () => {
    expect(await call({ method: 'POST', path: '/v1/notes', user, body: { text: 'a' } })).toMatchObject(
      invalid({ pointer: '/headers/idempotency-key', detail: 'is needed' }),
    );
  });
  test('a part of the path', async () => {
    expect(await call({ path: '/v1/apps/sparky/notes/much-too-long' })).toMatchObject(
      invalid({ pointer: '/path/id', detail: expect.any(String) }),
    );
  });
  test('a thousand unknown fields are answered by fifty lines', async () => {
    const body = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, 1]));
    const answer = await addNote({ body: { text: 'a', ...body } });
    expect(answer.body.errors).toHaveLength(50);
    expect(answer.body.detail.length).toBeLessThanOrEqual(500);
  });
  test('a body of more than 256 KB', async () => {
    expect((await addNote({ body: { text: 'x'.repeat(256 * 1024) } })).status).toBe(413);
  });
  test('another media type', async () => {
    const answer = await addNote({
      rawBody: 'text=hello',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer).toMatchObject({ status: 415, body: { type: 'urn:tessera:problem:media-type-unsupported' } });
  });
  test.each([
    ['GET', '/v1/nothing'],
    ['DELETE', '/v1/notes'],
  ])('%s %s is no route', async (method, path) => {
    expect(await call({ method, path, user })).toMatchObject({
      status: 404,
      body: { type: 'urn:tessera:problem:not-found', detail: 'There is no such route.' },
    });
  });
  test('are logged with their own status', async () => {
    await addNote({ body: {} });
    expect(infoLog).toHaveBeenCalledWith('request', expect.objectContaining({ status: 400 }));
    expect(errorLog).not.toHaveBeenCalled();
  });
});

describe('lists', () => {
  const list = (query?: Record<string, string>) => call({ path: '/v1/notes', user, ...(query && { query }) });

  test('have a default and a greatest limit', async () => {
    expect((await list()).body).toEqual({ limit: 20 });
    expect((await list({ limit: '101' })).body.errors[0].pointer).toBe('/query/limit');
    expect((await list({ limit: 'ten' })).body.errors[0].pointer).toBe('/query/limit');
  });
  test('go on at a cursor', async () => {
    expect((await list({ cursor: Buffer.from('7').toString('base64url') })).body.position).toBe(7);
  });
  test.each(['%%%', Buffer.from('{').toString('base64url'), Buffer.from('"seven"').toString('base64url'), ''])(
    'refuse the cursor "%s"',
    async (cursor) => {
      expect(await list({ cursor })).toMatchObject({
        status: 400,
        body: {
          detail: '/query/cursor: is not a cursor of this list',
          errors: [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }],
        },
      });
    },
  );
});
