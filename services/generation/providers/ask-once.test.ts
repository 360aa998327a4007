import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answered, askOnce, isGranted } from './ask-once.ts';
import { providerFailure } from './http-failure.ts';
import { Refusal } from './refusal.ts';
import { type ProviderServer, startProviderServer } from './testing/provider-server.ts';

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer();
});
afterAll(() => server.close());

const refusalOf = async (asked: Promise<unknown>): Promise<Refusal> => {
  const error: unknown = await asked.catch((thrown: unknown) => thrown);
  if (error instanceof Error && error.cause instanceof Refusal) return error.cause;
  throw new Error('no refusal', { cause: error });
};

test('whoever asks again gets the first answer again, whole', async () => {
  server.answer({ body: { n: 1 } });
  const ask = askOnce();
  expect(await (await ask(server.url)).json()).toEqual({ n: 1 });
  server.answer({ body: { n: 2 } });
  expect(await (await ask(server.url)).json()).toEqual({ n: 1 });
  expect(server.received.length).toBe(1);
});

test('whoever asks again gets the first failure again', async () => {
  server.answer({ status: 503 });
  const ask = askOnce();
  const before = server.received.length;
  for (let n = 0; n < 3; n += 1) await expect(ask(server.url)).rejects.toMatchObject({ kind: 'next-model' });
  expect(server.received.length - before).toBe(1);
});

test('an answer without a body stays one', async () => {
  server.answer({ status: 204 });
  expect((await askOnce()(server.url)).status).toBe(204);
});

test('a stream without end is left at the limit', async () => {
  server.answer({ body: Buffer.alloc(64_000), manner: 20 });
  const startedAt = performance.now();
  await expect(askOnce({ maxBytes: 5_000 })(server.url)).rejects.toMatchObject({ kind: 'next-model' });
  expect(performance.now() - startedAt).toBeLessThan(300);
});

test('of a refusal 300 characters are quoted, and no secret; what it says is still known whole', async () => {
  server.answer({ status: 400, body: { said: 'my-key '.repeat(1_000) } });
  const refusal = await refusalOf(askOnce({ secrets: ['my-key'] })(server.url));
  expect(refusal.message).toMatch(/^HTTP 400: .{300}$/);
  expect(refusal.message).toContain('[key] [key]');
  expect(refusal.json()).toEqual({ said: '[key] '.repeat(1_000) });
  expect({ ...refusal }).toEqual({ name: 'Refusal', status: 400, headers: expect.anything() });
});

test('of a refusal 64 KB are read', async () => {
  server.answer({ status: 400, body: JSON.stringify('x'.repeat(100_000)) });
  expect((await refusalOf(askOnce()(server.url))).json()).toBeUndefined();
});

test('no address that a provider repeats comes into a log', async () => {
  const presigned = 'https://files.example/a.png?X-Amz-Signature=abc';
  const asked = [
    presigned,
    presigned.replaceAll('/', '\\/'),
    encodeURIComponent(presigned),
    'data:image/png;base64,iVBO',
  ];
  server.answer({ status: 422, body: { asked, why: 'too large' } });
  const refusal = await refusalOf(askOnce()(server.url));
  expect(refusal.message).toBe(`HTTP 422: {"asked":["[url]","[url]","[url]","[url]"],"why":"too large"}`);
  expect(refusal.json()).toEqual({ asked, why: 'too large' });
});

test('a key that no header takes is not shown', async () => {
  const secrets = ['my-ключ'];
  const asked = askOnce({ secrets })(server.url, { headers: { authorization: `Bearer ${secrets}` } });
  const error: unknown = await asked.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'transient', cause: expect.not.stringContaining('my-') });
});

test('what an SDK stumbles over is malformed; a failure stays what it was', async () => {
  await expect(answered(Promise.reject(new SyntaxError('x')))).rejects.toMatchObject({ kind: 'next-model' });
  await expect(answered(Promise.reject(providerFailure('blocked')))).rejects.toMatchObject({ kind: 'blocked' });
});

test.each([
  [200, true],
  [400, false],
  [404, false],
  [409, false],
])('a wish answered with %i → granted: %j', async (status, granted) => {
  server.answer({ status });
  expect(await isGranted(askOnce()(server.url))).toBe(granted);
});

test('a wish that nobody answered is no answer', async () => {
  server.answer({ status: 500 });
  await expect(isGranted(askOnce()(server.url))).rejects.toMatchObject({ name: 'ProviderError' });
});
