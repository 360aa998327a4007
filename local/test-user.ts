/** The user that `npm start` offers: signed up once, signed in at every start. */
import { createClient } from '@supabase/supabase-js';
import type { AuthProject } from './auth/auth.ts';

/** Nobody's secret: it opens only the stand-in on this machine. */
export const testCredentials = { email: 'user@example.com', password: 'local-password' };

/** Answers an access token. */
export async function signInTestUser({ url, anonKey }: Pick<AuthProject, 'url' | 'anonKey'>): Promise<string> {
  const { auth } = createClient(url, anonKey, { auth: { persistSession: false, autoRefreshToken: false } });
  const signIn = () => auth.signInWithPassword(testCredentials);
  const first = await signIn();
  const isNew = first.error?.code === 'invalid_credentials';
  const signedUp = isNew ? await auth.signUp(testCredentials) : first;
  // A sign-up whose hook failed has made the user all the same.
  const { data, error } = signedUp.error?.status === 500 ? await signIn() : signedUp;
  if (error || !data.session) throw new Error(`the test user could not sign in: ${error?.message ?? 'no session'}`);
  return data.session.access_token;
}
