/** Public ids: a prefix that tells the kind, and a UUID. UUIDv7 sorts by time; a derived one is the same for the same parts. */
import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import * as z from 'zod';

export type IdPrefix = 'acc' | 'gen' | 'ast' | 'pay' | 'sub' | 'ntf' | 'prm' | 'adj' | 'rpl' | 'whk' | 'dlv';
export type Id<Prefix extends IdPrefix> = `${Prefix}_${string}`;

/** A new id, sorting behind all made before. @example newId('ast') // ast_0199c2d4-… */
export const newId = <Prefix extends IdPrefix>(prefix: Prefix): Id<Prefix> => `${prefix}_${uuidv7()}`;

/** Equal parts give the equal UUID (version 8, made of a SHA-256). */
export const derivedUuid = (...parts: readonly string[]): string => {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** The id of this very thing. @example derivedId('gen', app, user, key) */
export const derivedId = <Prefix extends IdPrefix>(prefix: Prefix, ...parts: readonly string[]): Id<Prefix> =>
  `${prefix}_${derivedUuid(...parts)}`;

/** The first twelve digits of a UUIDv7: the time in milliseconds. */
const timeDigits = (at: string): string => {
  const digits = Date.parse(at).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
};

/** The id of this very thing, which sorts by the time it is of. @example timedId('dlv', event.at, event.id, endpoint) */
export const timedId = <Prefix extends IdPrefix>(prefix: Prefix, at: string, ...parts: readonly string[]): Id<Prefix> =>
  `${prefix}_${timeDigits(at)}-${derivedUuid(...parts).slice(14)}`;

/** Sorts before every id that begins with this time or a later one. */
export const firstIdAt = (prefix: IdPrefix, at: string): string => `${prefix}_${timeDigits(at)}`;

/** Eight characters that stand for a text: 48 bits of its SHA-256. Two of a million texts share one with a chance of 0.2 %. */
export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 8);

/** A schema for ids of one kind. */
export const idSchema = <Prefix extends IdPrefix>(prefix: Prefix) =>
  z.templateLiteral([z.literal(`${prefix}_`), z.uuid()], `must be an id as ${prefix}_…`) as unknown as z.ZodType<
    Id<Prefix>,
    Id<Prefix>
  >;
