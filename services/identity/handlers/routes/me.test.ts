import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SourceUnavailable } from '#shared/last-good.ts';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { newApi as apiOver, caller } from '../../test/api.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const newApi = () => apiOver(dynamoDb);

describe('BM1 GET /v1/me', () => {
  test('NB2 begins the record of whoever is seen for the first time, once', async () => {
    const { get, records } = await newApi();
    const { status, body, headers } = await get();
    expect([status, headers.etag]).toEqual([200, '"1"']);
    expect(body).toEqual({
      id: 'user-1',
      app: 'sparky',
      email: 'someone@example.com',
      name: null,
      username: null,
      locale: null,
      zone: null,
      avatar_asset_id: null,
      roles: [],
      notification_preferences: { promotions: true, feature_updates: true, general_alerts: true },
      current_streak: 0,
      longest_streak: 0,
      last_active_date: null,
      monthly_plays: 0,
      plays_reset_at: expect.stringMatching(/T2[12]:00:00\.000Z$/),
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect((await get()).body).toEqual(body);
    expect(await records()).toMatchObject([{ owner: 'sparky#user-1', via: 'request', version: 1, status: 'active' }]);
  });

  test('many first requests at once begin one record', async () => {
    const { get, records } = await newApi();
    const answers = await Promise.all(Array.from({ length: 8 }, () => get()));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await records()).toMatchObject([{ version: 1 }]);
  });

  test("follows the token's address, and keeps it where a token has none", async () => {
    const { get, records } = await newApi();
    await get();
    for (let times = 0; times < 2; times += 1)
      expect((await get('/v1/me', { user: { ...caller, email: 'new@example.com' } })).body.email).toBe(
        'new@example.com',
      );
    expect((await get('/v1/me', { user: { app: 'sparky', user: 'user-1' } })).body.email).toBe('new@example.com');
    expect(await records()).toMatchObject([{ email: 'new@example.com', version: 2 }]);
  });

  test('costs one read of one unit, and asks no catalog about a user who has a zone', async () => {
    const api = await newApi();
    await api.patch({ zone: 'UTC' });
    const reads = api.state.catalogReads;
    const calls = meter(dynamoDb.client);
    await api.get();
    expect(calls).toEqual([{ operation: 'GetItem', units: 1 }]);
    expect(api.state.catalogReads).toBe(reads);
  });

  test('I8 the same user of another app is another user', async () => {
    const { get, patch } = await newApi();
    await patch({ name: 'Of sparky' });
    const other = await get('/v1/me', { user: { ...caller, app: 'product-studio' } });
    expect(other.body).toMatchObject({ app: 'product-studio', name: null });
  });

  test('of a user who left is 401, and begins no record', async () => {
    const { get, post, patch, leave, records } = await newApi();
    await leave();
    const before = await records();
    const answers = [
      await get(),
      await patch({ name: 'x' }),
      await post('/v1/me/activity'),
      await post('/v1/me/plays'),
    ];
    expect(answers.map(({ status, body }) => [status, body.type])).toEqual(
      Array(4).fill([401, 'urn:tessera:problem:user-left']),
    );
    expect(await records()).toEqual(before);
  });

  test("a zone that is no longer known counts as none: the app's days go on", async () => {
    const { arrange, get } = await newApi();
    await arrange({ zone: 'Mars/Base' });
    const { status, body } = await get();
    expect([status, body.plays_reset_at]).toEqual([200, expect.stringMatching(/T2[12]:00:00\.000Z$/)]);
  });

  test('503 while the catalog cannot be asked', async () => {
    const { get, state } = await newApi();
    state.catalogIsDown = new SourceUnavailable('down');
    const { status, headers } = await get();
    expect([status, headers['retry-after']]).toEqual([503, '5']);
  });
});

describe('SP2 PATCH /v1/me', () => {
  test('changes what is given, clears what is null, and says what is there now', async () => {
    const { patch, get } = await newApi();
    const all = {
      name: 'A name',
      username: 'Some.One-1',
      locale: 'ar',
      zone: 'Asia/Kolkata',
      avatar_asset_id: 'ast_0199c2d4-0000-7000-8000-000000000001',
      notification_preferences: { promotions: false },
    };
    const { status, body } = await patch(all);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...all,
      username: 'some.one-1',
      notification_preferences: { promotions: false, feature_updates: true, general_alerts: true },
    });
    expect((await patch({ name: null, zone: null })).body).toMatchObject({ name: null, zone: null, locale: 'ar' });
    expect((await get()).body).toMatchObject({ name: null, username: 'some.one-1' });
  });

  test.each([
    ['credits', 100],
    ['plan', 'pro'],
    ['role', 'admin'],
    ['roles', ['admin']],
    ['email', 'other@example.com'],
    ['id', 'user-2'],
    ['current_streak', 99],
    ['status', 'active'],
    ['version', 9],
  ])('%s is not for users to write', async (field, value) => {
    const { patch, records } = await newApi();
    const { status, body } = await patch({ name: 'A name', [field]: value });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ pointer: `/body/${field}`, detail: 'is not a known field' }]);
    expect(await records()).toEqual([]);
  });

  test.each([
    ['name', ''],
    ['name', 'x'.repeat(101)],
    ['name', 'two\nlines'],
    ['name', '\u0000'],
    ['name', 'left\u202eright'],
    ['name', 7],
    ['username', 'ab'],
    ['username', 'a'.repeat(31)],
    ['username', 'two words'],
    ['username', 'ünal'],
    ['locale', 'de'],
    ['locale', '__proto__'],
    ['zone', 'Mars/Base'],
    ['zone', '+02:00'],
    ['avatar_asset_id', 'ast_1'],
    ['avatar_asset_id', 'gen_0199c2d4-0000-7000-8000-000000000001'],
    ['notification_preferences', null],
  ])('%s may not be %j', async (field, value) => {
    const { patch, records } = await newApi();
    const { status, body } = await patch({ [field]: value });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, `/body/${field}`]);
    expect(await records()).toEqual([]);
  });

  test('repeated it is the same record: nothing is written', async () => {
    const { patch, records } = await newApi();
    await patch({ name: 'A name' });
    const before = await records();
    const { body } = await patch({ name: 'A name' });
    expect(body.name).toBe('A name');
    expect(await records()).toEqual(before);
  });

  test('with If-Match only over the version that was read', async () => {
    const { patch, get } = await newApi();
    const { etag = '' } = (await get()).headers;
    const first = await patch({ name: 'First' }, { 'if-match': etag });
    expect([first.status, first.headers.etag]).toEqual([200, '"2"']);
    const second = await patch({ name: 'Second' }, { 'if-match': etag });
    expect([second.status, second.body.type]).toEqual([412, 'urn:tessera:problem:record-changed']);
    expect((await patch({ name: 'Third' }, { 'if-match': `W/${first.headers.etag}` })).status).toBe(412);
    expect((await patch({ name: 'Fourth' }, { 'if-match': `"7", ${first.headers.etag}` })).status).toBe(200);
    expect((await patch({ name: 'Fifth' }, { 'if-match': '*' })).status).toBe(200);
  });

  test('two at once, each of another field, are both done; of two with If-Match one is', async () => {
    const { patch, get } = await newApi();
    const { etag = '' } = (await get()).headers;
    await Promise.all([patch({ name: 'A name' }), patch({ username: 'some-one' })]);
    expect((await get()).body).toMatchObject({ name: 'A name', username: 'some-one' });
    const { etag: now = '' } = (await get()).headers;
    expect(now).not.toBe(etag);
    const both = await Promise.all(['One', 'Other'].map((name) => patch({ name }, { 'if-match': now })));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
  });
});
