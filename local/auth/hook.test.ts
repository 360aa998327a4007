import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from '@supabase/supabase-js';
import { type LocalAuth, startAuth } from './auth.ts';
import { newHookSecret } from './hook.ts';
import { type HookReceiver, startReceiver } from './testing/receiver.ts';

let auth: LocalAuth;
let receiver: HookReceiver;
let users = 0;
const times = { timeoutMs: 200, backoffMs: 10 };
const json = { 'content-type': 'application/json' };

beforeAll(async () => {
  receiver = await startReceiver();
  auth = await startAuth({
    projects: [
      { id: 'one', algorithm: 'ES256', confirmEmail: true, hook: receiver.hook },
      { id: 'at-once', algorithm: 'ES256', hook: receiver.hook },
      { id: 'later', algorithm: 'ES256', confirmEmail: true },
    ],
    hookTimes: times,
  });
});
afterAll(() => Promise.all([auth.close(), receiver.close()]));
afterEach(() => {
  auth.configure('one', { hook: receiver.hook });
});

const newEmail = () => {
  users += 1;
  return `user-${users}@example.com`;
};
const supabase = (id = 'one', key: 'anonKey' | 'serviceKey' = 'anonKey') => {
  const project = auth.project(id);
  return createClient(project.url, project[key], { auth: { persistSession: false, autoRefreshToken: false } }).auth;
};
const signUp = (email = newEmail(), id = 'one') => supabase(id).signUp({ email, password: 'long enough' });
/** Without the client, which hides what a 500 says. */
const refusal = async (credentials: Record<string, string>): Promise<[number, unknown]> => {
  const { issuer, anonKey } = auth.project('one');
  const headers = { ...json, apikey: anonKey, 'x-supabase-api-version': '2024-01-01' };
  const answer = await fetch(`${issuer}/signup`, { method: 'POST', headers, body: JSON.stringify(credentials) });
  return [answer.status, await answer.json()];
};
const messagesOf = (email: string) => receiver.messages.filter(({ user }) => user.email === email);

describe('the after-user-created hook', () => {
  test('tells of a new user once, before it has confirmed its address', async () => {
    const email = newEmail();
    const { data, error } = await signUp(email);
    expect([error, data.session]).toEqual([null, null]);
    expect(messagesOf(email)).toEqual([
      {
        metadata: expect.objectContaining({ name: 'after-user-created' }),
        user: expect.objectContaining({ id: data.user?.id, email, is_anonymous: false, aud: 'authenticated' }),
      },
    ]);
  });

  test('comes again when whoever has not confirmed signs up again: the receiver must know the user', async () => {
    const email = newEmail();
    const ids = [(await signUp(email)).data.user?.id, (await signUp(email)).data.user?.id];
    expect(messagesOf(email).map(({ user }) => user.id)).toEqual(ids);
    expect(ids[0]).toBe(ids[1]);
  });

  test('tells of anonymous users, and of those who need not confirm', async () => {
    const { data } = await supabase().signInAnonymously();
    expect(receiver.messages.at(-1)?.user).toMatchObject({ id: data.user?.id, is_anonymous: true });
    const email = newEmail();
    expect((await signUp(email, 'at-once')).data.session).not.toBeNull();
    expect(messagesOf(email)).toHaveLength(1);
  });

  test('does not tell of users that an administrator made', async () => {
    const email = newEmail();
    await supabase('one', 'serviceKey').admin.createUser({ email, password: 'long enough', email_confirm: true });
    expect(messagesOf(email)).toEqual([]);
    expect((await supabase().signInWithPassword({ email, password: 'long enough' })).error).toBeNull();
  });

  test('is signed with every secret, so that a receiver may hold either', async () => {
    const email = newEmail();
    auth.configure('one', { hook: { ...receiver.hook, secrets: [newHookSecret(), ...receiver.hook.secrets] } });
    expect((await signUp(email)).error).toBeNull();
    expect(messagesOf(email)).toHaveLength(1);
  });

  test('begins when it is set', async () => {
    const [before, after] = [newEmail(), newEmail()];
    await signUp(before, 'later');
    auth.configure('later', { hook: receiver.hook });
    await signUp(after, 'later');
    expect([messagesOf(before).length, messagesOf(after).length]).toEqual([0, 1]);
  });
});

describe('a hook that fails', () => {
  test.each([
    ['answers 500', { status: 500 }],
    ['answers 400', { status: 400 }],
    ['answers 401', { status: 401 }],
    ['answers 503 without Retry-After', { status: 503 }],
    ['answers without a content type', { status: 200 }],
    ['answers text', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' }],
    ['answers no JSON', { status: 200, headers: json, body: '{' }],
    ['answers an error', { status: 200, headers: json, body: '{"error":{"http_code":403,"message":"no"}}' }],
    ['never answers', undefined],
  ])('because it %s fails the sign-up with 500, but the user stays', async (_why, answer) => {
    const email = newEmail();
    receiver.answerNext(answer);
    const [status, body] = await refusal({ email, password: 'long enough' });
    expect([status, body]).toEqual([500, { code: 'unexpected_failure', message: 'Error invoking hook' }]);
    const { data } = await supabase('one', 'serviceKey').admin.listUsers({ perPage: 1_000 });
    expect(data.users.filter((user) => user.email === email)).toHaveLength(1);
    expect((await signUp(email)).error).toBeNull();
  });

  test.each([202, 204])('but an answer of %d is fine', async (status) => {
    receiver.answerNext({ status, ...(status === 204 ? {} : { headers: json, body: '{}' }) });
    expect((await signUp()).error).toBeNull();
  });

  test('with 503 and Retry-After is asked again, three times at most', async () => {
    const busy = { status: 503, headers: { 'retry-after': 'true' } };
    const [patient, impatient] = [newEmail(), newEmail()];
    receiver.answerNext(busy, busy);
    expect((await signUp(patient)).error).toBeNull();
    receiver.answerNext(busy, busy, busy);
    expect((await signUp(impatient)).error).toMatchObject({ status: 500 });
    expect([messagesOf(patient).length, messagesOf(impatient).length]).toEqual([3, 3]);
  });

  test.each([
    ['is not there', 'http://127.0.0.1:1/hook', 'hook_timeout_after_retry', 422],
    ['has another secret', undefined, 'unexpected_failure', 500],
  ])('because it %s fails an anonymous sign-in with its own error', async (_why, url, code, status) => {
    const secrets = url ? receiver.hook.secrets : [newHookSecret()];
    auth.configure('one', { hook: { url: url ?? receiver.hook.url, secrets } });
    expect(await refusal({})).toEqual([status, expect.objectContaining({ code })]);
  });

  test('because it never answers fails an anonymous sign-in with its own error', async () => {
    receiver.answerNext(undefined);
    expect(await refusal({})).toEqual([422, expect.objectContaining({ code: 'hook_timeout' })]);
  });
});

describe('an address that is to be confirmed', () => {
  test('opens no session until an administrator confirms it', async () => {
    const email = newEmail();
    const { data } = await signUp(email);
    const signIn = () => supabase().signInWithPassword({ email, password: 'long enough' });
    expect((await signIn()).error).toMatchObject({ status: 400, code: 'email_not_confirmed' });
    const id = data.user?.id ?? '';
    await supabase('one', 'serviceKey').admin.updateUserById(id, { email_confirm: true });
    expect((await signIn()).data.user?.id).toBe(id);
  });

  test('that is taken is not told: the answer is of a user that there is not', async () => {
    const email = newEmail();
    const id = (await signUp(email)).data.user?.id ?? '';
    await supabase('one', 'serviceKey').admin.updateUserById(id, { email_confirm: true });
    const { data, error } = await signUp(email);
    expect(error).toBeNull();
    expect(data.user).toMatchObject({ email, identities: [] });
    expect(data.user?.id).not.toBe(id);
    expect(messagesOf(email)).toHaveLength(1);
  });
});
