/** Who may sign tokens and hooks for which app on this machine: the stand-in's projects, or the real one of `SUPABASE_URL`. */
import type { AuthProject } from './auth/auth.ts';

export interface LocalIssuer {
  readonly issuer: string;
  readonly jwks_url: string;
  readonly algorithm: 'ES256' | 'RS256';
  readonly audience: string;
}

const audience = 'authenticated';

/** What `tessera/auth-hooks` holds: every app's hook is signed with its own secrets. */
export const hooksSecret = (secretsByApp: Readonly<Record<string, readonly string[]>>) => ({
  'tessera/auth-hooks': JSON.stringify(secretsByApp),
});

/** Where an app's sign-up hook goes. */
export const hookUrl = (apiUrl: string, app: string): string => `${apiUrl}/webhooks/auth/${app}`;

export function standInIssuer({ issuer, jwksUrl, algorithm }: AuthProject): LocalIssuer {
  if (algorithm === 'HS256') throw new Error('a project that signs with HS256 publishes no keys');
  return { issuer, jwks_url: jwksUrl, algorithm, audience };
}

export function realIssuer(supabaseUrl: string): LocalIssuer {
  const issuer = `${supabaseUrl.replace(/\/+$/, '')}/auth/v1`;
  return { issuer, jwks_url: `${issuer}/.well-known/jwks.json`, algorithm: 'ES256', audience };
}
