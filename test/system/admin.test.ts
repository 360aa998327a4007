/** FS9 admins on the whole system: who is one, by role or by key, and what they may do to their own app's accounts. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from '@supabase/supabase-js';
import { routes } from '#services/credits/routes.ts';
import { mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';
import { type RequestOptions, uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { type App, type Stack, startStack, type User } from './stack.ts';

const keys = {
  old: mintAdminKey('sandbox-lab'),
  new: mintAdminKey('sandbox-lab'),
  other: mintAdminKey('sparky'),
  unlisted: mintAdminKey('sandbox-lab'),
};

let stack: Stack;
let user: User;
beforeAll(async () => {
  const hashes = { 'sandbox-lab': [keys.old.hash, keys.new.hash], sparky: [keys.other.hash] };
  stack = await startStack({ secrets: { 'tessera/admin-keys': JSON.stringify(hashes) } });
  user = await stack.signUp('sandbox-lab');
  await user.api.get('/v1/credits');
  for (const app of ['sandbox-lab', 'sparky'] as const) await stack.makeAdmin({ app, id: 'boss' });
}, 60_000);
afterAll(() => stack.close());

/** A token as the project's auth server would sign it. */
const tokenOf = (claims: Record<string, unknown>, app: App = 'sandbox-lab') =>
  stack.auth.issueToken(app, { sub: 'boss', ...claims });
const asAdmin = async (app: App = 'sandbox-lab') => stack.withToken(await tokenOf({}, app));
const withKey = (key: string, path: string, options: RequestOptions = {}) =>
  stack.anybody.call(path, { ...options, headers: { 'x-admin-key': key, ...options.headers } });
const accountOf = (id: string) => `/v1/admin/accounts/${id}`;

describe('who is an admin', () => {
  test('a user whose record says so, and nobody else', async () => {
    const statusOf = async (claims: Record<string, unknown>, app: App = 'sandbox-lab') =>
      (await stack.withToken(await tokenOf(claims, app)).get('/v1/admin/accounts')).status;
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ sub: 'clerk' })).toBe(403);
    expect(await statusOf({ sub: 'clerk', app_metadata: { role: 'admin', roles: ['admin'] } })).toBe(403);
    expect(await statusOf({ sub: 'clerk', user_metadata: { role: 'admin', roles: ['admin'] } })).toBe(403);
    // Whose app is another's admin of the same id.
    expect(await statusOf({}, 'product-studio')).toBe(403);
    expect((await stack.anybody.get('/v1/admin/accounts')).status).toBe(401);
  });

  test('a role counts from the next request on, when it is given and when it is taken away: the token stays the same', async () => {
    const { id, api } = await stack.signUp('sandbox-lab');
    await api.get('/v1/me');
    const setRoles = async (roles: readonly string[]) =>
      (await withKey(keys.new.key, `/v1/admin/users/${id}/roles`, { method: 'PUT', body: { roles } })).status;
    const asked = async () => (await api.get('/v1/admin/accounts')).status;
    expect(await asked()).toBe(403);
    expect([await setRoles(['admin']), await asked()]).toEqual([200, 200]);
    expect([await setRoles([]), await asked()]).toEqual([200, 403]);
    // Told again, late or twice, it is the same.
    expect([await setRoles([]), await asked()]).toEqual([200, 403]);
  });

  test('what users can write about themselves makes none of them an admin', async () => {
    const { url, anonKey } = stack.auth.project('sandbox-lab');
    const supabase = createClient(url, anonKey, { auth: { persistSession: false, autoRefreshToken: false } });
    const { data } = await supabase.auth.signUp({
      email: 'clever@example.com',
      password: 'a long password',
      options: { data: { role: 'admin', roles: ['admin'], app_metadata: { role: 'admin' } } },
    });
    const { status, body, headers } = await stack.withToken(data.session?.access_token ?? '').get('/v1/admin/accounts');
    expect({ status, body, type: headers.get('content-type') }).toMatchObject({
      status: 403,
      type: 'application/problem+json',
      body: { type: 'urn:tessera:problem:forbidden' },
    });
  });

  test('whoever shows a key of the app; during a rotation the old one and the new', async () => {
    for (const { key } of [keys.old, keys.new]) expect((await withKey(key, accountOf(user.id))).status).toBe(200);
    for (const key of [keys.unlisted.key, `${keys.old.key}x`, keys.old.hash, ''])
      expect((await withKey(key, accountOf(user.id))).status).toBe(401);
    // A key decides alone: beside it, an admin's token does not count.
    const token = await tokenOf({});
    const both = { headers: { authorization: `Bearer ${token}` } };
    expect((await withKey(keys.unlisted.key, accountOf(user.id), both)).status).toBe(401);
    expect((await withKey(keys.old.key, '/v1/credits')).status).toBe(401);
  });

  const adminRoutes = Object.values(routes).filter(({ auth }) => auth === 'admin');
  test.each(adminRoutes.map(({ method, path }) => [method, path] as const))(
    '%s %s is forbidden to users',
    async (method, path) => {
      const answer = await user.api.call(path.replace('{user}', user.id), { method });
      expect(answer.status).toBe(403);
    },
  );
});

describe('I8 an admin acts on the own app only', () => {
  test("another app's accounts are not there, by role or by key", async () => {
    const other = await asAdmin('sparky');
    const act = { method: 'POST', body: { credits: 5, reason: 'x' }, headers: { 'idempotency-key': 'k1' } };
    const path = `${accountOf(user.id)}/adjustments`;
    expect((await other.get(accountOf(user.id))).status).toBe(404);
    expect((await other.call(path, act)).status).toBe(404);
    expect((await withKey(keys.other.key, accountOf(user.id))).status).toBe(404);
    expect((await withKey(keys.other.key, path, act)).status).toBe(404);
    await stack.account.drain();
    const { data } = (await other.get<{ data: { user: string }[] }>('/v1/admin/accounts')).body;
    expect(data.map(({ user }) => user)).not.toContain(user.id);
    expect((await user.api.get('/v1/credits')).body).toMatchObject({ available: 10, version: 2 });
  });
});

describe('what an admin does', () => {
  test('adjusts credits once, and the ledger says who and why', async () => {
    const admin = await asAdmin();
    const [one, other] = [await stack.signUp('sandbox-lab'), await stack.signUp('sandbox-lab')];
    for (const { api } of [one, other]) await api.get('/v1/credits');
    const adjust = (credits: number, key: string) =>
      admin.post(`${accountOf(one.id)}/adjustments`, { credits, reason: 'lost photo' }, { 'idempotency-key': key });
    const answers = await Promise.all([adjust(30, 'k1'), adjust(30, 'k1'), adjust(30, 'k1')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await adjust(31, 'k1')).status).toBe(422);
    expect((await adjust(-41, 'k2')).status).toBe(409);
    expect((await one.api.get('/v1/credits')).body.available).toBe(40);
    expect((await one.api.get<{ data: object[] }>('/v1/credits/transactions')).body.data[0]).toMatchObject({
      type: 'adjustment',
      amount: 30,
      balance_after: 40,
    });
    const { body } = await admin.get<{ history: { data: object[] } }>(accountOf(one.id));
    expect(body.history.data[0]).toMatchObject({ event: 'CreditsAdjusted', actor: 'admin:boss', reason: 'lost photo' });

    await stack.account.drain();
    const list = await admin.get<{ data: { user: string }[] }>('/v1/admin/accounts?sort=balance&limit=1');
    expect(list.body.data).toMatchObject([{ user: one.id, available: 40, granted: 40 }]);
    const found = await admin.get<{ data: { user: string }[] }>(`/v1/admin/accounts?search=${other.id.slice(0, 18)}`);
    expect(found.body.data.map(({ user }) => user)).toEqual([other.id]);
  });

  test('FS11 SP1 puts accounts on a plan and starts the daily reset by hand: each gets one allowance', async () => {
    const users = await Promise.all(Array.from({ length: 3 }, () => stack.signUp('sandbox-lab')));
    for (const { api } of users) await api.get('/v1/credits');
    const act = (path: string, body: object) => withKey(keys.new.key, path, { method: 'POST', body });
    for (const { id } of users)
      expect((await act(`${accountOf(id)}/plan`, { plan: 'daily', reason: 'a gift' })).status).toBe(200);
    await stack.account.drain();
    for (let press = 0; press < 2; press += 1) {
      const { status, body } = await act('/v1/admin/daily-reset', { reason: 'to be sure' });
      expect([status, body.app]).toEqual([202, 'sandbox-lab']);
    }
    await stack.account.drain();
    for (const { id, api } of users) {
      const { body } = await api.get('/v1/credits');
      expect(body).toMatchObject({ available: 15, plan: 'daily', daily: { credits: 5, remaining: 5, cap: 8 } });
      const { history } = (await withKey(keys.new.key, accountOf(id))).body as { history: { data: object[] } };
      const granted = history.data.filter((entry) => JSON.stringify(entry).includes('"daily"'));
      expect(granted).toHaveLength(1);
    }
  });

  test('closes an account for good', async () => {
    const closed = await stack.signUp('sandbox-lab');
    await closed.api.get('/v1/credits');
    const admin = await asAdmin();
    expect((await admin.post(`${accountOf(closed.id)}/close`, { reason: 'asked to' })).body).toMatchObject({
      status: 'closed',
      available: 0,
      totals: { granted: 10, revoked: 10 },
    });
    expect((await closed.api.post('/v1/allowances/slow/check')).body).toMatchObject({
      allowed: false,
      reason: 'account-closed',
    });
  });

  test('FS9 PP13 finds a user, and what went wrong for them; has it run again, and gives back what another run cost', async () => {
    const admin = await asAdmin();
    const someone = await stack.signUp('sandbox-lab');
    const { email } = (await someone.api.get('/v1/me')).body;
    const asset = await uploadAsset(someone.api, await makePhoto({ width: 64, height: 48 }));
    await stack.account.drain();
    const run = async (tool: string) => String((await someone.api.generate({ tool, inputs: [asset.id] })).body.id);
    const [failed, done] = [await run('fail'), await run('fallback')];
    await stack.settle();

    const prefix = encodeURIComponent(String(email).slice(0, 30).toUpperCase());
    const users = (
      await admin.get<{ data: { id: string; links: Record<string, string> }[] }>(`/v1/admin/users?query=${prefix}`)
    ).body;
    const found = users.data.find(({ id }) => id === someone.id);
    for (const path of Object.values(found?.links ?? { none: 'none' }))
      expect((await admin.get(path)).status).toBe(200);

    const list = await admin.get<{ data: object[] }>(`/v1/admin/generations?user=${someone.id}&status=failed`);
    expect(list.body.data).toMatchObject([{ id: failed, user_id: someone.id, tool: 'fail' }]);
    const all = await admin.get<{ data: { id: string }[] }>('/v1/admin/generations?limit=2');
    expect(all.body.data.map(({ id }) => id).toSorted()).toEqual([failed, done].toSorted());
    const whole = await admin.get<{ history: { data: object[] } }>(`/v1/admin/generations/${failed}`);
    expect(whole.body.history.data[0]).toMatchObject({ type: 'JobFailed', data: { provider: 'sandbox' } });

    const again = () => admin.post(`/v1/admin/generations/${failed}/retry`, undefined, { 'idempotency-key': 'r1' });
    const [first, second] = [await again(), await again()];
    expect([first.status, second.body.id === first.body.id]).toEqual([202, true]);
    await stack.settle();
    expect((await admin.get(`/v1/admin/generations/${first.body.id}`)).body).toMatchObject({ retry_of: failed });

    const balance = async () => Number((await someone.api.get('/v1/credits')).body.available);
    const before = await balance();
    const cost = Number((await someone.api.get(`/v1/generations/${done}`)).body.cost_credits);
    expect(cost).toBeGreaterThan(0);
    const refund = () => admin.post(`/v1/admin/generations/${done}/refund`, { reason: 'a torn picture' });
    const answers = await Promise.all([refund(), refund(), refund()]);
    await stack.settle();
    answers.push(await refund());
    await stack.settle();
    for (const { status, body } of answers)
      expect([status, body]).toEqual([200, { ...answers[0]?.body, refunded_credits: cost }]);
    expect(await balance()).toBe(before + cost);
    expect((await admin.post(`/v1/admin/generations/${failed}/refund`, { reason: 'x' })).status).toBe(409);
    const statement = (await someone.api.get<{ data: object[] }>('/v1/credits/transactions')).body.data;
    expect(statement[0]).toMatchObject({ type: 'refund', amount: cost, generation_id: done, reason: 'refunded' });
    const { body } = await admin.get<{ history: { data: object[] } }>(accountOf(someone.id));
    expect(body.history.data[0]).toMatchObject({ actor: 'admin:boss', reason: 'a torn picture' });
    const inbox = (await someone.api.get<{ data: object[] }>('/v1/notifications')).body.data;
    expect(inbox[0]).toMatchObject({
      type: 'credits',
      subject: { kind: 'generation', id: done },
      params: { credits: cost },
    });
  });

  test('the invariants hold, and no key is in a log', async () => {
    await stack.account.drain();
    const { violations } = await stack.check();
    expect(violations).toEqual([]);
    const logs = JSON.stringify(stack.account.logs.all);
    for (const { key } of Object.values(keys)) expect(logs).not.toContain(key);
    expect(logs).toContain(keys.new.id);
  });
});
