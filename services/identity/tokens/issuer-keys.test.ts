import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { trustedIssuers } from '../domain/trusted-issuers.ts';
import { type SigningKey, signingKey, signToken } from '../test/issuer-server.ts';
import { accepted, hsIssuer, refused, startedAt, startTrustedApps } from '../test/trusted-apps.ts';
import { issuerKeys } from './issuer-keys.ts';
import { tokenVerifier } from './verify-token.ts';

const apps = await startTrustedApps();
const { esKey, esServer, clock, claims, esToken, verdictOf } = apps;
afterAll(() => apps.close());
beforeEach(() => apps.reset());

describe('keys that change or cannot be read', () => {
  const tokenOf = (key: SigningKey) => signToken({ alg: 'ES256', kid: key.kid, key: key.privateKey }, claims());

  test('a new key is found after the cool-down', async () => {
    await verdictOf(esToken());
    const next = await signingKey('ES256', 'es-2');
    esServer.keys = [esKey.jwk, next.jwk];
    expect(await verdictOf(tokenOf(next))).toEqual(refused('token-untrusted'));
    clock.now += 30_001;
    expect(await verdictOf(tokenOf(next))).toEqual(accepted('app-es'));
    expect(esServer.requests).toBe(2);
  });
  test('while both are published, tokens of the old key and of the new one are good side by side', async () => {
    const next = await signingKey('ES256', 'es-2');
    esServer.keys = [next.jwk, esKey.jwk];
    for (const key of [esKey, next, esKey, next]) expect(await verdictOf(tokenOf(key))).toEqual(accepted('app-es'));
    expect(esServer.requests).toBe(1);
  });
  test('of two keys without a kid neither is guessed', async () => {
    const next = await signingKey('ES256', 'es-2');
    const { kid: _, ...jwk } = esKey.jwk;
    const { kid: __, ...nextJwk } = next.jwk;
    esServer.keys = [jwk, nextJwk];
    const token = signToken({ alg: 'ES256', key: esKey.privateKey }, claims());
    expect(await verdictOf(token)).toEqual(refused('token-untrusted'));
  });
  test('invented kids cost one request in 30 s', async () => {
    await verdictOf(esToken());
    clock.now += 30_001;
    for (let index = 0; index < 25; index += 1) {
      const token = signToken({ alg: 'ES256', kid: `invented-${index}`, key: esKey.privateKey }, claims());
      expect(await verdictOf(token)).toEqual(refused('token-untrusted'));
      clock.now += 1_000;
    }
    expect(esServer.requests).toBe(2);
  });
  test('a withdrawn key is good no longer than ten minutes', async () => {
    await verdictOf(esToken());
    const next = await signingKey('ES256', 'es-2');
    esServer.keys = [next.jwk];
    clock.now += 10 * 60_000 + 1;
    expect(await verdictOf(esToken())).toEqual(refused('token-untrusted'));
  });
  test.each(['error', 'not-json', 'no-key-set', 'redirect', 'huge', 'reset'] as const)(
    'no keys yet and the endpoint answers %s',
    async (mode) => {
      esServer.mode = mode;
      expect(await verdictOf(esToken())).toEqual(refused('issuer-unreachable'));
    },
  );
  test.each(['error', 'not-json', 'no-key-set', 'redirect', 'huge', 'hang', 'stall', 'reset'] as const)(
    'keys are there, are old, and the endpoint answers %s: the last good ones serve',
    async (mode) => {
      apps.reset(400);
      await verdictOf(esToken());
      esServer.mode = mode;
      clock.now += 11 * 60_000;
      expect(await verdictOf(esToken())).toEqual(accepted('app-es'));
      expect(esServer.requests).toBe(2);
    },
  );
  test.each(['hang', 'stall'] as const)('an endpoint that never ends its answer is given up: %s', async (mode) => {
    apps.reset(400);
    esServer.mode = mode;
    expect(await verdictOf(esToken())).toEqual(refused('issuer-unreachable'));
  });
  test('when the endpoint is back, so are the users', async () => {
    esServer.mode = 'error';
    await verdictOf(esToken());
    esServer.mode = 'up';
    clock.now += 1_001;
    expect(await verdictOf(esToken())).toEqual(accepted('app-es'));
  });
  test('the last good keys serve while the endpoint is down, for a day', async () => {
    await verdictOf(esToken());
    esServer.mode = 'error';
    const longLived = await esToken({ exp: startedAt / 1000 + 90_000 });
    for (let hour = 1; hour <= 24; hour += 1) {
      clock.now = startedAt + hour * 3_600_000;
      expect(await verdictOf(longLived)).toEqual(accepted('app-es'));
    }
    clock.now += 1_000;
    expect(await verdictOf(longLived)).toEqual(refused('issuer-unreachable'));
  });
  test('while it is down, requests to it are bounded', async () => {
    await verdictOf(esToken());
    esServer.mode = 'error';
    clock.now += 11 * 60_000;
    const token = await esToken();
    for (let second = 0; second < 29; second += 1) {
      expect(await verdictOf(token)).toEqual(accepted('app-es'));
      clock.now += 1_000;
    }
    expect(esServer.requests).toBe(2);
  });
  test('a secret that is too short is not used', async () => {
    const verifyHs = tokenVerifier({
      issuers: trustedIssuers({
        'app-hs': [{ algorithm: 'HS256', issuer: hsIssuer, audience: 'authenticated', secret_name: 's' }],
      }),
      keysOf: issuerKeys({ readSecret: async () => 'short' }),
      now: () => clock.now,
    });
    const token = await signToken({ alg: 'HS256', key: new TextEncoder().encode('short') }, claims({ iss: hsIssuer }));
    expect(await verifyHs(`Bearer ${token}`)).toEqual(refused('issuer-unreachable'));
  });
});
