/** The keys of each issuer: a JWKS endpoint's, or one shared secret. Which of the two is configuration, never the token's say. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Issuer } from '#services/catalog/contracts.ts';
import { lastGood } from '#shared/last-good.ts';

export type KeysOf = (issuer: Issuer) => JWTVerifyGetKey;

export interface IssuerKeysOptions {
  /** The secret of this name. */
  readonly readSecret: (name: string) => Promise<string>;
  /** Told of each failed attempt to read an issuer's keys. */
  readonly onFailure?: (issuer: string, error: unknown) => void;
  /** Of one JWKS request. Well below the authorizer's own time-out of 5 s. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

const minute = 60_000;
const jwksAge = { maxAgeMs: 10 * minute, cooldownMs: 30_000, emptyCooldownMs: 1_000, keepMs: 24 * 60 * minute };
const secretAge = { maxAgeMs: 5 * minute, cooldownMs: 30_000, emptyCooldownMs: 1_000, keepMs: 60 * minute };

/** A key set is a few keys of some hundred bytes each. */
const maxKeySetBytes = 64 * 1024;
/** RFC 7518 section 3.2: a key for HS256 has at least the hash's size. */
const minSecretBytes = 32;

const readLimited = async (body: ReadableStream<Uint8Array> | null): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxKeySetBytes) throw new Error(`The key set is larger than ${maxKeySetBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const fetchKeySet = async (url: string, timeoutMs: number) => {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`The key set endpoint answered ${response.status}.`);
  }
  return createLocalJWKSet(JSON.parse(await readLimited(response.body)) as JSONWebKeySet);
};

const secretBytes = (secret: string): Uint8Array => {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.byteLength < minSecretBytes) throw new Error(`The secret has less than ${minSecretBytes} bytes.`);
  return bytes;
};

/**
 * One source of keys per entry, made on first use and kept for the life of the process. An issuer that signs in two ways has
 * two: its secret never meets ES256, nor its public keys HS256.
 */
export const issuerKeys = ({ readSecret, onFailure, timeoutMs = 3_000, now = Date.now }: IssuerKeysOptions): KeysOf => {
  const sourceOf = (issuer: Issuer): JWTVerifyGetKey => {
    const common = { now, onFailure: (error: unknown) => onFailure?.(issuer.issuer, error) };
    if (issuer.algorithm === 'HS256') {
      const { secret_name } = issuer;
      const secret = lastGood({
        ...common,
        ...secretAge,
        load: async () => secretBytes(await readSecret(secret_name)),
      });
      return () => secret.read();
    }
    const { jwks_url } = issuer;
    const keySet = lastGood({ ...common, ...jwksAge, load: () => fetchKeySet(jwks_url, timeoutMs) });
    return async (header, token) => {
      const keys = await keySet.read();
      try {
        return await keys(header, token);
      } catch (error) {
        // The issuer may have a new key. `refresh` keeps a stream of invented kids from becoming a stream of requests.
        if (error instanceof errors.JWKSNoMatchingKey && (await keySet.refresh()))
          return (await keySet.read())(header, token);
        throw error;
      }
    };
  };
  const sources = new Map<Issuer, JWTVerifyGetKey>();
  return (issuer) => {
    const source = sources.get(issuer) ?? sourceOf(issuer);
    sources.set(issuer, source);
    return source;
  };
};
