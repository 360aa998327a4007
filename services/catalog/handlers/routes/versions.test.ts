/** SP15 what became of an app's offer, and the way back. Each test has an app of its own, made like Sparky, and another one beside it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AppOffer, offerOf } from '../../contracts.ts';
import { newAdminApi, newApi, type TestAdminApi } from '../../test/api.ts';
import { fileOf, startTable, type TestTable } from '../../test/offers.ts';

let tables: TestTable;
beforeAll(async () => {
  tables = await startTable('offers');
});
afterAll(() => tables.close());

let apps = 0;
let api: TestAdminApi;
let send: TestAdminApi['send'];
let app = '';
beforeEach(() => {
  apps += 1;
  app = `app-${apps}`;
  api = newAdminApi(tables, app);
  ({ send } = api);
});
const current = () => api.current();
const offer = (): AppOffer => offerOf(fileOf('sparky'));

describe('versions', () => {
  let other = '';
  beforeEach(async () => {
    other = `${app}-other`;
    await current();
    for (const [index, name] of ['Two', 'Three'].entries())
      await send('PUT', '', { version: index + 1, body: { offer: { ...offer(), name }, reason: `for ${name}` } });
  });

  test('newest first, page by page, each with who, why and what', async () => {
    const all = (await send('GET', '/versions')).body;
    expect(all.next_cursor).toBeNull();
    expect(all.data[0]).toEqual({
      version: 3,
      at: expect.any(String),
      actor: 'admin:boss',
      reason: 'for Three',
      seeded: false,
      set_aside: false,
      rolled_back_to: null,
      changed: ['name'],
      truncated: false,
    });
    expect(all.data[2]).toMatchObject({ version: 1, seeded: true, truncated: true, actor: 'system:catalog' });
    const paged = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { limit: '1', ...(cursor ? { cursor } : {}) };
      const { body } = await send('GET', '/versions', { query });
      paged.push(...body.data);
      cursor = body.next_cursor;
    } while (cursor);
    expect(paged).toEqual(all.data);
  });
  test('twenty at a time at most, for each is read whole', async () => {
    expect((await send('GET', '/versions', { query: { limit: '20' } })).status).toBe(200);
    expect((await send('GET', '/versions', { query: { limit: '21' } })).body.errors[0].pointer).toBe('/query/limit');
  });
  test('a file of a deployment that was set aside is told of as such', async () => {
    const { get } = newApi(tables, [{ ...fileOf('sparky'), id: app, name: 'Deployed' }]);
    expect((await get(`/v1/apps/${app}/catalog`)).body.name).toBe('Three');
    const { body } = await send('GET', '/versions', { query: { limit: '1' } });
    const told = { version: 4, actor: 'system:catalog', seeded: false, set_aside: true, changed: [] };
    expect(body.data).toMatchObject([told]);
    expect((await current()).offer.name).toBe('Three');
  });
  test('one of them, whole', async () => {
    const { body } = await send('GET', '/versions/2');
    expect(body).toMatchObject({ version: 2, reason: 'for Two', offer: { ...offer(), name: 'Two' } });
    expect((await send('GET', '/versions/4')).status).toBe(404);
    expect((await send('GET', '/versions/0')).status).toBe(400);
  });
  test('a rollback is a new version with the old offer', async () => {
    const body = { to_version: 1, reason: 'as it was' };
    const done = await send('POST', '/rollback', { version: 3, body });
    expect([done.status, done.body]).toEqual([
      200,
      { version: 4, changed: ['name'], truncated: false, dry_run: false },
    ]);
    expect((await current()).offer).toEqual(offer());
    expect((await send('GET', '/versions')).body.data[0]).toMatchObject({ rolled_back_to: 1, reason: 'as it was' });
    expect((await send('POST', '/rollback', { version: 3, body })).body).toMatchObject({ version: 4, changed: [] });
  });
  test('a rollback needs a version that there is, a reason, and If-Match', async () => {
    const reason = 'as it was';
    expect((await send('POST', '/rollback', { version: 3, body: { to_version: 9, reason } })).status).toBe(404);
    expect((await send('POST', '/rollback', { version: 3, body: { to_version: 1 } })).status).toBe(400);
    expect((await send('POST', '/rollback', { body: { to_version: 1, reason } })).status).toBe(428);
    expect((await send('POST', '/rollback', { version: 2, body: { to_version: 1, reason } })).status).toBe(412);
  });
  test("I8 another app's admin sees and changes only the own", async () => {
    expect((await send('GET', '/versions', { of: other })).body.data).toHaveLength(1);
    expect((await send('GET', '/versions/3', { of: other })).status).toBe(404);
    await send('PUT', '', { of: other, version: 1, body: { offer: { ...offer(), name: 'Theirs' } } });
    expect((await current()).offer.name).toBe('Three');
    const { body } = await send('GET', '/versions', { query: { limit: '1' } });
    const theirs = await send('GET', '/versions', { of: other, query: { cursor: body.next_cursor } });
    expect(theirs.body.data.map(({ actor }: { actor: string }) => actor)).not.toContain('admin:admin-1');
    expect(await api.history(other)).toEqual(['OfferSeeded', 'OfferChanged']);
  });
});
