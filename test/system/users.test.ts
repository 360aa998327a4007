/** Users on the whole system: a record begins once, by the hook or by a request, and counts days and plays. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { definitions } from '#apps';
import { mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';
import { identityEvent } from '#services/identity/contracts.ts';
import { type App, type Stack, startStack, type User } from './stack.ts';

const secretOf = (app: string) => `whsec_${Buffer.from(app.padEnd(32, '-')).toString('base64')}`;
const apps: readonly App[] = ['sparky', 'product-studio', 'sandbox-lab', 'nano-banana', 'flirt-studio'];
/** Whose identity provider is not expected to call. */
const hookless: App = 'baby-music';
const key = mintAdminKey('sparky');

const published: { readonly source: string; readonly detail: unknown }[] = [];
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    secrets: {
      'tessera/auth-hooks': JSON.stringify(Object.fromEntries(apps.map((app) => [app, [`v1,${secretOf(app)}`]]))),
      'tessera/admin-keys': JSON.stringify({ sparky: [key.hash] }),
    },
    onPublished: (_, event) => published.push(event as unknown as (typeof published)[number]),
  });
}, 60_000);
afterAll(() => stack.close());

/** Tells of the user as Supabase Auth does. */
const hook = ({ id, app }: Pick<User, 'id' | 'app'>, { secret = secretOf(app), at = new Date() } = {}) => {
  const body = JSON.stringify({
    metadata: { uuid: id, time: at.toISOString(), name: 'after-user-created', ip_address: '192.0.2.1' },
    user: { id, email: `${id}@example.com`, is_anonymous: false, user_metadata: { name: 'Told by the hook' } },
  });
  return stack.anybody.call(`/webhooks/auth/${app}`, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': `msg_${id}`,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(`msg_${id}`, at, body),
    },
  });
};
const me = ({ api }: User) => api.get('/v1/me');
const credits = ({ api }: User) => api.get<{ grants: unknown[] }>('/v1/credits');

const registrations = (user: User) =>
  published
    .filter(({ source }) => source === 'tessera.identity')
    .map(({ detail }) => identityEvent.parse(detail))
    .filter((event) => event.user === user.id && event.type === 'UserRegistered');

describe('PP1 FS10 NB2 a user begins once: one record, one event, one account with the welcome credits', () => {
  const orders: readonly (readonly [string, (user: User) => Promise<unknown>])[] = [
    ['the hook first, then requests', async (user) => [await hook(user), await me(user), await credits(user)]],
    ['requests first, then the hook', async (user) => [await credits(user), await me(user), await hook(user)]],
    [
      'all at once, each three times',
      (user) => Promise.all([hook, me, credits, hook, me, credits, me, credits, hook].map((call) => call(user))),
    ],
  ];
  describe.each(orders)('%s', (_, begin) => {
    test.each(apps)('%s', async (app) => {
      const user = await stack.signUp(app);
      await begin(user);
      await stack.account.drain();
      expect((await hook(user)).status).toBe(200);
      await stack.account.drain();
      expect((await me(user)).body).toMatchObject({ id: user.id, app, name: 'Told by the hook', roles: [] });
      expect(registrations(user)).toMatchObject([{ type: 'UserRegistered', version: 1 }]);
      const welcome = definitions.find(({ id }) => id === app)?.welcome_credits;
      expect((await credits(user)).body.grants).toContainEqual(
        expect.objectContaining({ id: 'welcome', remaining: welcome }),
      );
      const { accounts, violations } = await stack.check();
      const granted = (accounts.get(`${app}#${user.id}`) ?? []).flatMap(({ event }) =>
        event.type === 'CreditsGranted' && event.kind === 'welcome' ? [event.credits] : [],
      );
      expect([granted, violations]).toEqual([[welcome], []]);
    });
  });
});

test('NB2 PP2 whose first request is another service’s has a record too: an admin finds them', async () => {
  const user = await stack.signUp();
  await credits(user);
  await stack.account.drain();
  const asAdmin = { headers: { 'x-admin-key': key.key } };
  expect((await stack.anybody.call(`/v1/admin/users/${user.id}`, asAdmin)).body).toMatchObject({ status: 'active' });
  expect(registrations(user)).toMatchObject([{ type: 'UserRegistered', data: { via: 'request' } }]);
});

const apiFunction = () => stack.account.functionName('services/identity/handlers/api.ts');
const ofApi = () => stack.account.calls.of({ caller: apiFunction() }).map(({ operation }) => operation);
/** Whose days need no catalog. */
const withZone = async (app: App = 'sparky') => {
  const user = await stack.signUp(app);
  expect((await user.api.call('/v1/me', { method: 'PATCH', body: { zone: 'Africa/Cairo' } })).status).toBe(200);
  return user;
};

describe('BM1 BM8 BM13 SP2 a record, day by day', () => {
  test('is told, changed and counted; what is not the user’s to write is refused', async () => {
    const user = await withZone();
    const { api } = user;
    const changed = await api.call('/v1/me', {
      method: 'PATCH',
      body: { username: 'Some.One', notification_preferences: { promotions: false } },
    });
    expect(changed.body).toMatchObject({ username: 'some.one', zone: 'Africa/Cairo' });
    for (const field of ['credits', 'plan', 'role', 'email'])
      expect((await api.call('/v1/me', { method: 'PATCH', body: { [field]: 'x' } })).status).toBe(400);
    const days = await Promise.all(Array.from({ length: 4 }, () => api.post('/v1/me/activity')));
    expect(days.map(({ body }) => body.current_streak)).toEqual([1, 1, 1, 1]);
    const plays = await Promise.all(Array.from({ length: 4 }, () => api.post('/v1/me/plays')));
    expect(plays.map(({ body }) => body.monthly_plays).toSorted()).toEqual([1, 2, 3, 4]);
    expect((await me(user)).body).toMatchObject({
      email: expect.stringMatching(/@example\.com$/),
      username: 'some.one',
      current_streak: 1,
      last_active_date: days[0]?.body.last_active_date,
      monthly_plays: 4,
      notification_preferences: { promotions: false, feature_updates: true, general_alerts: true },
    });
  });

  test('what it costs: a read for GET, no write for a day that counts already, a write for a play', async () => {
    const user = await withZone();
    await user.api.post('/v1/me/activity');
    stack.account.calls.clear();
    await me(user);
    // The authorizer reads whether the user is still here, the API the rest: one unit each.
    const authorizer = stack.account.functionName('services/identity/handlers/authorizer.ts');
    const reads = [authorizer, apiFunction()].flatMap((caller) => stack.account.calls.of({ caller }));
    expect(reads.map(({ operation, readUnits }) => [operation, readUnits])).toEqual([
      ['GetItem', 1],
      ['GetItem', 1],
    ]);
    await user.api.post('/v1/me/activity');
    expect(ofApi()).toEqual(['GetItem', 'GetItem']);
    await user.api.post('/v1/me/plays');
    expect(ofApi()).toEqual(['GetItem', 'GetItem', 'GetItem', 'UpdateItem']);
  });

  test('a write whose answer is lost is made once', async () => {
    const user = await withZone();
    const strike = stack.account.faults.onCall({ caller: apiFunction(), operation: 'UpdateItem' }, 'after');
    expect((await user.api.post('/v1/me/plays')).body).toMatchObject({ monthly_plays: 1, current_streak: 1 });
    expect(strike.struck).toBe(1);
    const etag = (await me(user)).headers.get('etag') ?? '';
    stack.account.faults.onCall({ caller: apiFunction(), operation: 'UpdateItem' }, 'after');
    const changed = await user.api.call('/v1/me', {
      method: 'PATCH',
      body: { name: 'Once' },
      headers: { 'if-match': etag },
    });
    expect([changed.status, changed.body.name]).toEqual([200, 'Once']);
    stack.account.faults.clear();
    const other = await stack.signUp();
    stack.account.faults.onCall({ caller: apiFunction(), operation: 'PutItem' }, 'after');
    expect((await me(other)).status).toBe(200);
    stack.account.faults.clear();
    await stack.account.drain();
    expect(registrations(other)).toHaveLength(1);
  });

  test('a bus that is down for a while: told late, and once', async () => {
    const user = await stack.signUp();
    const relay = stack.account.functionName('services/identity/handlers/relay.ts');
    const strike = stack.account.faults.onCall({ caller: relay, operation: 'PutEvents' }, 'before');
    await me(user);
    await stack.account.drain();
    expect(strike.struck).toBeGreaterThan(0);
    stack.account.faults.clear();
    expect(registrations(user)).toMatchObject([{ type: 'UserRegistered' }]);
  });
});

describe('I8 the hook and the records of one app', () => {
  test("another app's secret opens nothing, nor does a message of yesterday", async () => {
    const user = await stack.signUp();
    expect((await hook(user, { secret: secretOf('product-studio') })).status).toBe(401);
    expect((await hook(user, { at: new Date(Date.now() - 86_400_000) })).status).toBe(401);
    expect((await hook({ ...user, app: hookless }, { secret: secretOf('sparky') })).status).toBe(404);
    const record = await stack.anybody.call(`/v1/admin/users/${user.id}`, { headers: { 'x-admin-key': key.key } });
    expect(record.status).toBe(404);
  });

  test('PP2 a role is given by a key, to a user of its own app', async () => {
    const [user, other] = [await withZone(), await withZone('product-studio')];
    const give = ({ id }: User) =>
      stack.anybody.call(`/v1/admin/users/${id}/roles`, {
        method: 'PUT',
        body: { roles: ['admin'] },
        headers: { 'x-admin-key': key.key },
      });
    expect((await give(other)).status).toBe(404);
    expect((await give(user)).body).toMatchObject({ id: user.id, roles: ['admin'] });
    expect((await me(user)).body).toMatchObject({ roles: ['admin'] });
  });
});
