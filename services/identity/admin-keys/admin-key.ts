/**
 * Admin keys: what an app's own server or its operators show in place of a session. A key is 256 random bits and names its
 * app; only its SHA-256 is kept, so whoever reads the list can act as nobody. A plain hash suffices where nothing can be guessed.
 * An operator key is of the whole deployment: it names no app, and is listed under `*`.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { appId, wholeDeployment } from '#shared/owner.ts';

/** Two for a rotation, a few for separate servers. */
export const maxKeysPerApp = 10;
const maxApps = 1_000;

/** `{ "<app>": ["<SHA-256 in hex>", …], "*": […] }`, as the secret holds it. */
export const adminKeyHashes = z
  .record(
    z.string().refine((name) => name === wholeDeployment || appId.safeParse(name).success, 'is no app'),
    z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(maxKeysPerApp),
  )
  .refine((byApp) => Object.keys(byApp).length <= maxApps, `has more than ${maxApps} apps`);
export type AdminKeyHashes = z.infer<typeof adminKeyHashes>;

/** An app's id has no underscore, so the parts are told apart for certain. */
const keyPattern = /^adm_([a-z][a-z0-9-]{0,39})_[A-Za-z0-9_-]{43}$/;
const operatorKeyPattern = /^opr_[A-Za-z0-9_-]{43}$/;

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** What logs and the ledger call a key. */
const keyIdOf = (digest: Buffer): string => `key-${digest.toString('hex').slice(0, 12)}`;

export interface MintedKey {
  /** Shown once and never kept. */
  readonly key: string;
  readonly id: string;
  /** SHA-256 in hex, for the secret. */
  readonly hash: string;
}

const mint = (prefix: string): MintedKey => {
  const key = `${prefix}_${randomBytes(32).toString('base64url')}`;
  const digest = digestOf(key);
  return { key, id: keyIdOf(digest), hash: digest.toString('hex') };
};

/** A new key of an app. @throws ZodError for what is no app id. */
export const mintAdminKey = (app: string): MintedKey => mint(`adm_${appId.parse(app)}`);
export const mintOperatorKey = (): MintedKey => mint('opr');

export interface ClaimedKey {
  /** Or the whole deployment. */
  readonly app: string;
  readonly id: string;
  readonly digest: Buffer;
}

/** What a header says it is; nothing when it does not even look like a key. */
export const readAdminKey = (header: string): ClaimedKey | undefined => {
  const app = operatorKeyPattern.test(header) ? wholeDeployment : keyPattern.exec(header)?.[1];
  if (app === undefined || (app !== wholeDeployment && !appId.safeParse(app).success)) return undefined;
  const digest = digestOf(header);
  return { app, id: keyIdOf(digest), digest };
};

/** Whether the app has this key. Every hash is compared, each in constant time: how long it takes tells nothing. */
export const isAdminKey = (hashes: AdminKeyHashes, { app, digest }: ClaimedKey): boolean => {
  const kept = Object.hasOwn(hashes, app) ? (hashes[app] ?? []) : [];
  return kept.map((hash) => timingSafeEqual(Buffer.from(hash, 'hex'), digest)).includes(true);
};
