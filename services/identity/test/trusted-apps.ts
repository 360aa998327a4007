/**
 * Apps with an issuer each (ES256, RS256, HS256, one that moves from HS256 to ES256, and Clerk), a clock that stands still, and
 * the verifier over them.
 */
import type { Issuer } from '#services/catalog/contracts.ts';
import type { Verdict } from '#shared/http/verdict.ts';
import { trustedIssuers } from '../domain/trusted-issuers.ts';
import { issuerKeys } from '../tokens/issuer-keys.ts';
import { tokenVerifier } from '../tokens/verify-token.ts';
import { type IssuerServer, signingKey, signToken, startIssuer } from './issuer-server.ts';

const secret = 'a-shared-secret-of-more-than-32-bytes';
export const secretBytes = new TextEncoder().encode(secret);
export const hsIssuer = 'https://legacy.example/auth/v1';
export const clerkOrigin = 'https://app-clerk.example';
export const clerkUser = 'user_2f9Zk0Qm3yTq8w';
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

const bySecret = (issuer: string): Issuer => ({
  algorithm: 'HS256',
  issuer,
  audience: 'authenticated',
  secret_name: 'legacy/jwt',
});

const bySession = ({ issuer, jwksUrl }: IssuerServer): Issuer => ({
  algorithm: 'RS256',
  issuer,
  authorized_parties: [clerkOrigin],
  jwks_url: jwksUrl,
});

type Claims = Record<string, unknown>;
const seconds = startedAt / 1000;

const supabaseClaims = (iss: string, more: Claims): Claims => ({
  iss,
  aud: 'authenticated',
  sub: user,
  role: 'authenticated',
  is_anonymous: false,
  email: 'someone@example.org',
  iat: seconds,
  exp: seconds + 3600,
  ...more,
});

/** Of version 2. */
const clerkClaims = (iss: string, more: Claims): Claims => ({
  iss,
  sub: clerkUser,
  sid: 'sess_2f9Zk0Qm3yTq8w',
  azp: clerkOrigin,
  sts: 'active',
  v: 2,
  fva: [7, -1],
  pla: 'u:free',
  iat: seconds,
  nbf: seconds - 10,
  exp: seconds + 60,
  ...more,
});

const startServers = async () => {
  const [esKey, rsKey, movingKey, clerkKey] = await Promise.all([
    signingKey('ES256', 'es-1'),
    signingKey('RS256', 'rs-1'),
    signingKey('ES256', 'moving-1'),
    signingKey('RS256', 'ins_1'),
  ]);
  const [esServer, rsServer, movingServer, clerkServer] = await Promise.all([
    startIssuer(esKey),
    startIssuer(rsKey),
    startIssuer(movingKey),
    startIssuer(clerkKey),
  ]);
  const servers = [
    [esServer, esKey],
    [rsServer, rsKey],
    [movingServer, movingKey],
    [clerkServer, clerkKey],
  ] as const;
  return { esKey, rsKey, movingKey, clerkKey, esServer, rsServer, movingServer, clerkServer, servers };
};

export const startTrustedApps = async () => {
  const { servers, ...started } = await startServers();
  const { esKey, clerkKey, esServer, rsServer, movingServer, clerkServer } = started;
  const clock = { now: startedAt };
  const secretReads: string[] = [];
  const issuers = trustedIssuers({
    'app-es': [byKeySet('ES256', esServer)],
    'app-rs': [byKeySet('RS256', rsServer)],
    'app-hs': [bySecret(hsIssuer)],
    'app-moving': [bySecret(movingServer.issuer), byKeySet('ES256', movingServer)],
    'app-clerk': [bySession(clerkServer)],
  });
  const readSecret = async (name: string): Promise<string> => {
    secretReads.push(name);
    return secret;
  };
  const now = () => clock.now;
  const newVerifier = (timeoutMs = 3_000) =>
    tokenVerifier({ issuers, keysOf: issuerKeys({ readSecret, timeoutMs, now }), now });
  let verify = newVerifier();

  /** Of a good token of `app-es`, but for what is given. */
  const claims = (more: Claims = {}): Claims => supabaseClaims(esServer.issuer, more);

  return {
    ...started,
    clock,
    secretReads,
    claims,
    esToken: (more: Claims = {}, header: Claims = {}) =>
      signToken({ alg: 'ES256', kid: esKey.kid, key: esKey.privateKey }, claims(more), header),
    clerkToken: (more: Claims = {}) =>
      signToken({ alg: 'RS256', kid: clerkKey.kid, key: clerkKey.privateKey }, clerkClaims(clerkServer.issuer, more), {
        cat: 'cl_B7d4PD111AAA',
      }),
    verifyHeader: (header: string | undefined): Promise<Verdict> => verify(header),
    verdictOf: async (token: string | Promise<string>): Promise<Verdict> => verify(`Bearer ${await token}`),
    /** As after a cold start, at the start of time. */
    reset(timeoutMs?: number) {
      clock.now = startedAt;
      secretReads.length = 0;
      for (const [server, { jwk }] of servers) Object.assign(server, { mode: 'up', requests: 0, keys: [jwk] });
      verify = newVerifier(timeoutMs);
    },
    close: () => Promise.all(servers.map(([server]) => server.close())),
  };
};
