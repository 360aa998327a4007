/** A project's signing keys: pairs for ES256 and RS256, published as JWKS, or a shared secret for HS256. */
import { randomUUID } from 'node:crypto';
import {
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';

export type Algorithm = 'ES256' | 'RS256' | 'HS256';

/** What a project keeps of its key. */
export interface SigningKey {
  readonly algorithm: Algorithm;
  readonly kid: string;
  readonly privateJwk?: JWK;
  readonly publicJwk?: JWK;
  readonly secret?: string;
}

export async function createSigningKey(
  algorithm: Algorithm,
  secret?: string,
  kid: string = randomUUID(),
): Promise<SigningKey> {
  if (algorithm === 'HS256') {
    if (!secret) throw new Error('a project that signs with HS256 needs a secret');
    return { algorithm, kid, secret };
  }
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, kid, privateJwk: await exportJWK(privateKey), publicJwk: await exportJWK(publicKey) };
}

/** Shared secrets are not published. */
export function jwksOf(keys: readonly SigningKey[]): JSONWebKeySet {
  return {
    keys: keys.flatMap(({ algorithm, kid, publicJwk }) =>
      publicJwk ? [{ ...publicJwk, alg: algorithm, kid, use: 'sig', key_ops: ['verify'] }] : [],
    ),
  };
}

const keyFor = ({ algorithm, secret }: SigningKey, jwk: JWK | undefined) =>
  jwk ? importJWK(jwk, algorithm) : Promise.resolve(new TextEncoder().encode(secret));

export async function signToken(
  key: SigningKey,
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  const kid = key.secret ? {} : { kid: key.kid };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.algorithm, typ: 'JWT', ...kid, ...header })
    .sign(await keyFor(key, key.privateJwk));
}

/** Rejects on an unknown key, a wrong signature, issuer or time. */
export async function verifyToken(keys: readonly SigningKey[], token: string, issuer?: string): Promise<JWTPayload> {
  const { alg, kid } = decodeProtectedHeader(token);
  const key = keys.find((one) => one.algorithm === alg && (one.secret !== undefined || one.kid === kid));
  if (!key) throw new Error(`unrecognized JWT kid ${kid ?? '<nil>'} for algorithm ${alg}`);
  const options = { algorithms: [key.algorithm], ...(issuer ? { issuer } : {}) };
  return (await jwtVerify(token, await keyFor(key, key.publicJwk), options)).payload;
}
