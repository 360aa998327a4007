/** The user that `npm start` offers: signed up once, signed in at every start. */
import { createClient } from '@supabase/supabase-js';
import type { AuthProject } from './auth/auth.ts';

/** Nobody's secret: it opens only the stand-in on this machine. */
export const testCredentials = { email: 'user@example.com', password: 'local-password' };

/** Answers an access token. */
export async function signInTestUser({ url, anonKey }: Pick<AuthProject, 'url' | 'anonKey'>): Promise<string> {
  const { auth } = createClient(url, anonKey, { auth: { persistSession: false, autoRefreshToken: false } });
  const first = await auth.signInWithPassword(testCredentials);
  const { data, error } = first.error?.code === 'invalid_credentials' ? await auth.signUp(testCredentials) : first;
  if (error || !data.session) throw new Error(`the test user could not sign in: ${error?.message ?? 'no session'}`);
  return data.session.access_token;
}
