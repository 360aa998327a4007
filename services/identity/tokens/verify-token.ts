/**
 * From an Authorization header to a verdict. Of what a token says about its own keys only the algorithm's name is looked at,
 * and that only to choose among the ways in which its issuer is configured to sign.
 */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
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

/** Supabase's and Clerk's tokens have about 1 KB. */
const maxHeaderBytes = 8 * 1024;
/** For clocks that differ; 60 s is the most that is agreed. */
const leewaySeconds = 30;

const bearer = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i;

const refused = (reason: RefusalReason): Verdict => ({ verdict: 'refused', reason });

/** Issuer and algorithm that the token names, before anything is verified: good for nothing but choosing whom to ask. */
const claimedSigner = (token: string): { readonly iss: string; readonly alg: string } | undefined => {
  try {
    const { iss = '' } = decodeJwt(token);
    const { alg = '' } = decodeProtectedHeader(token);
    return { iss, alg };
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
    const claimed = token && claimedSigner(token);
    if (!token || !claimed) return refused('token-malformed');
    const trusted = issuers.get(claimed.iss);
    const issuer = trusted?.byAlgorithm.get(claimed.alg);
    if (!trusted || !issuer) return refused('token-untrusted');
    const at = now();
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keysOf(issuer), {
        algorithms: [issuer.algorithm],
        issuer: issuer.issuer,
        ...(issuer.audience === undefined ? {} : { audience: issuer.audience }),
        requiredClaims: ['sub', 'exp'],
        clockTolerance: leewaySeconds,
        currentDate: new Date(at),
      }));
    } catch (error) {
      return refused(reasonOf(error));
    }
    // jose looks at `iat` only where tokens have a greatest age.
    if (payload.iat !== undefined && payload.iat > Math.floor(at / 1_000) + leewaySeconds)
      return refused('token-not-yet-valid');
    return judgeClaims({ app: trusted.app, issuer }, payload);
  };
