/** Who signed a token, and how: only as its issuer is configured to, whatever the header says. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportSPKI, importJWK } from 'jose';
import {
  type IssuerServer,
  type SigningKey,
  signingKey,
  signText,
  signToken,
  startIssuer,
} from '../test/issuer-server.ts';
import { accepted, hsIssuer, refused, secretBytes, startTrustedApps } from '../test/trusted-apps.ts';

const apps = await startTrustedApps();
const { esKey, rsKey, movingKey, esServer, rsServer, movingServer, secretReads, claims, verdictOf } = apps;
afterAll(() => apps.close());
beforeEach(() => apps.reset());

const untrusted = refused('token-untrusted');
const unsigned = (header: object, payload: object): string =>
  [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

/** What an attacker could take for the secret: each form in which a public key is told. */
const publicKeyTexts = async ({ alg, jwk }: SigningKey, { jwksUrl }: IssuerServer): Promise<Uint8Array[]> => {
  const pem = await exportSPKI((await importJWK(jwk, alg, { extractable: true })) as CryptoKey);
  const keySet = await (await fetch(jwksUrl)).text();
  return [pem, pem.trim(), JSON.stringify(jwk), keySet, jwk.x ?? '', jwk.n ?? ''].flatMap((text) =>
    text === '' ? [] : [new TextEncoder().encode(text)],
  );
};

describe('algorithms are the issuer’s, never the token’s', () => {
  test.each(['none', 'None', 'NONE', ''])('alg "%s"', async (alg) => {
    const none = unsigned({ alg, typ: 'JWT' }, claims());
    expect(await verdictOf(`${none}.`)).toEqual(untrusted);
    expect(await verdictOf(`${none}.c2ln`)).toEqual(untrusted);
  });
  test.each([[{ typ: 'JWT' }], [{ alg: 256 }], [{ alg: ['ES256'] }], [{ alg: null }], [{ alg: 'es256' }]])(
    'no such alg: %j',
    async (header) => {
      expect(await verdictOf(`${unsigned(header, claims())}.c2ln`)).toEqual(untrusted);
    },
  );
  test.each([
    ['RS256', rsKey, rsServer],
    ['ES256', esKey, esServer],
  ] as const)('HS256 signed with the public key of %s', async (_, key, server) => {
    for (const secret of await publicKeyTexts(key, server)) {
      const token = signToken({ alg: 'HS256', kid: key.kid, key: secret }, claims({ iss: server.issuer }));
      expect(await verdictOf(token)).toEqual(untrusted);
    }
    expect(secretReads).toEqual([]);
  });
  test('RS256 for an issuer of ES256, even with its kid', async () => {
    const token = signToken({ alg: 'RS256', kid: 'es-1', key: rsKey.privateKey }, claims());
    expect(await verdictOf(token)).toEqual(untrusted);
    expect(esServer.requests).toBe(0);
  });
  test('HS256 with the secret of another app', async () => {
    const token = signToken({ alg: 'HS256', key: secretBytes }, claims());
    expect(await verdictOf(token)).toEqual(untrusted);
  });
});

describe('an issuer that moves from its secret to a key pair', () => {
  const iss = movingServer.issuer;
  const byPair = () => signToken({ alg: 'ES256', kid: movingKey.kid, key: movingKey.privateKey }, claims({ iss }));
  const bySecret = () => signToken({ alg: 'HS256', key: secretBytes }, claims({ iss }));

  test('signs in both ways, for the same app and user', async () => {
    expect(await verdictOf(byPair())).toEqual(accepted('app-moving'));
    expect(await verdictOf(bySecret())).toEqual(accepted('app-moving'));
    expect([movingServer.requests, secretReads]).toEqual([1, ['legacy/jwt']]);
  });
  test('each way has its own keys: a token by secret asks for no key set, one by pair for no secret', async () => {
    await verdictOf(bySecret());
    expect([movingServer.requests, secretReads]).toEqual([0, ['legacy/jwt']]);
    apps.reset();
    await verdictOf(byPair());
    expect([movingServer.requests, secretReads]).toEqual([1, []]);
  });
  test('its public key is no secret, with both configured', async () => {
    for (const secret of await publicKeyTexts(movingKey, movingServer)) {
      expect(await verdictOf(signToken({ alg: 'HS256', key: secret }, claims({ iss })))).toEqual(untrusted);
      const withKid = signToken({ alg: 'HS256', kid: movingKey.kid, key: secret }, claims({ iss }));
      expect(await verdictOf(withKid)).toEqual(untrusted);
    }
  });
  test('a secret among its public keys serves nobody', async () => {
    const planted = new TextEncoder().encode('a key that somebody put into the key set');
    const jwk = { kty: 'oct', kid: 'oct-1', alg: 'HS256', k: Buffer.from(planted).toString('base64url') };
    movingServer.keys = [movingKey.jwk, jwk];
    await verdictOf(byPair());
    const token = signToken({ alg: 'HS256', kid: 'oct-1', key: planted }, claims({ iss }));
    expect(await verdictOf(token)).toEqual(untrusted);
  });
  test('an algorithm that is configured for neither is refused, though it has a key of that kind', async () => {
    movingServer.keys = [movingKey.jwk, rsKey.jwk];
    const token = signToken({ alg: 'RS256', kid: rsKey.kid, key: rsKey.privateKey }, claims({ iss }));
    expect(await verdictOf(token)).toEqual(untrusted);
  });
  test('while its endpoint is down, tokens by secret are still good', async () => {
    movingServer.mode = 'error';
    expect(await verdictOf(byPair())).toEqual(refused('issuer-unreachable'));
    expect(await verdictOf(bySecret())).toEqual(accepted('app-moving'));
  });
  test('the secret is no good for issuers that never had one', async () => {
    expect(await verdictOf(signToken({ alg: 'HS256', key: secretBytes }, claims({ iss: hsIssuer })))).toEqual(
      accepted('app-hs'),
    );
    expect(await verdictOf(signToken({ alg: 'HS256', key: secretBytes }, claims()))).toEqual(untrusted);
  });
});

describe('the header of a token', () => {
  test('keys and addresses in it are ignored', async () => {
    const foreign = await signingKey('ES256', 'es-1');
    const attacker = await startIssuer(foreign);
    try {
      for (const header of [
        { jku: attacker.jwksUrl },
        { jwk: foreign.jwk },
        { x5u: attacker.jwksUrl },
        { x5c: ['MIIBszCCAVmgAwIBAgIUA='] },
        { x5t: 'es-1', 'x5t#S256': 'es-1' },
      ])
        expect(
          await verdictOf(signToken({ alg: 'ES256', kid: 'es-1', key: foreign.privateKey }, claims(), header)),
        ).toEqual(untrusted);
      expect(attacker.requests).toBe(0);
    } finally {
      await attacker.close();
    }
  });
  test.each([
    ['a path', '../../../../etc/passwd'],
    ['an address', 'http://169.254.169.254/latest/meta-data/'],
    ['SQL', "' UNION SELECT 'key' --"],
    ['a command', '| /bin/sh -c id'],
    ['a prototype', '__proto__'],
    ['nothing', ''],
    ['a number', 1],
    ['an object', { $ne: null }],
    ['a list', ['es-1']],
    ['null', null],
  ])('a kid that is %s finds no key, though the signature is good', async (_, kid) => {
    const token = await signText(esKey.privateKey, JSON.stringify({ alg: 'ES256', kid }), JSON.stringify(claims()));
    expect(await verdictOf(token)).toEqual(untrusted);
    expect(esServer.requests).toBe(1);
  });
  test('a kid of 10 KB is not looked into', async () => {
    const token = await signToken({ alg: 'ES256', kid: 'x'.repeat(10_240), key: esKey.privateKey }, claims());
    expect(await verdictOf(token)).toEqual(refused('token-malformed'));
    expect(esServer.requests).toBe(0);
  });
  test.each([
    ['something unheard of', { crit: ['mfa'], mfa: true }, 'token-untrusted'],
    ['an unencoded payload', { crit: ['b64'], b64: false }, 'token-malformed'],
    ['nothing', { crit: [] }, 'token-malformed'],
    ['exp, which is not for the header', { crit: ['exp'], exp: 1 }, 'token-untrusted'],
  ])('crit that asks for %s', async (_, more, reason) => {
    const header = JSON.stringify({ alg: 'ES256', kid: 'es-1', ...more });
    expect(await verdictOf(signText(esKey.privateKey, header, JSON.stringify(claims())))).toEqual(refused(reason));
  });
  test('b64 without crit has no meaning: the payload is read as ever', async () => {
    const header = JSON.stringify({ alg: 'ES256', kid: 'es-1', b64: false });
    const payload = JSON.stringify(claims());
    expect(await verdictOf(signText(esKey.privateKey, header, payload))).toEqual(accepted('app-es'));
    const [head, , signature] = (await signText(esKey.privateKey, header, payload)).split('.');
    expect(await verdictOf(`${head}.e30.${signature}`)).toEqual(untrusted);
  });
});

describe('a signature', () => {
  test.each([
    ['gone', () => ''],
    ['of zeros', () => Buffer.alloc(64).toString('base64url')],
    ['cut', (good: string) => good.slice(0, -4)],
    ['with a bit turned', (good: string) => (good[0] === 'A' ? 'B' : 'A') + good.slice(1)],
    ['twice', (good: string) => good + good],
  ])('%s', async (_, change: (good: string) => string) => {
    const [head = '', payload = '', signature = ''] = (await apps.esToken()).split('.');
    expect(await verdictOf(`${head}.${payload}.${change(signature)}`)).toEqual(untrusted);
  });
  test('stays with its claims', async () => {
    const [head, , signature] = (await apps.esToken()).split('.');
    const others = Buffer.from(JSON.stringify(claims({ sub: 'somebody-else' }))).toString('base64url');
    expect(await verdictOf(`${head}.${others}.${signature}`)).toEqual(untrusted);
  });
});
