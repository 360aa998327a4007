/**
 * A Clerk instance, as far as a backend sees it: an issuer, its published keys, and session tokens of a minute, without an
 * audience. Its users sign in nowhere here: tests have tokens issued.
 */
import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { createSigningKey, type SigningKey, signToken } from './signing.ts';

export interface ClerkSettings {
  /** The origin that sessions are made for. */
  readonly authorizedParty: string;
}

export interface ClerkInstance extends ClerkSettings {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly algorithm: 'RS256';
}

const tokenLifeSeconds = 60;
/** Clerk begins a token in the past, for clocks that are slow. */
const skewSeconds = 10;
const idOf = (kind: string) => `${kind}_${randomUUID().replaceAll('-', '')}`;

export const createClerkKey = (): Promise<SigningKey> => createSigningKey('RS256', undefined, idOf('ins'));

export const clerkInstance = ({ authorizedParty }: ClerkSettings, issuer: string): ClerkInstance => ({
  authorizedParty,
  issuer,
  jwksUrl: `${issuer}/.well-known/jwks.json`,
  algorithm: 'RS256',
});

/** A session token of version 2 (https://clerk.com/docs/guides/sessions/session-tokens). `undefined` takes a claim away. */
export function signClerkToken(
  key: SigningKey,
  { issuer, authorizedParty }: ClerkInstance,
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const usual = {
    iss: issuer,
    sub: idOf('user'),
    sid: idOf('sess'),
    azp: authorizedParty,
    sts: 'active',
    v: 2,
    fva: [0, -1],
    pla: 'u:free',
    iat,
    nbf: iat - skewSeconds,
    exp: iat + tokenLifeSeconds,
  };
  return signToken(key, { ...usual, ...claims }, { cat: 'cl_B7d4PD111AAA', ...header });
}
