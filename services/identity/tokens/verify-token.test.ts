import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { signingKey, signText, signToken } from '../test/issuer-server.ts';
import { accepted, hsIssuer, refused, secretBytes, startedAt, startTrustedApps, user } from '../test/trusted-apps.ts';

const apps = await startTrustedApps();
const { esKey, rsKey, esServer, rsServer, clock, secretReads, claims, esToken, verifyHeader, verdictOf } = apps;
afterAll(() => apps.close());
beforeEach(() => apps.reset());

describe('a good token', () => {
  test('ES256 by JWKS speaks for its user in its app', async () => {
    expect(await verdictOf(esToken())).toEqual(accepted('app-es'));
  });
  test('RS256 by JWKS', async () => {
    const token = signToken({ alg: 'RS256', kid: 'rs-1', key: rsKey.privateKey }, claims({ iss: rsServer.issuer }));
    expect(await verdictOf(token)).toEqual(accepted('app-rs'));
  });
  test('HS256 by secret, which is read once in five minutes', async () => {
    const token = await signToken({ alg: 'HS256', key: secretBytes }, claims({ iss: hsIssuer }));
    expect(await verdictOf(token)).toEqual(accepted('app-hs'));
    expect(await verdictOf(token)).toEqual(accepted('app-hs'));
    expect(secretReads).toEqual(['legacy/jwt']);
    clock.now += 5 * 60_000 + 1;
    await verdictOf(token);
    expect(secretReads).toHaveLength(2);
  });
  test('needs no e-mail, and an empty one is none', async () => {
    const expected = { verdict: 'user', app: 'app-es', user };
    expect(await verdictOf(esToken({ email: undefined }))).toEqual(expected);
    expect(await verdictOf(esToken({ email: '' }))).toEqual(expected);
  });
  test.each([
    [{ app_metadata: { role: 'admin' } }],
    [{ app_metadata: { roles: ['editor', 'admin'] } }],
    [{ user_metadata: { role: 'admin', roles: ['admin'] } }],
    [{ app_metadata: 'admin' }],
    [{ roles: ['admin'], user_role: 'admin', org_role: 'org:admin' }],
  ])('FS9 %j makes no admin: roles are in the record, not in the token', async (more) => {
    expect(await verdictOf(esToken(more))).toEqual(accepted('app-es'));
  });
  test('many requests read the keys once', async () => {
    const token = await esToken();
    await Promise.all(Array.from({ length: 20 }, () => verdictOf(token)));
    expect(esServer.requests).toBe(1);
  });
});

describe('the header', () => {
  test.each([undefined, ''])('%p is no token', async (header) => {
    expect(await verifyHeader(header)).toEqual(refused('token-missing'));
  });
  test.each([
    'Bearer',
    'Bearer x',
    'Basic dXNlcjpwYXNz',
    'Bearer a.b.c',
    'Bearer a.b.c, Bearer a.b.c',
    'Bearer a.b.c d',
  ])('"%s" is malformed', async (header) => {
    expect(await verifyHeader(header)).toEqual(refused('token-malformed'));
  });
  test('with two tokens is malformed, though both are good: API Gateway joins two headers with a comma', async () => {
    const token = await esToken();
    expect(await verifyHeader(`Bearer ${token}`)).toEqual(accepted('app-es'));
    for (const two of [
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token},Bearer ${token}`,
      `Bearer ${token} ${token}`,
    ])
      expect(await verifyHeader(two)).toEqual(refused('token-malformed'));
  });
  test('of more than 8 KB is malformed, and not looked into', async () => {
    expect(await verdictOf(esToken({ padding: 'x'.repeat(9_000) }))).toEqual(refused('token-malformed'));
    expect(esServer.requests).toBe(0);
  });
});

describe('claims', () => {
  const elsewhere = (change: (iss: string) => unknown) => ({ iss: change(esServer.issuer) });
  test.each([
    ['iss', elsewhere(() => 'https://elsewhere.example/auth/v1')],
    ['iss with a slash more', elsewhere((iss) => `${iss}/`)],
    ['iss in another case', elsewhere((iss) => iss.replace('http', 'HTTP'))],
    ['iss with a path that leads back', elsewhere((iss) => `${iss}/../v1`)],
    ['iss in a list', elsewhere((iss) => [iss])],
    ['iss that is an object', elsewhere((iss) => ({ iss }))],
    ['iss of every object', { iss: 'constructor' }],
    ['no iss', { iss: undefined }],
    ['aud', { aud: 'somebody-else' }],
    ['aud in another case', { aud: 'Authenticated' }],
    ['aud in a list of others', { aud: ['somebody-else', 'authenticated '] }],
    ['aud in a list of lists', { aud: [['authenticated']] }],
    ['aud as a key', { aud: { authenticated: true } }],
    ['an empty aud', { aud: [] }],
    ['no aud', { aud: undefined }],
    ['no sub', { sub: undefined }],
    ['an empty sub', { sub: '' }],
    ['a sub that is a number', { sub: 7 }],
    ['a sub in a list', { sub: [user] }],
    ['a sub that breaks keys apart', { sub: 'a#b' }],
    ['a sub of 129 characters', { sub: 'x'.repeat(129) }],
    ['no exp', { exp: undefined }],
    ['an exp that is text', { exp: '4102444800' }],
    ['an exp that is null', { exp: null }],
    ['an nbf that is text', { nbf: '0' }],
    ['an iat that is text', { iat: '0' }],
    ['service_role', { role: 'service_role' }],
    ['anon', { role: 'anon', sub: undefined }],
  ])('wrong: %s', async (_name, more: Record<string, unknown>) => {
    expect(await verdictOf(esToken(more))).toEqual(refused('token-untrusted'));
  });
  test('a sub of 128 characters is as long as one may be', async () => {
    const sub = 'x'.repeat(128);
    expect(await verdictOf(esToken({ sub }))).toEqual({ ...accepted('app-es'), user: sub });
  });
  test.each(['["iss"]', '"token"', 'null', '{"iss":', '', '\ud800'])('%j is no set of claims', async (payload) => {
    const token = await signText(esKey.privateKey, JSON.stringify({ alg: 'ES256', kid: 'es-1' }), payload);
    expect((await verdictOf(token)).verdict).toBe('refused');
  });
  test('of a claim that is there twice the last counts, for the choice of the issuer as for all else', async () => {
    const header = JSON.stringify({ alg: 'ES256', kid: 'es-1' });
    const twice = (name: string, first: unknown, last: unknown) =>
      JSON.stringify(claims({ [name]: '*' })).replace(
        '"*"',
        `${JSON.stringify(first)},"${name}":${JSON.stringify(last)}`,
      );
    const verdictOn = (payload: string) => verdictOf(signText(esKey.privateKey, header, payload));
    expect(await verdictOn(twice('sub', 'somebody-else', user))).toEqual(accepted('app-es'));
    expect(await verdictOn(twice('iss', rsServer.issuer, esServer.issuer))).toEqual(accepted('app-es'));
    expect(await verdictOn(twice('iss', esServer.issuer, rsServer.issuer))).toEqual(refused('token-untrusted'));
    expect(await verdictOn(twice('aud', 'authenticated', 'somebody-else'))).toEqual(refused('token-untrusted'));
  });
  test('an anonymous session is told apart', async () => {
    expect(await verdictOf(esToken({ is_anonymous: true }))).toEqual(refused('user-anonymous'));
  });
  test('a token keeps the app of its issuer, whatever it claims', async () => {
    expect(await verdictOf(esToken({ app: 'app-rs', aud: ['authenticated', 'app-rs'] }))).toEqual(accepted('app-es'));
  });
  test('a key of app A signs nothing for app B', async () => {
    const token = signToken({ alg: 'ES256', kid: 'es-1', key: esKey.privateKey }, claims({ iss: rsServer.issuer }));
    expect(await verdictOf(token)).toEqual(refused('token-untrusted'));
  });
});

describe('time, with 30 s of leeway', () => {
  test('expiry', async () => {
    const token = await esToken({ exp: startedAt / 1000 + 100 });
    clock.now = startedAt + (100 + 29) * 1000;
    expect(await verdictOf(token)).toEqual(accepted('app-es'));
    clock.now = startedAt + (100 + 30) * 1000;
    expect(await verdictOf(token)).toEqual(refused('token-expired'));
  });
  test('not before', async () => {
    const token = await esToken({ nbf: startedAt / 1000 + 100 });
    clock.now = startedAt + (100 - 31) * 1000;
    expect(await verdictOf(token)).toEqual(refused('token-not-yet-valid'));
    clock.now = startedAt + (100 - 30) * 1000;
    expect(await verdictOf(token)).toEqual(accepted('app-es'));
  });
  test('issued at', async () => {
    const token = await esToken({ iat: startedAt / 1000 + 100 });
    clock.now = startedAt + (100 - 31) * 1000;
    expect(await verdictOf(token)).toEqual(refused('token-not-yet-valid'));
    clock.now = startedAt + (100 - 30) * 1000;
    expect(await verdictOf(token)).toEqual(accepted('app-es'));
  });
  test('both too early and too late is a token that nobody makes: the reason is that it is not yet valid', async () => {
    const token = esToken({ nbf: startedAt / 1000 + 100, exp: startedAt / 1000 - 100 });
    expect(await verdictOf(token)).toEqual(refused('token-not-yet-valid'));
  });
  test('an expired token with a wrong signature is not told that it expired', async () => {
    const token = await esToken({ exp: startedAt / 1000 - 1000 });
    const { privateKey } = await signingKey('ES256', 'x');
    const forged = await signToken(
      { alg: 'ES256', kid: 'es-1', key: privateKey },
      claims({ exp: startedAt / 1000 - 1000 }),
    );
    expect(await verdictOf(token)).toEqual(refused('token-expired'));
    expect(await verdictOf(forged)).toEqual(refused('token-untrusted'));
  });
});
