import { jest } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { AccountCommand } from '../domain/commands.ts';
import { dateOf } from '../domain/local-day.ts';
import { policyOf } from '../domain/policy.ts';
import { routes } from '../routes.ts';
import { newApi as apiOver, testCatalog } from '../test/api.ts';
import {
  adjustCredits,
  changePlan,
  grantCredits,
  holdCredits,
  later,
  openAccount,
  releaseHold,
  revokeGrant,
  settleHold,
} from '../test/commands.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const newApi = () => apiOver(dynamoDb.client);

describe('FS1 GET /v1/credits', () => {
  test('NB2 FS10 opens the account of a user seen for the first time, once', async () => {
    const { get, events } = await newApi();
    const { status, body } = await get('/v1/credits');
    expect(status).toBe(200);
    expect(body).toEqual({
      available: 10,
      held: 0,
      spent: 0,
      debt: 0,
      plan: 'free',
      daily: { credits: 0, remaining: 0, spent: 0, cap: null, resets_at: expect.any(String) },
      grants: [{ id: 'welcome', kind: 'welcome', remaining: 10, granted_at: expect.any(String), expires_at: null }],
      open_holds: 0,
      version: 2,
    });
    expect((await get('/v1/credits')).body.version).toBe(2);
    expect(await events()).toHaveLength(2);
  });

  test('two first sights at once open one account', async () => {
    const { get, events } = await newApi();
    const answers = await Promise.all([get('/v1/credits'), get('/v1/credits'), get('/v1/credits')]);
    expect(answers.map(({ body }) => body.available)).toEqual([10, 10, 10]);
    expect(await events()).toHaveLength(2);
  });

  test('shows grants in the order they are spent, and what is held', async () => {
    const { get, give } = await newApi();
    await give(
      openAccount(10),
      grantCredits('pay_1', 100),
      grantCredits('daily-9999', 5, { kind: 'daily', expiresAt: 4_102_444_800 }),
      holdCredits('gen_1', 7),
    );
    const { body } = await get('/v1/credits');
    expect(body).toMatchObject({ available: 108, held: 7, open_holds: 1, version: 5 });
    expect(body.grants.map(({ id, remaining }: { id: string; remaining: number }) => [id, remaining])).toEqual([
      ['welcome', 8],
      ['pay_1', 100],
    ]);
  });

  test('does not count what has expired, though no event has told so yet', async () => {
    const { get, give } = await newApi();
    await give(
      openAccount(10, '2020-01-01T00:00:00.000Z'),
      grantCredits('daily-1', 5, { at: '2020-01-01T00:00:00.000Z', kind: 'daily', expiresAt: 1_577_923_200 }),
    );
    const { body } = await get('/v1/credits');
    expect(body.available).toBe(10);
    expect(body.grants.map(({ id }: { id: string }) => id)).toEqual(['welcome']);
  });

  const today = () => policyOf({ zone: 'UTC', default_plan: 'free', plans: [] }, new Date().toISOString());

  test("FS11 counts today's allowance though it was not issued yet, and writes nothing", async () => {
    const { get, give, store, events } = await newApi();
    await give(openAccount(10), changePlan('daily'));
    const written = (await events()).length;
    const { body } = await get('/v1/credits');
    const { day, dayEndsAt } = today();
    const resetsAt = new Date(dayEndsAt * 1_000).toISOString();
    expect(body).toMatchObject({
      available: 15,
      plan: 'daily',
      daily: { credits: 5, remaining: 5, spent: 0, cap: 8, resets_at: resetsAt },
    });
    expect(body.grants[0]).toMatchObject({
      id: `daily-${dateOf(day)}`,
      kind: 'daily',
      remaining: 5,
      expires_at: resetsAt,
    });
    expect(await events()).toHaveLength(written);
    expect((await store.load('sparky#user-1'))?.version).toBe(body.version);
  });

  test('SP1 shows what was spent of the cap today, and what is left of the allowance', async () => {
    const { get, give } = await newApi();
    const at = new Date().toISOString();
    const definition = await testCatalog().app('sparky');
    if (!definition) throw new Error('no app');
    await give(openAccount(10), changePlan('daily'), holdCredits('gen_1', 7, { at, policy: policyOf(definition, at) }));
    expect((await get('/v1/credits')).body).toMatchObject({
      available: 8,
      held: 7,
      daily: { credits: 5, remaining: 0, spent: 7, cap: 8 },
    });
  });

  test('X5 shows debt', async () => {
    const { get, give } = await newApi();
    await give(openAccount(0), grantCredits('pay_1', 20), holdCredits('gen_1', 15), settleHold('gen_1', 15));
    await give(revokeGrant('re_1', 'pay_1', 20));
    expect((await get('/v1/credits')).body).toMatchObject({ available: 0, debt: 15, spent: 15 });
  });

  test('an app that is not served is 404', async () => {
    const { get } = await newApi();
    expect(await get('/v1/credits', undefined, { user: { app: 'other-app', user: 'user-1' } })).toMatchObject({
      status: 404,
      body: { type: 'urn:tessera:problem:app-unknown' },
    });
  });
});

describe('PP9 GET /v1/credits/transactions', () => {
  const history: AccountCommand[] = [
    openAccount(10),
    grantCredits('pay_1', 100, { at: later(1) }),
    holdCredits('gen_1', 12, { at: later(2) }),
    settleHold('gen_1', 12, later(3)),
    holdCredits('gen_2', 8, { at: later(4) }),
    settleHold('gen_2', 5, later(5)),
    holdCredits('gen_3', 8, { at: later(6) }),
    releaseHold('gen_3', 'blocked', later(7)),
  ];

  test('tells every change of the balance, newest first', async () => {
    const { get, give } = await newApi();
    await give(...history);
    const { body } = await get('/v1/credits/transactions');
    const shown = body.data.map((entry: Record<string, unknown>) =>
      [entry.type, entry.amount, entry.balance_after, entry.generation_id, entry.reason ?? entry.grant_kind].join(' '),
    );
    expect(shown).toEqual([
      'refund 8 93 gen_3 blocked',
      'spend -8 85 gen_3 ',
      'refund 3 93 gen_2 cost-below-hold',
      'spend -8 90 gen_2 ',
      'spend -12 98 gen_1 ',
      'purchase 100 110  pack',
      'bonus 10 10  welcome',
    ]);
    expect(body.next_cursor).toBeNull();
    expect(body.data[4]).toEqual({
      id: expect.any(String),
      type: 'spend',
      amount: -12,
      balance_after: 98,
      tool: 'photo-filter',
      generation_id: 'gen_1',
      grants: [
        { id: 'welcome', credits: 10 },
        { id: 'pay_1', credits: 2 },
      ],
      grant_kind: null,
      reason: null,
      created_at: later(2),
    });
  });

  test('page by page gives the same as all at once', async () => {
    const { get, give } = await newApi();
    await give(...history);
    const all = (await get('/v1/credits/transactions', { limit: '100' })).body.data;
    for (const limit of ['1', '2', '3']) {
      const paged: unknown[] = [];
      let query: Record<string, string> | undefined = { limit };
      for (let pages = 0; query && pages < 20; pages += 1) {
        const { body } = await get('/v1/credits/transactions', query);
        expect(body.data.length).toBeLessThanOrEqual(Number(limit));
        paged.push(...body.data);
        query = body.next_cursor ? { limit, cursor: body.next_cursor } : undefined;
      }
      expect(paged).toEqual(all);
    }
  });

  const filtered = async (query: Record<string, string>) => {
    const { get, give } = await newApi();
    await give(...history);
    await give(adjustCredits('adj_1', -3, { at: '2026-11-06T00:00:00.000Z' }));
    await give(holdCredits('gen_4', 2, { at: '2026-11-07T23:59:59.000Z', tool: 'face-analysis' }));
    const { status, body } = await get('/v1/credits/transactions', query);
    expect(status).toBe(200);
    return body.data.map(
      ({ type, amount, created_at }: Record<string, string>) => `${type} ${amount} ${created_at?.slice(0, 10)}`,
    );
  };

  test.each([
    [{ type: 'purchase' }, ['purchase 100 2026-11-05']],
    [{ type: 'refund' }, ['refund 8 2026-11-05', 'refund 3 2026-11-05']],
    [{ type: 'adjustment' }, ['adjustment -3 2026-11-06']],
    [{ tool: 'face-analysis' }, ['spend -2 2026-11-07']],
    [{ tool: 'photo-filter', type: 'refund', limit: '1' }, ['refund 8 2026-11-05']],
    [{ tool: 'no-such-tool' }, []],
    [{ from: '2026-11-06' }, ['spend -2 2026-11-07', 'adjustment -3 2026-11-06']],
    [{ from: '2026-11-06', to: '2026-11-06' }, ['adjustment -3 2026-11-06']],
    [{ to: '2026-11-05', type: 'bonus' }, ['bonus 10 2026-11-05']],
    [{ from: '2026-11-08' }, []],
    [{ to: '2026-11-04' }, []],
  ])('%j filters', async (query, entries) => {
    expect(await filtered(query as Record<string, string>)).toEqual(entries);
  });

  test('a filter that finds little reads a bounded number of events, and the cursor goes on', async () => {
    const { get, give, store } = await newApi();
    await give(openAccount(0), grantCredits('pay_1', 5_000));
    for (let run = 0; run < 600; run += 1)
      await give(holdCredits(`gen_${run}`, 1, { at: later(run) }), settleHold(`gen_${run}`, 1, later(run)));
    const reads = jest.spyOn(store, 'read');
    const first = await get('/v1/credits/transactions', { type: 'purchase' });
    expect(first.body).toEqual({ data: [], next_cursor: expect.any(String) });
    expect(reads.mock.calls.map(([, { limit }]) => limit)).toEqual([250, 250, 250, 250]);
    const second = await get('/v1/credits/transactions', { type: 'purchase', cursor: first.body.next_cursor });
    expect(second.body).toMatchObject({ data: [{ type: 'purchase', amount: 5_000 }], next_cursor: null });
  });

  test('a range is found by halving: nothing behind or before it is read', async () => {
    const { get, give, store } = await newApi();
    await give(openAccount(0, later(0)), grantCredits('pay_1', 5_000, { at: later(0) }));
    const day = 86_400;
    for (let run = 0; run < 500; run += 1)
      await give(holdCredits(`gen_${run}`, 1, { at: later(run * day), expiresAt: 4_102_444_800 }));
    const reads = jest.spyOn(store, 'read');
    const { body } = await get('/v1/credits/transactions', { from: '2027-03-01', to: '2027-03-02' });
    expect(body.data.map(({ created_at }: { created_at: string }) => created_at.slice(0, 10))).toEqual([
      '2027-03-02',
      '2027-03-01',
    ]);
    expect(reads.mock.calls.filter(([, { limit }]) => limit === 1).length).toBeLessThanOrEqual(10);
    expect(reads.mock.calls.filter(([, { limit }]) => limit > 1)).toHaveLength(1);
  });

  test('a user without an account has none', async () => {
    const { get } = await newApi();
    expect((await get('/v1/credits/transactions')).body).toEqual({ data: [], next_cursor: null });
  });

  test("I8: a cursor gives nobody another's entries", async () => {
    const { get, give } = await newApi();
    await give(...history);
    const { body } = await get('/v1/credits/transactions', { limit: '1' });
    const other = await get(
      '/v1/credits/transactions',
      { cursor: body.next_cursor },
      { user: { app: 'sparky', user: 'user-2' } },
    );
    expect(other.body).toEqual({ data: [], next_cursor: null });
  });

  test.each([
    ['a cursor of nowhere', { cursor: 'abc' }, '/query/cursor'],
    ['a limit of none', { limit: '0' }, '/query/limit'],
    ['a limit that is too large', { limit: '101' }, '/query/limit'],
    ['an unknown field', { order: 'up' }, '/query/order'],
    ['an unknown type', { type: 'gift' }, '/query/type'],
    ['a date that is none', { from: '2026-02-30' }, '/query/from'],
    ['an end before the beginning', { from: '2026-11-06', to: '2026-11-05' }, '/query/to'],
  ])('%s is 400 and named', async (_, query, pointer) => {
    const { get } = await newApi();
    const { status, body } = await get('/v1/credits/transactions', query);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});

test.each(Object.entries(routes).map(([name, route]) => [name, route] as const))(
  '%s answers 401 without a token',
  async (_, { method, path }) => {
    const { call } = await newApi();
    const { status } = await call({
      method,
      path: path.replace(/\{\w+\}/, 'x'),
      verdict: { verdict: 'refused', reason: 'token-missing' },
    });
    expect(status).toBe(401);
  },
);
