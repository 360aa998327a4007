import { afterAll, expect, test } from '@jest/globals';
import { ask, type Exchange } from './ask.ts';
import { ProviderFailure } from './provider.ts';
import { startScriptedServer } from './testing/scripted-server.ts';

const server = await startScriptedServer();
afterAll(() => server.close());

const asking = (how: Partial<Exchange> = {}): Promise<unknown> =>
  ask({
    who: 'Provider for sparky',
    url: `${server.url}/things`,
    headers: { authorization: 'Token sk-1' },
    body: { amount: 100 },
    repeats: true,
    notFound: 'unknown-there',
    secrets: ['sk-1'],
    ...how,
  });
const failureOf = async (how: Partial<Exchange> = {}): Promise<ProviderFailure> => {
  const failure = await asking(how).catch((error: unknown) => error);
  if (failure instanceof ProviderFailure) return failure;
  throw new Error(`no failure of the provider: ${failure}`);
};

test('JSON is posted, and JSON comes back', async () => {
  server.answer({ body: { id: 'a' } });
  await expect(asking()).resolves.toEqual({ id: 'a' });
  const [request] = server.received;
  expect(request).toMatchObject({ method: 'POST', path: '/things', body: '{"amount":100}' });
  expect(request?.headers).toMatchObject({ authorization: 'Token sk-1', 'content-type': 'application/json' });
});

test.each([
  ['lost connection', 'drop'],
  ['429', { status: 429 }],
  ['500', { status: 500 }],
] as const)('SP6 after a %s it is asked once more where that does no harm, and else never', async (_, trouble) => {
  server.answer(trouble, { body: { id: 'a' } });
  await expect(asking()).resolves.toEqual({ id: 'a' });
  expect(server.received).toHaveLength(2);

  server.answer(trouble);
  expect(await failureOf()).toMatchObject({ kind: 'unavailable' });
  expect(server.received).toHaveLength(2);

  server.answer(trouble);
  expect(await failureOf({ repeats: false })).toMatchObject({ kind: 'unavailable' });
  expect(server.received).toHaveLength(1);
});

test('SP6 a provider that is down is unavailable', async () => {
  const gone = await startScriptedServer();
  await gone.close();
  const failure = await failureOf({ url: gone.url, repeats: false });
  expect(failure.kind).toBe('unavailable');
  expect(failure.message).toContain('ECONNREFUSED');
});

test('SP6 a provider that is silent is unavailable after the time-out, and not asked again', async () => {
  server.answer('silence');
  const failure = await failureOf({ timeoutMs: 50 });
  expect(failure.kind).toBe('unavailable');
  expect(failure.message).toContain('TimeoutError');
  expect(server.received).toHaveLength(1);
});

test.each([
  ['17', 17],
  ['99999', 3_600],
  [new Date(Date.now() - 5_000).toUTCString(), 1],
])('SP6 Retry-After "%s" is handed on, and not waited for here', async (header, seconds) => {
  server.answer({ status: 429, headers: { 'retry-after': header } });
  expect(await failureOf()).toMatchObject({ kind: 'unavailable', retryAfterSeconds: seconds });
  expect(server.received).toHaveLength(1);
});

test.each([
  [400, 'refused'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'unknown-there'],
  [408, 'unavailable'],
  [409, 'refused'],
  [422, 'refused'],
  [503, 'unavailable'],
] as const)('SP6 HTTP %i is %s', async (status, kind) => {
  server.answer({ status });
  expect((await failureOf({ repeats: false })).kind).toBe(kind);
});

test('a redirect is not followed: the key stays here', async () => {
  server.answer({ status: 307, headers: { location: `${server.url}/elsewhere` } });
  expect((await failureOf()).kind).toBe('refused');
  expect(server.received).toHaveLength(1);
});

test('SP6 an answer that is huge or no JSON is unavailable', async () => {
  server.answer({ body: JSON.stringify('x'.repeat(256 * 1024)) });
  expect((await failureOf()).message).toContain('more than 262144 bytes');
  server.answer({ body: '<html>' });
  expect((await failureOf()).message).toContain('no JSON');
});

test('what operators read of a refusal has no key, no address and nothing of the buyer', async () => {
  const body = {
    detail: 'no such integration',
    key: 'Token sk-1',
    at: 'https://accept.example/v1/?clientSecret=cs',
    email: 'dana@example.com',
    phone: '+20 100 123-4567',
  };
  server.answer({ status: 400, body });
  const { message } = await failureOf();
  expect(message).toMatch(/^Provider for sparky: HTTP 400: .*no such integration/);
  expect(message).not.toMatch(/sk-1|accept\.example|dana|4567/);
  server.answer({ status: 400, body: 'x'.repeat(300_000) });
  expect((await failureOf()).message.length).toBeLessThan(300);
});

test('a key that cannot be sent is not shown', async () => {
  const { message } = await failureOf({ headers: { authorization: 'Token sk-\n1' } });
  expect(message).not.toContain('sk-');
});
