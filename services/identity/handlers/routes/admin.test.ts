import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { newUser } from '../../domain/user.ts';
import { adminKey, newApi as apiOver, type TestApi } from '../../test/api.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const newApi = () => apiOver(dynamoDb);

describe('PP2 roles', () => {
  const path = '/v1/admin/users/user-1';
  const setRoles = ({ call }: TestApi, roles: unknown, verdict: Parameters<TestApi['call']>[0]['verdict'] = adminKey) =>
    call({ method: 'PUT', path: `${path}/roles`, body: { roles }, ...(verdict ? { verdict } : {}) });

  test('an admin gives and takes them, and the record says who', async () => {
    const api = await newApi();
    await api.get();
    expect((await setRoles(api, ['admin'])).body).toMatchObject({ id: 'user-1', status: 'active', roles: ['admin'] });
    expect(await api.records()).toMatchObject([{ roles: ['admin'], roles_by: 'admin:key-0123456789ab', version: 2 }]);
    expect((await setRoles(api, ['admin'])).status).toBe(200);
    expect((await api.get(path, { verdict: adminKey })).body).toMatchObject({ roles: ['admin'] });
    expect((await setRoles(api, [])).body.roles).toEqual([]);
    expect(await api.records()).toMatchObject([{ version: 3 }]);
  });

  test('no admin takes their own role away; another one does', async () => {
    const api = await newApi();
    await api.get();
    await setRoles(api, ['admin']);
    const self = { verdict: 'user', app: 'sparky', user: 'user-1', role: 'admin' } as const;
    const refused = await setRoles(api, [], self);
    expect([refused.status, refused.body.type]).toEqual([409, 'urn:tessera:problem:role-own']);
    expect((await setRoles(api, ['admin'], self)).status).toBe(200);
    expect((await setRoles(api, [], { ...self, user: 'other' })).status).toBe(200);
  });

  test('an unknown user is 404, and so is one of another app, and one who left', async () => {
    const api = await newApi();
    expect((await setRoles(api, ['admin'])).status).toBe(404);
    expect(await api.records()).toEqual([]);
    await api.get();
    const other = { ...adminKey, app: 'product-studio' };
    expect((await setRoles(api, ['admin'], other)).status).toBe(404);
    expect((await api.get(path, { verdict: other })).status).toBe(404);
    await api.leave();
    expect((await setRoles(api, ['admin'])).status).toBe(404);
    expect((await api.get(path, { verdict: adminKey })).body).toEqual({
      id: 'user-1',
      app: 'sparky',
      status: 'deleted',
      created_at: expect.any(String),
      deleted_at: expect.any(String),
      links: expect.objectContaining({ account: '/v1/admin/accounts/user-1' }),
    });
  });

  test.each([[['owner']], [['admin', 'admin']], ['admin'], [null]])('roles may not be %j', async (roles) => {
    expect((await setRoles(await newApi(), roles)).status).toBe(400);
  });

  test('users are forbidden both', async () => {
    const api = await newApi();
    expect((await api.get(path)).status).toBe(403);
    expect((await setRoles(api, ['admin'], { verdict: 'user', app: 'sparky', user: 'user-1' })).status).toBe(403);
  });
});

describe('FS9 PP13 the users of an app', () => {
  const list = (api: TestApi, query: Record<string, string> = {}, app = 'sparky') =>
    api.call({ path: '/v1/admin/users', query, verdict: { ...adminKey, app } });
  const idsOf = ({ body }: { body: { data: { id: string }[] } }) => body.data.map(({ id }) => id);

  /** Five of sparky, a second apart, and one of another app. */
  const filled = async () => {
    const api = await newApi();
    const people = ['Mia@example.com', 'mick@example.com', undefined, 'zoe@example.com', 'MIRA@Other.org'];
    for (const [index, email] of people.entries()) {
      const owner = { app: 'sparky', user: `user-${index}` };
      const at = `2026-11-05T10:00:0${index}.000Z`;
      await api.users.open(newUser({ owner, via: 'hook', email, at, correlationId: 'request-1' }));
    }
    const other = { app: 'product-studio', user: 'user-9' };
    const at = '2026-11-05T11:00:00.000Z';
    await api.users.open(newUser({ owner: other, via: 'hook', email: 'mia@example.com', at, correlationId: 'r' }));
    return api;
  };

  test('are listed newest first, page by page; none is another app’s', async () => {
    const api = await filled();
    const first = await list(api, { limit: '3' });
    const second = await list(api, { limit: '3', cursor: first.body.next_cursor });
    expect([idsOf(first), idsOf(second), second.body.next_cursor]).toEqual([
      ['user-4', 'user-3', 'user-2'],
      ['user-1', 'user-0'],
      null,
    ]);
    expect(idsOf(await list(api, {}, 'product-studio'))).toEqual(['user-9']);
    expect((await list(api, { cursor: first.body.next_cursor }, 'product-studio')).status).toBe(400);
    expect(first.body.data[0]).toMatchObject({
      email: 'MIRA@Other.org',
      status: 'active',
      roles: [],
      links: {
        account: '/v1/admin/accounts/user-4',
        transactions: '/v1/admin/accounts/user-4/transactions',
        generations: '/v1/admin/generations?user=user-4',
        payments: '/v1/admin/payments?user=user-4',
      },
    });
  });

  test('are found by how their address begins, in letters of any size, and by their id', async () => {
    const api = await filled();
    expect(idsOf(await list(api, { query: 'mi' }))).toEqual(['user-0', 'user-1', 'user-4']);
    expect(idsOf(await list(api, { query: 'MIA@' }))).toEqual(['user-0']);
    expect(idsOf(await list(api, { query: 'mia@example.com' }, 'product-studio'))).toEqual(['user-9']);
    expect(idsOf(await list(api, { query: 'user-2' }))).toEqual(['user-2']);
    expect(idsOf(await list(api, { query: 'user-9' }))).toEqual([]);
    expect(idsOf(await list(api, { query: 'ser-' }))).toEqual([]);
    const first = await list(api, { query: 'mi', limit: '2' });
    expect(idsOf(await list(api, { query: 'mi', limit: '2', cursor: first.body.next_cursor }))).toEqual(['user-4']);
    expect((await list(api, { query: 'zoe', cursor: first.body.next_cursor })).status).toBe(400);
    expect((await list(api, { query: ' ' })).status).toBe(400);
  });

  test('by the address that they have now, also one that only their token told', async () => {
    const api = await filled();
    const change = (email: string) =>
      api.call({ path: '/v1/me', user: { app: 'sparky', user: 'user-2', email } }).then(({ status }) => status);
    expect([await change('Old@example.com'), await change('New@example.com')]).toEqual([200, 200]);
    expect(idsOf(await list(api, { query: 'old@' }))).toEqual([]);
    expect(idsOf(await list(api, { query: 'new@' }))).toEqual(['user-2']);
  });

  test('of one who left the bare id is listed, and no address is found any more', async () => {
    const api = await filled();
    await api.call({ method: 'DELETE', path: '/v1/admin/users/user-0', verdict: adminKey });
    expect(idsOf(await list(api, { query: 'mia' }))).toEqual([]);
    const { data } = (await list(api)).body;
    expect(data.at(-1)).toMatchObject({ id: 'user-0', status: 'deleted' });
    expect(JSON.stringify(data)).not.toContain('Mia@');
  });

  test('users are forbidden to see them', async () => {
    expect((await (await newApi()).get('/v1/admin/users')).status).toBe(403);
  });
});
