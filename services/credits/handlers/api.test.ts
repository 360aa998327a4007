import type { Context } from 'aws-lambda';
import { apiFunction } from '#shared/http/api-function.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import type { AccountCommand } from '../domain/commands.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { grantCredits, holdCredits, later, openAccount, releaseHold, settleHold } from '../test/commands.ts';
import { catalogWith, keptLog, meta, newAccounts, owner, stream } from '../test/doubles.ts';
import { getCredits } from './routes/get-credits.ts';
import { listTransactions } from './routes/list-transactions.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

const newApi = () => {
  const accounts = newAccounts();
  const { store, handle } = accounts;
  const { logger } = keptLog();
  const api = apiFunction({
    routes,
    handlers: {
      getCredits: getCredits({ store, handle, catalog: catalogWith(10) }),
      listTransactions: listTransactions({ store }),
    },
    problems,
    logger: Object.assign(logger, { resetKeys: () => undefined }),
    metrics: createMetrics('credits'),
  });
  const get = async (path: string, query?: Record<string, string>, user: { app: string; user: string } = owner) => {
    const event = apiEvent({ path, user, ...(query ? { query } : {}) });
    const { statusCode, body } = await api(event, {} as Context);
    return { status: statusCode, body: JSON.parse(body) };
  };
  const give = async (...commands: readonly AccountCommand[]) => {
    for (const command of commands) await handle(stream, command, meta);
  };
  return { ...accounts, get, give };
};

describe('GET /v1/credits', () => {
  test('opens the account of a user seen for the first time, once', async () => {
    const { get, events } = newApi();
    const { status, body } = await get('/v1/credits');
    expect(status).toBe(200);
    expect(body).toEqual({
      available: 10,
      held: 0,
      spent: 0,
      plan: 'free',
      grants: [{ id: 'welcome', kind: 'welcome', remaining: 10, granted_at: expect.any(String), expires_at: null }],
      open_holds: 0,
      version: 2,
    });
    expect((await get('/v1/credits')).body.version).toBe(2);
    expect(await events()).toHaveLength(2);
  });

  test('two first sights at once open one account', async () => {
    const { get, events } = newApi();
    const answers = await Promise.all([get('/v1/credits'), get('/v1/credits'), get('/v1/credits')]);
    expect(answers.map(({ body }) => body.available)).toEqual([10, 10, 10]);
    expect(await events()).toHaveLength(2);
  });

  test('shows grants in the order they are spent, and what is held', async () => {
    const { get, give } = newApi();
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
    const { get, give } = newApi();
    await give(
      openAccount(10, '2020-01-01T00:00:00.000Z'),
      grantCredits('daily-1', 5, { at: '2020-01-01T00:00:00.000Z', kind: 'daily', expiresAt: 1_577_923_200 }),
    );
    const { body } = await get('/v1/credits');
    expect(body.available).toBe(10);
    expect(body.grants.map(({ id }: { id: string }) => id)).toEqual(['welcome']);
  });

  test('an app that is not served is 404', async () => {
    const { get } = newApi();
    expect(await get('/v1/credits', undefined, { app: 'other-app', user: 'user-1' })).toMatchObject({
      status: 404,
      body: { type: 'urn:tessera:problem:app-unknown' },
    });
  });
});

describe('GET /v1/credits/transactions', () => {
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
    const { get, give } = newApi();
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
    const { get, give } = newApi();
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

  test('a user without an account has none', async () => {
    const { get } = newApi();
    expect((await get('/v1/credits/transactions')).body).toEqual({ data: [], next_cursor: null });
  });

  test("I8: a cursor gives nobody another's entries", async () => {
    const { get, give } = newApi();
    await give(...history);
    const { body } = await get('/v1/credits/transactions', { limit: '1' });
    const other = await get(
      '/v1/credits/transactions',
      { cursor: body.next_cursor },
      { app: 'sparky', user: 'user-2' },
    );
    expect(other.body).toEqual({ data: [], next_cursor: null });
  });

  test.each([
    ['a cursor of nowhere', { cursor: 'abc' }, '/query/cursor'],
    ['a limit of none', { limit: '0' }, '/query/limit'],
    ['a limit that is too large', { limit: '101' }, '/query/limit'],
    ['an unknown field', { order: 'up' }, '/query/order'],
  ])('%s is 400 and named', async (_, query, pointer) => {
    const { get } = newApi();
    const { status, body } = await get('/v1/credits/transactions', query);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});

test('both routes answer 401 without a token', async () => {
  const { store, handle } = newAccounts();
  const { logger } = keptLog();
  const api = apiFunction({
    routes,
    handlers: {
      getCredits: getCredits({ store, handle, catalog: catalogWith(10) }),
      listTransactions: listTransactions({ store }),
    },
    problems,
    logger: Object.assign(logger, { resetKeys: () => undefined }),
    metrics: createMetrics('credits'),
  });
  for (const path of ['/v1/credits', '/v1/credits/transactions'])
    expect((await api(apiEvent({ path }), {} as Context)).statusCode).toBe(401);
});
