import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportSPKI, importJWK } from 'jose';
import { signingKey, signToken, startIssuer } from '../test/issuer-server.ts';
import { accepted, hsIssuer, refused, secretBytes, startedAt, startTrustedApps, user } from '../test/trusted-apps.ts';

const apps = await startTrustedApps();
const { esKey, rsKey, esServer, rsServer, clock, secretReads, claims, esToken, verifyHeader, verdictOf } = apps;
afterAll(() => apps.close());
beforeEach(() => apps.reset());

const unsigned = (header: object, payload: object): string =>
  [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

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
    [{ app_metadata: { role: 'editor', roles: ['admin'], provider: 'email' } }],
  ])('FS9 with %j is an admin of its app', async (more) => {
    expect(await verdictOf(esToken(more))).toEqual({ ...accepted('app-es'), role: 'admin' });
  });
  test.each([
    [{ user_metadata: { role: 'admin', roles: ['admin'] } }],
    [{ user_metadata: { app_metadata: { role: 'admin' } } }],
    [{ app_metadata: { role: ['admin'] } }],
    [{ app_metadata: { role: 'Admin' } }],
    [{ app_metadata: { roles: 'admin' } }],
    [{ app_metadata: { roles: [['admin'], { admin: true }] } }],
    [{ app_metadata: 'admin' }],
    [{ roles: ['admin'], user_role: 'admin' }],
  ])('FS9 %j makes no admin: users can write all but app_metadata themselves', async (more) => {
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
  test('of more than 8 KB is malformed, and not looked into', async () => {
    expect(await verdictOf(esToken({ padding: 'x'.repeat(9_000) }))).toEqual(refused('token-malformed'));
    expect(esServer.requests).toBe(0);
  });
});

describe('algorithms are the issuer’s, never the token’s', () => {
  test('none', async () => {
    const none = unsigned({ alg: 'none', typ: 'JWT' }, claims());
    expect(await verdictOf(`${none}.`)).toEqual(refused('token-untrusted'));
    expect(await verdictOf(`${none}.c2ln`)).toEqual(refused('token-untrusted'));
  });
  test('HS256 signed with the public key', async () => {
    const publicKey = (await importJWK(rsKey.jwk, 'RS256', { extractable: true })) as CryptoKey;
    const pem = new TextEncoder().encode(await exportSPKI(publicKey));
    const token = signToken({ alg: 'HS256', kid: 'rs-1', key: pem }, claims({ iss: rsServer.issuer }));
    expect(await verdictOf(token)).toEqual(refused('token-untrusted'));
  });
  test('RS256 for an issuer of ES256, even with its kid', async () => {
    const token = signToken({ alg: 'RS256', kid: 'es-1', key: rsKey.privateKey }, claims());
    expect(await verdictOf(token)).toEqual(refused('token-untrusted'));
  });
  test('HS256 with the secret of another app', async () => {
    const token = signToken({ alg: 'HS256', key: secretBytes }, claims());
    expect(await verdictOf(token)).toEqual(refused('token-untrusted'));
  });
  test('keys and addresses in the header are ignored', async () => {
    const foreign = await signingKey('ES256', 'es-1');
    const attacker = await startIssuer(foreign);
    try {
      for (const header of [{ jku: attacker.jwksUrl }, { jwk: foreign.jwk }, { x5u: attacker.jwksUrl }])
        expect(
          await verdictOf(signToken({ alg: 'ES256', kid: 'es-1', key: foreign.privateKey }, claims(), header)),
        ).toEqual(refused('token-untrusted'));
      expect(attacker.requests).toBe(0);
    } finally {
      await attacker.close();
    }
  });
});

describe('claims', () => {
  test.each([
    ['iss', { iss: 'https://elsewhere.example/auth/v1' }],
    ['iss with a slash more', { iss: 'SLASH' }],
    ['no iss', { iss: undefined }],
    ['aud', { aud: 'somebody-else' }],
    ['no aud', { aud: undefined }],
    ['no sub', { sub: undefined }],
    ['a sub that breaks keys apart', { sub: 'a#b' }],
    ['no exp', { exp: undefined }],
    ['service_role', { role: 'service_role' }],
    ['anon', { role: 'anon', sub: undefined }],
  ])('wrong: %s', async (_name, more: Record<string, unknown>) => {
    const changed = more.iss === 'SLASH' ? { iss: `${esServer.issuer}/` } : more;
    expect(await verdictOf(esToken(changed))).toEqual(refused('token-untrusted'));
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
