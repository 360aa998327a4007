import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
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
