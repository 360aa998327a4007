/** What Tessera expects of Supabase Auth, driven by its own client: run over the stand-in, and over the real service. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { AuthProject } from '#local/auth/auth.ts';
import { mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';
import type { App, Stack } from '../system/stack.ts';

export type SupabaseProject = Pick<AuthProject, 'url' | 'anonKey' | 'serviceKey' | 'issuer' | 'jwksUrl'>;

export interface AuthSubject {
  /** Trusts both projects, each for its app, and has their hooks' secrets. */
  readonly stack: Stack;
  /** Signs users in at once. */
  readonly open: { readonly app: App; readonly project: SupabaseProject };
  /** Has users confirm their address first, and tells of new ones by the hook. */
  readonly confirming: { readonly app: App; readonly project: SupabaseProject };
  stop(): Promise<void>;
}

/** @param secrets for the account that the subject starts. */
export type StartSubject = (secrets: Readonly<Record<string, string>>) => Promise<AuthSubject>;

const startMs = 120_000;
const adminKey = mintAdminKey('flirt-studio');
const clientOptions = { auth: { persistSession: false, autoRefreshToken: false } };
const newCredentials = () => ({ email: `${randomUUID()}@example.com`, password: `long enough ${randomUUID()}` });

const clientOf = ({ url, anonKey }: SupabaseProject): SupabaseClient['auth'] =>
  createClient(url, anonKey, clientOptions).auth;
const adminOf = ({ url, serviceKey }: SupabaseProject) => createClient(url, serviceKey, clientOptions).auth.admin;

const signUpAt = async (project: SupabaseProject) => {
  const client = clientOf(project);
  const credentials = newCredentials();
  const { data, error } = await client.signUp(credentials);
  if (error || !data.user || !data.session) throw error ?? new Error('signed up without a session');
  return { client, credentials, user: data.user, session: data.session };
};

const passwords = (subject: () => AuthSubject) => {
  const project = () => subject().open.project;

  test('a sign-up opens a session at once; the same address again is refused', async () => {
    const { credentials, user, session } = await signUpAt(project());
    expect([user.email, session.user.id, session.token_type]).toEqual([credentials.email, user.id, 'bearer']);
    expect((await clientOf(project()).signUp(credentials)).error).toMatchObject({
      status: 422,
      code: 'user_already_exists',
    });
  });
  test('a password opens a session of the same user; a wrong one and an unknown address are refused alike', async () => {
    const { credentials, user } = await signUpAt(project());
    const { data } = await clientOf(project()).signInWithPassword(credentials);
    expect(data.user?.id).toBe(user.id);
    for (const wrong of [{ ...credentials, password: 'another one' }, newCredentials()])
      expect((await clientOf(project()).signInWithPassword(wrong)).error).toMatchObject({
        status: 400,
        code: 'invalid_credentials',
      });
  });
  test('a password that is too short is refused', async () => {
    const { error } = await clientOf(project()).signUp({ ...newCredentials(), password: '12345' });
    expect(error).toMatchObject({ status: 422, code: 'weak_password' });
  });
};

const sessions = (subject: () => AuthSubject) => {
  const project = () => subject().open.project;
  const refresh = (refresh_token: string) => clientOf(project()).refreshSession({ refresh_token });

  test('a refresh is a new token of the same user and session', async () => {
    const { user, session } = await signUpAt(project());
    const { data, error } = await refresh(session.refresh_token);
    expect([error, data.user?.id]).toEqual([null, user.id]);
    expect(data.session?.refresh_token).not.toBe(session.refresh_token);
  });
  test('whoever lost the answer to a refresh asks again and gets the same', async () => {
    const { session } = await signUpAt(project());
    const [first, again] = [await refresh(session.refresh_token), await refresh(session.refresh_token)];
    expect(again.data.session?.refresh_token).toBe(first.data.session?.refresh_token);
  });
  test('a token from before that, once it may not be used again, ends the session for whoever has it', async () => {
    const { session } = await signUpAt(project());
    const second = (await refresh(session.refresh_token)).data.session?.refresh_token ?? '';
    const third = (await refresh(second)).data.session?.refresh_token ?? '';
    for (const token of [session.refresh_token, third])
      expect((await refresh(token)).error).toMatchObject({ status: 400, code: 'refresh_token_already_used' });
  });
  test('a token that was never issued is not found', async () => {
    expect((await refresh('abcdefghijkl')).error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
  });
  test('signing out ends the session: no refresh, no user', async () => {
    const { client, session } = await signUpAt(project());
    expect((await client.signOut()).error).toBeNull();
    expect((await refresh(session.refresh_token)).error).toMatchObject({ code: 'refresh_token_not_found' });
    expect((await clientOf(project()).getUser(session.access_token)).error?.name).toBe('AuthSessionMissingError');
  });
};

const tokens = (subject: () => AuthSubject) => {
  test('are signed ES256 by a key that is published, for the issuer and audience that Tessera is told of', async () => {
    const { project } = subject().open;
    const { session, user, credentials } = await signUpAt(project);
    const keys = createRemoteJWKSet(new URL(project.jwksUrl));
    const { payload, protectedHeader } = await jwtVerify(session.access_token, keys, {
      issuer: project.issuer,
      audience: 'authenticated',
      algorithms: ['ES256'],
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) });
    expect(payload).toMatchObject({
      sub: user.id,
      email: credentials.email,
      role: 'authenticated',
      is_anonymous: false,
      session_id: expect.any(String),
    });
  });
  test('are accepted by Tessera: credits and record, before and after a refresh the same user', async () => {
    const { stack, open } = subject();
    const { session, user, credentials } = await signUpAt(open.project);
    const { data } = await clientOf(open.project).refreshSession({ refresh_token: session.refresh_token });
    for (const token of [session.access_token, data.session?.access_token ?? '']) {
      const api = stack.withToken(token);
      expect((await api.get('/v1/credits')).status).toBe(200);
      const { email } = credentials;
      expect(await api.get('/v1/me')).toMatchObject({ status: 200, body: { id: user.id, app: open.app, email } });
    }
  });
  test('of anonymous users, API keys, of another signature and garbage are refused by Tessera with 401', async () => {
    const { stack, open } = subject();
    const { session } = await signUpAt(open.project);
    const anonymous = await clientOf(open.project).signInAnonymously();
    const [head, body] = session.access_token.split('.');
    const other = (await signUpAt(open.project)).session.access_token.split('.')[2];
    const bad = [
      anonymous.data.session?.access_token,
      open.project.anonKey,
      open.project.serviceKey,
      `${head}.${body}.${other}`,
      `${head}.${body}.`,
      'garbage',
    ];
    expect(decodeProtectedHeader(bad[0] ?? '').alg).toBe('ES256');
    for (const token of bad) expect((await stack.withToken(token ?? '').get('/v1/credits')).status).toBe(401);
  });
};

const signUpHook = (subject: () => AuthSubject) => {
  const recordOf = (id: string) =>
    subject().stack.anybody.call(`/v1/admin/users/${id}`, { headers: { 'x-admin-key': adminKey.key } });
  const signUp = async () => {
    const credentials = newCredentials();
    const { data, error } = await clientOf(subject().confirming.project).signUp(credentials);
    if (error || !data.user) throw error ?? new Error('signed up without a user');
    await subject().stack.account.drain();
    return { credentials, id: data.user.id, session: data.session };
  };

  test('opens the user before there is a session, with the welcome credits', async () => {
    const { stack, confirming } = subject();
    const { credentials, id, session } = await signUp();
    expect(session).toBeNull();
    expect(await recordOf(id)).toMatchObject({ status: 200, body: { id, email: credentials.email } });
    const account = (await stack.check()).accounts.get(`${confirming.app}#${id}`) ?? [];
    expect(account.filter(({ event }) => event.type === 'AccountOpened')).toHaveLength(1);
  });
  test('opens it once: the confirmed user signs in and finds the same record and one account', async () => {
    const { stack, confirming } = subject();
    const { credentials, id } = await signUp();
    const client = clientOf(confirming.project);
    expect((await client.signInWithPassword(credentials)).error).toMatchObject({ code: 'email_not_confirmed' });
    expect((await adminOf(confirming.project).updateUserById(id, { email_confirm: true })).error).toBeNull();
    const { data } = await client.signInWithPassword(credentials);
    const api = stack.withToken(data.session?.access_token ?? '');
    const [me, credits] = [await api.get('/v1/me'), await api.get('/v1/credits')];
    expect([me.status, me.body.id, credits.status]).toEqual([200, id, 200]);
    await stack.account.drain();
    const { accounts, violations } = await stack.check();
    const opened = accounts.get(`${confirming.app}#${id}`)?.filter(({ event }) => event.type === 'AccountOpened');
    expect([opened?.length, violations]).toEqual([1, []]);
  });
  test('does not tell of an address that is taken and confirmed', async () => {
    const { credentials, id } = await signUp();
    const { project } = subject().confirming;
    await adminOf(project).updateUserById(id, { email_confirm: true });
    const { data, error } = await clientOf(project).signUp(credentials);
    expect([error, data.user?.identities]).toEqual([null, []]);
    expect((await recordOf(data.user?.id ?? '')).status).toBe(404);
  });
};

/** Defines the suite over one provider. The account that `start` starts takes the secrets that it is given. */
export const describeAuth = (name: string, start: StartSubject): void => {
  describe(`BM4 PP1 FS10 ${name}`, () => {
    let subject: AuthSubject;
    beforeAll(async () => {
      subject = await start({ 'tessera/admin-keys': JSON.stringify({ 'flirt-studio': [adminKey.hash] }) });
    }, startMs);
    afterAll(() => subject?.stop(), startMs);
    describe('passwords', () => passwords(() => subject));
    describe('sessions', () => sessions(() => subject));
    describe('tokens', () => tokens(() => subject));
    describe('the after-user-created hook', () => signUpHook(() => subject));
  });
};
