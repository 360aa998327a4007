/** From an Authorization header to a verdict. Whatever the token says about keys and algorithms is ignored. */
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { RefusalReason, Verdict } from '#shared/http/verdict.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { judgeClaims } from '../domain/judge-claims.ts';
import type { TrustedIssuers } from '../domain/trusted-issuers.ts';
import type { KeysOf } from './issuer-keys.ts';

export interface TokenVerifierOptions {
  readonly issuers: TrustedIssuers;
  readonly keysOf: KeysOf;
  /** Milliseconds; the clock by default. */
  readonly now?: () => number;
}

/** Supabase's tokens have about 1 KB. */
const maxHeaderBytes = 8 * 1024;
/** For clocks that differ; 60 s is the most that is agreed. */
const leewaySeconds = 30;

const bearer = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i;

const refused = (reason: RefusalReason): Verdict => ({ verdict: 'refused', reason });

/** The issuer that the token names, before anything is verified: good for nothing but choosing whom to ask. */
const claimedIssuer = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return undefined;
  }
};

const reasonOf = (error: unknown): RefusalReason => {
  if (error instanceof SourceUnavailable) return 'issuer-unreachable';
  if (error instanceof errors.JWTExpired) return 'token-expired';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf' && error.reason === 'check_failed')
    return 'token-not-yet-valid';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'token-malformed';
  if (error instanceof errors.JOSEError) return 'token-untrusted';
  throw error;
};

/** @returns never `user` for a token that is not signed by a trusted issuer for its own audience, now. */
export const tokenVerifier =
  ({ issuers, keysOf, now = Date.now }: TokenVerifierOptions) =>
  async (authorization: string | undefined): Promise<Verdict> => {
    if (authorization === undefined || authorization === '') return refused('token-missing');
    const token = authorization.length > maxHeaderBytes ? undefined : bearer.exec(authorization)?.[1];
    const claimed = token && claimedIssuer(token);
    if (token === undefined || claimed === undefined) return refused('token-malformed');
    const trusted = issuers.get(claimed);
    if (!trusted) return refused('token-untrusted');
    const { app, issuer } = trusted;
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keysOf(issuer), {
        algorithms: [issuer.algorithm],
        issuer: issuer.issuer,
        audience: issuer.audience,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: leewaySeconds,
        currentDate: new Date(now()),
      }));
    } catch (error) {
      return refused(reasonOf(error));
    }
    return judgeClaims(app, payload);
  };
