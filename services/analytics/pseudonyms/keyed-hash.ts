/** Pseudonyms: a keyed hash of what is not to be known. Who has the key can make them again; nobody can without it. */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyedHash } from '../domain/lake-row.ts';

/** Of a key; as many as SHA-256 has. */
const keyBytes = 32;
/** 128 bits: two of a billion billion would share one. */
const hexDigits = 32;

/** Base64. */
export const newKey = (): string => randomBytes(keyBytes).toString('base64');

export const keyedHashOf = (key: string): KeyedHash => {
  const secret = createSecretKey(key, 'base64');
  return (kind, text) => createHmac('sha256', secret).update(`${kind}:${text}`).digest('hex').slice(0, hexDigits);
};
