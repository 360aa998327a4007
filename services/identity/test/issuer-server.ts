/** An issuer for tests: keys of its own, tokens signed with them, and a real JWKS endpoint on the loopback interface. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface SigningKey {
  readonly alg: 'ES256' | 'RS256';
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export const signingKey = async (alg: 'ES256' | 'RS256', kid: string): Promise<SigningKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
};

export interface IssuerServer {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** Served at the JWKS endpoint; changing it rotates the keys. */
  keys: readonly JWK[];
  /** `hang`: the connection is taken and never answered. `stall`: the answer begins and never ends. `reset`: it is closed at once. */
  mode: 'up' | 'error' | 'hang' | 'stall' | 'reset' | 'not-json' | 'no-key-set' | 'redirect' | 'huge';
  requests: number;
  close(): Promise<void>;
}

export const startIssuer = async (...keys: readonly SigningKey[]): Promise<IssuerServer> => {
  const server = createServer((request, response) => {
    state.requests += 1;
    if (state.mode === 'hang') return;
    if (state.mode === 'reset') request.socket.destroy();
    else if (state.mode === 'stall') response.write('{"keys":');
    else if (state.mode === 'redirect') response.writeHead(302, { location: `${state.issuer}/elsewhere` }).end();
    else if (state.mode === 'error') response.writeHead(500).end();
    else if (state.mode === 'not-json') response.end('<html>');
    else if (state.mode === 'no-key-set') response.end(JSON.stringify({ keys: 'none' }));
    else if (state.mode === 'huge') response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(200_000) }));
    else if (request.url === '/auth/v1/.well-known/jwks.json') response.end(JSON.stringify({ keys: state.keys }));
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth/v1`;
  const state: IssuerServer = {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    keys: keys.map(({ jwk }) => jwk),
    mode: 'up',
    requests: 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return state;
};

/** A signed token. `undefined` takes a claim away. */
export const signToken = (
  { alg, kid, key }: { alg: string; kid?: string; key: CryptoKey | Uint8Array },
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> =>
  new SignJWT(Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid !== undefined && { kid }), ...header })
    .sign(key);

/** A token whose header and payload are these very texts, for what no library would write. */
export const signText = async (key: CryptoKey, header: string, payload: string): Promise<string> => {
  const head = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const { name } = key.algorithm;
  const algorithm = name === 'ECDSA' ? { name, hash: 'SHA-256' } : { name };
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(head));
  return `${head}.${Buffer.from(signature).toString('base64url')}`;
};
