/** Three apps with an issuer each (ES256, RS256, HS256), a clock that stands still, and the verifier over them. */
import type { Issuer } from '#services/catalog/contracts.ts';
import type { Verdict } from '#shared/http/verdict.ts';
import { trustedIssuers } from '../domain/trusted-issuers.ts';
import { issuerKeys } from '../tokens/issuer-keys.ts';
import { tokenVerifier } from '../tokens/verify-token.ts';
import { type IssuerServer, signingKey, signToken, startIssuer } from './issuer-server.ts';

const secret = 'a-shared-secret-of-more-than-32-bytes';
export const secretBytes = new TextEncoder().encode(secret);
export const hsIssuer = 'https://legacy.example/auth/v1';
export const user = '0199c2d4-0000-7000-8000-000000000001';
export const startedAt = Date.parse('2026-11-02T10:00:00Z');

export const refused = (reason: string) => ({ verdict: 'refused', reason });
export const accepted = (app: string) => ({ verdict: 'user', app, user, email: 'someone@example.org' });

const byKeySet = (algorithm: 'ES256' | 'RS256', { issuer, jwksUrl }: IssuerServer): Issuer => ({
  algorithm,
  issuer,
  audience: 'authenticated',
  jwks_url: jwksUrl,
});

export const startTrustedApps = async () => {
  const [esKey, rsKey] = await Promise.all([signingKey('ES256', 'es-1'), signingKey('RS256', 'rs-1')]);
  const [esServer, rsServer] = await Promise.all([startIssuer(esKey), startIssuer(rsKey)]);
  const clock = { now: startedAt };
  const secretReads: string[] = [];

  const newVerifier = (timeoutMs = 3_000) =>
    tokenVerifier({
      issuers: trustedIssuers({
        'app-es': [byKeySet('ES256', esServer)],
        'app-rs': [byKeySet('RS256', rsServer)],
        'app-hs': [{ algorithm: 'HS256', issuer: hsIssuer, audience: 'authenticated', secret_name: 'legacy/jwt' }],
      }),
      keysOf: issuerKeys({
        readSecret: async (name) => {
          secretReads.push(name);
          return secret;
        },
        timeoutMs,
        now: () => clock.now,
      }),
      now: () => clock.now,
    });
  let verify = newVerifier();

  /** Of a good token of `app-es`, but for what is given. */
  const claims = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    iss: esServer.issuer,
    aud: 'authenticated',
    sub: user,
    role: 'authenticated',
    is_anonymous: false,
    email: 'someone@example.org',
    iat: startedAt / 1000,
    exp: startedAt / 1000 + 3600,
    ...more,
  });

  return {
    esKey,
    rsKey,
    esServer,
    rsServer,
    clock,
    secretReads,
    claims,
    esToken: (more: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
      signToken({ alg: 'ES256', kid: esKey.kid, key: esKey.privateKey }, claims(more), header),
    verifyHeader: (header: string | undefined): Promise<Verdict> => verify(header),
    verdictOf: async (token: string | Promise<string>): Promise<Verdict> => verify(`Bearer ${await token}`),
    /** As after a cold start, at the start of time. */
    reset(timeoutMs?: number) {
      clock.now = startedAt;
      secretReads.length = 0;
      Object.assign(esServer, { mode: 'up', requests: 0, keys: [esKey.jwk] });
      Object.assign(rsServer, { mode: 'up', requests: 0, keys: [rsKey.jwk] });
      verify = newVerifier(timeoutMs);
    },
    close: () => Promise.all([esServer.close(), rsServer.close()]),
  };
};
