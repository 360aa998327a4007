import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from '@supabase/supabase-js';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { type LocalAuth, startAuth } from './auth.ts';

let auth: LocalAuth;
let users = 0;
const projects = [
  { id: 'one', algorithm: 'ES256' },
  { id: 'two', algorithm: 'RS256' },
  { id: 'three', algorithm: 'HS256', secret: 'a secret of at least thirty-two characters' },
] as const;
beforeAll(async () => {
  auth = await startAuth({ projects, refreshReuseSeconds: 0 });
});
afterAll(() => auth.close());

function client(id = 'one', key: 'anonKey' | 'serviceKey' = 'anonKey') {
  const project = auth.project(id);
  return createClient(project.url, project[key], { auth: { persistSession: false, autoRefreshToken: false } });
}
const newEmail = () => {
  users += 1;
  return `user-${users}@example.com`;
};

async function signUp(id = 'one') {
  const supabase = client(id);
  const email = newEmail();
  const { data, error } = await supabase.auth.signUp({
    email,
    password: 'long enough',
    options: { data: { nick: 'x' } },
  });
  if (error || !data.session || !data.user) throw error ?? new Error('no session');
  return { supabase, email, session: data.session, user: data.user };
}

test.each(['one', 'two'])(
  'project %s: a token verifies against the published keys and has Supabase’s claims',
  async (id) => {
    const { session, user, email } = await signUp(id);
    const { issuer, jwksUrl, algorithm } = auth.project(id);
    const { payload, protectedHeader } = await jwtVerify(session.access_token, createRemoteJWKSet(new URL(jwksUrl)), {
      issuer,
      audience: 'authenticated',
    });
    expect(protectedHeader).toMatchObject({ alg: algorithm, typ: 'JWT', kid: expect.any(String) });
    expect(payload).toMatchObject({
      sub: user.id,
      email,
      role: 'authenticated',
      aal: 'aal1',
      session_id: expect.any(String),
      is_anonymous: false,
      app_metadata: { provider: 'email' },
      user_metadata: { nick: 'x' },
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  },
);

test('HS256 tokens verify with the secret; no key is published', async () => {
  const { session } = await signUp('three');
  await jwtVerify(session.access_token, new TextEncoder().encode(projects[2].secret), { algorithms: ['HS256'] });
  expect(await (await fetch(auth.project('three').jwksUrl)).json()).toEqual({ keys: [] });
});

test('sign-in answers the same user; a wrong password or address is refused alike', async () => {
  const { email, user } = await signUp();
  const supabase = client();
  const { data } = await supabase.auth.signInWithPassword({ email: email.toUpperCase(), password: 'long enough' });
  expect(data.user?.id).toBe(user.id);
  expect((await supabase.auth.getUser()).data.user?.email).toBe(email);
  for (const wrong of [
    { email, password: 'wrong one' },
    { email: 'nobody@example.com', password: 'long enough' },
  ]) {
    const { error } = await client().auth.signInWithPassword(wrong);
    expect(error).toMatchObject({ status: 400, code: 'invalid_credentials', message: 'Invalid login credentials' });
  }
});

test.each([
  ['short', { email: 'short@example.com', password: '12345' }, 422, 'weak_password'],
  ['malformed', { email: 'nobody', password: 'long enough' }, 400, 'validation_failed'],
])('a sign-up that is %s is refused', async (_name, credentials, status, code) => {
  const { error } = await client().auth.signUp(credentials);
  expect(error).toMatchObject({ status, code });
});

test('an address is taken once, also by two at the same time, and once per project', async () => {
  const { email } = await signUp();
  expect((await client().auth.signUp({ email, password: 'long enough' })).error).toMatchObject({
    status: 422,
    code: 'user_already_exists',
  });
  expect((await client('two').auth.signUp({ email, password: 'long enough' })).error).toBeNull();
  const both = await Promise.all(
    [1, 2].map(() => client().auth.signUp({ email: 'race@example.com', password: 'long enough' })),
  );
  expect(both.filter(({ error }) => error)).toHaveLength(1);
});

test('refresh tokens rotate; the one before the current answers again, an older one ends them all', async () => {
  const { session } = await signUp();
  const refresh = (refresh_token: string) => client().auth.refreshSession({ refresh_token });
  const first = await refresh(session.refresh_token);
  expect(first.error).toBeNull();
  const current = first.data.session?.refresh_token ?? '';
  expect(current).not.toBe(session.refresh_token);
  // Whoever lost the answer asks again.
  expect((await refresh(session.refresh_token)).data.session?.refresh_token).toBe(current);
  const last = (await refresh(current)).data.session?.refresh_token ?? '';
  for (const token of [session.refresh_token, last, current])
    expect((await refresh(token)).error).toMatchObject({ status: 400, code: 'refresh_token_already_used' });
  expect((await refresh('never-issued')).error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
});

test('a token used twice at once is answered twice within the reuse interval', async () => {
  const lenient = await startAuth({ projects: [{ id: 'one', algorithm: 'ES256' }] });
  const { url, anonKey } = lenient.project('one');
  const create = () => createClient(url, anonKey, { auth: { persistSession: false, autoRefreshToken: false } });
  const { data } = await create().auth.signUp({ email: 'a@example.com', password: 'long enough' });
  const refresh_token = data.session?.refresh_token ?? '';
  const answers = await Promise.all([1, 2].map(() => create().auth.refreshSession({ refresh_token })));
  await lenient.close();
  expect(answers.map(({ error }) => error)).toEqual([null, null]);
  expect(answers[0]?.data.session?.refresh_token).toBe(answers[1]?.data.session?.refresh_token);
});

test('signing out ends the session: its tokens get no user', async () => {
  const { supabase, session } = await signUp();
  expect((await supabase.auth.signOut()).error).toBeNull();
  expect((await client().auth.getUser(session.access_token)).error?.name).toBe('AuthSessionMissingError');
});

test('an anonymous user has a token that says so, and becomes permanent with an address', async () => {
  const supabase = client();
  const { data } = await supabase.auth.signInAnonymously({ options: { data: { from: 'test' } } });
  expect(data.user).toMatchObject({ is_anonymous: true, user_metadata: { from: 'test' } });
  const email = newEmail();
  const { data: updated } = await supabase.auth.updateUser({ email, password: 'long enough' });
  expect(updated.user).toMatchObject({ id: data.user?.id, is_anonymous: false, email });
  expect((await client().auth.signInWithPassword({ email, password: 'long enough' })).error).toBeNull();
});

test('users change their data and password', async () => {
  const { supabase, email } = await signUp();
  expect((await supabase.auth.updateUser({ data: { theme: 'dark' } })).data.user?.user_metadata).toMatchObject({
    nick: 'x',
    theme: 'dark',
  });
  expect((await supabase.auth.updateUser({ password: 'long enough' })).error).toMatchObject({
    status: 422,
    code: 'same_password',
  });
  expect((await supabase.auth.updateUser({ password: 'another one' })).error).toBeNull();
  expect((await client().auth.signInWithPassword({ email, password: 'another one' })).error).toBeNull();
});

describe('administration', () => {
  test('the service key creates, lists, changes and deletes users', async () => {
    const { auth: service } = client('two', 'serviceKey');
    const { data, error } = await service.admin.createUser({
      email: newEmail(),
      password: 'long enough',
      email_confirm: true,
      app_metadata: { role: 'admin' },
    });
    expect(error).toBeNull();
    const id = data.user?.id ?? '';
    expect(data.user?.app_metadata).toMatchObject({ role: 'admin' });
    expect((await service.admin.listUsers()).data.users.map((user) => user.id)).toContain(id);
    expect(
      (await service.admin.updateUserById(id, { user_metadata: { a: 1 } })).data.user?.user_metadata,
    ).toMatchObject({ a: 1 });
    expect((await service.admin.deleteUser(id)).error).toBeNull();
    expect((await service.admin.getUserById(id)).error).toMatchObject({ status: 404, code: 'user_not_found' });
  });

  test('the anonymous key may not', async () => {
    expect((await client().auth.admin.listUsers()).error).toMatchObject({ status: 403, code: 'not_admin' });
  });
});

test('a deleted user’s token is refused', async () => {
  const { session, user } = await signUp();
  await client('one', 'serviceKey').auth.admin.deleteUser(user.id);
  expect((await client().auth.getUser(session.access_token)).error).toMatchObject({
    status: 403,
    code: 'user_not_found',
  });
});

test('another project’s token and a forged one are refused', async () => {
  const { session } = await signUp('two');
  expect((await client('one').auth.getUser(session.access_token)).error).toMatchObject({
    status: 403,
    code: 'bad_jwt',
  });
});

test('errors have GoTrue’s old shape for callers that name no version; keys are needed', async () => {
  const { url, anonKey } = auth.project('one');
  const token = `${url}/auth/v1/token?grant_type=password`;
  const post = (headers: Record<string, string>, body: string) =>
    fetch(token, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const refused = await post({ apikey: anonKey }, '{"email":"a@example.com","password":"x"}');
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { code: 400, error_code: 'invalid_credentials', msg: 'Invalid login credentials' },
  ]);
  expect((await post({ apikey: anonKey }, '{')).status).toBe(400);
  expect((await post({}, '{}')).status).toBe(401);
  expect((await post({ apikey: 'x' }, '{}')).status).toBe(401);
});

test('tokens for tests carry any claims and header', async () => {
  const token = await auth.issueToken('one', { sub: 'u', exp: 1 }, { header: { kid: 'unknown' } });
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', kid: 'unknown' });
  await expect(jwtVerify(token, createRemoteJWKSet(new URL(auth.project('one').jwksUrl)))).rejects.toThrow();
});

test('users and keys outlive a restart when a file keeps them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-auth-'));
  const options = { projects: [{ id: 'one', algorithm: 'ES256' }] as const, file: join(folder, 'auth.json') };
  const first = await startAuth(options);
  const key = first.project('one').anonKey;
  await createClient(first.project('one').url, key, { auth: { persistSession: false } }).auth.signUp({
    email: 'a@example.com',
    password: 'long enough',
  });
  await first.close();
  const second = await startAuth(options);
  const { url, anonKey } = second.project('one');
  const { error } = await createClient(url, anonKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  }).auth.signInWithPassword({ email: 'a@example.com', password: 'long enough' });
  await second.close();
  await rm(folder, { recursive: true });
  expect([anonKey, error]).toEqual([key, null]);
});
