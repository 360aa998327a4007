import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { balanceOf } from '../../../read-models/balances.ts';
import { admin, adminKey, newApi as apiOver, type TestApi, testCatalog } from '../../../test/api.ts';
import { grantCredits, holdCredits, openAccount, settleHold } from '../../../test/commands.ts';
import { meta, stream } from '../../../test/doubles.ts';

let dynamoDb: TestDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
beforeEach(async () => {
  api = await apiOver(dynamoDb.client);
});
afterAll(() => dynamoDb.close());

const account = '/v1/admin/accounts/user-1';
const get = (path: string, query?: Record<string, string>) => api.get(path, query, { verdict: admin });
const post = (path: string, body: unknown, key?: string, verdict: typeof admin | typeof adminKey = admin) =>
  api.send('POST', path, body, { verdict, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) });
const actors = async () =>
  (await api.store.read(stream, { limit: 100 })).map(({ event, meta: { actor } }) => `${event.type} ${actor}`);

describe('FS9 adjusting credits', () => {
  const adjust = (credits: number, key: string, reason = 'made good', verdict?: typeof adminKey) =>
    post(`${account}/adjustments`, { credits, reason }, key, verdict);

  test('gives, under the name of the admin, with a reason', async () => {
    await api.give(openAccount(10));
    const { status, body } = await adjust(5, 'k1');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      adjustment_id: expect.stringMatching(/^adj_/),
      credits: 5,
      repeated: false,
      account: { user: 'user-1', available: 15, totals: { granted: 15, spent: 0, expired: 0, revoked: 0 } },
    });
    expect((await api.events()).at(-1)).toMatchObject({ type: 'CreditsAdjusted', credits: 5, reason: 'made good' });
    expect((await actors()).at(-1)).toBe('CreditsAdjusted admin:boss');
  });
  test('takes, but never more than is there', async () => {
    await api.give(openAccount(10));
    expect((await adjust(-4, 'k1', 'too many', adminKey)).body.account.available).toBe(6);
    expect((await actors()).at(-1)).toBe('CreditsAdjusted admin:key-0123456789ab');
    expect(await adjust(-7, 'k2')).toMatchObject({
      status: 409,
      body: { type: 'urn:tessera:problem:adjustment-exceeds-balance' },
    });
  });
  test('the same request twice adjusts once, also when it would be refused by now', async () => {
    await api.give(openAccount(10));
    expect((await adjust(-8, 'k1')).body).toMatchObject({ repeated: false, account: { available: 2 } });
    expect(await adjust(-8, 'k1')).toMatchObject({ status: 200, body: { repeated: true, account: { available: 2 } } });
    const answers = await Promise.all([adjust(1, 'k2'), adjust(1, 'k2'), adjust(1, 'k2')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await api.events()).filter(({ type }) => type === 'CreditsAdjusted')).toHaveLength(2);
  });
  test('the same key for another adjustment is 422, and adjusts nothing', async () => {
    await api.give(openAccount(10));
    await adjust(5, 'k1');
    for (const answer of [await adjust(6, 'k1'), await adjust(5, 'k1', 'another reason')])
      expect(answer).toMatchObject({ status: 422, body: { type: 'urn:tessera:problem:idempotency-mismatch' } });
    expect((await get(account)).body.available).toBe(15);
  });
  test('an account that was never opened is 404, and stays unopened', async () => {
    expect((await adjust(5, 'k1')).status).toBe(404);
    expect(await api.events()).toEqual([]);
  });
  test.each([
    ['no reason', { credits: 5 }, '/body/reason'],
    ['an empty reason', { credits: 5, reason: ' ' }, '/body/reason'],
    ['nothing to do', { credits: 0, reason: 'x' }, '/body/credits'],
    ['a fraction', { credits: 0.5, reason: 'x' }, '/body/credits'],
    ['too much', { credits: 1_000_001, reason: 'x' }, '/body/credits'],
  ])('%s is refused', async (_, body, pointer) => {
    expect(await post(`${account}/adjustments`, body, 'k1')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer }] },
    });
  });
  test('without an idempotency key it is refused', async () => {
    expect((await post(`${account}/adjustments`, { credits: 5, reason: 'x' })).status).toBe(400);
  });
});

describe('FS9 plan and closing', () => {
  test('SP1 an account is put on another plan; asked again, nothing happens', async () => {
    await api.give(openAccount(10));
    const { body } = await post(`${account}/plan`, { plan: 'daily', reason: 'a gift' });
    expect(body).toMatchObject({ plan: 'daily', daily: { credits: 5, cap: 8 }, available: 15 });
    const before = await actors();
    expect(before).toContain('PlanChanged admin:boss');
    await post(`${account}/plan`, { plan: 'daily', reason: 'a gift' });
    expect(await actors()).toEqual(before);
  });
  test('a plan that the app has not is refused', async () => {
    await api.give(openAccount(10));
    expect(await post(`${account}/plan`, { plan: 'gold', reason: 'x' })).toMatchObject({
      status: 400,
      body: { type: 'urn:tessera:problem:plan-unknown' },
    });
  });
  test('a closed account has nothing left and takes nothing any more', async () => {
    await api.give(openAccount(10));
    expect((await post(`${account}/close`, { reason: 'asked to' })).body).toMatchObject({
      status: 'closed',
      available: 0,
      totals: { granted: 10, revoked: 10 },
    });
    expect((await post(`${account}/adjustments`, { credits: 5, reason: 'x' }, 'k1')).status).toBe(409);
    expect((await api.get('/v1/credits')).body).toMatchObject({ available: 0, grants: [] });
  });
  test('while a job runs it stays open', async () => {
    await api.give(openAccount(10), holdCredits('gen_1', 1));
    expect(await post(`${account}/close`, { reason: 'x' })).toMatchObject({
      status: 409,
      body: { type: 'urn:tessera:problem:holds-open' },
    });
  });
});

describe('FS9 one account', () => {
  beforeEach(() =>
    api.give(openAccount(10), grantCredits('pay_1', 20), holdCredits('gen_1', 3), settleHold('gen_1', 3)),
  );

  test('with what happened to it, newest first, page by page', async () => {
    const { body } = await get(account, { limit: '3' });
    expect(body).toMatchObject({ user: 'user-1', status: 'open', available: 27, spent: 3, alert: { below: null } });
    expect(
      body.history.data.map(({ version, event }: { version: number; event: string }) => `${version} ${event}`),
    ).toEqual(['5 HoldSettled', '4 CreditsHeld', '3 CreditsGranted']);
    expect(body.history.data[1]).toMatchObject({
      actor: 'system:test',
      correlation_id: 'request-0',
      available: 27,
      reason: null,
      transaction: { type: 'spend', amount: -3, generation_id: 'gen_1' },
    });
    const rest = await get(account, { limit: '3', cursor: body.history.next_cursor });
    expect(rest.body.history.data.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
    expect(rest.body.history.next_cursor).toBeNull();
  });
  test("shows an admin's reason", async () => {
    await post(`${account}/adjustments`, { credits: 5, reason: 'lost photo' }, 'k1');
    expect((await get(account)).body.history.data[0]).toMatchObject({ actor: 'admin:boss', reason: 'lost photo' });
  });
  test('that nobody has is 404', async () => {
    expect((await get('/v1/admin/accounts/nobody')).status).toBe(404);
  });
  test("I8 another app's admin does not find it", async () => {
    const other = { ...admin, app: 'product-studio' };
    expect((await api.get(account, undefined, { verdict: other })).status).toBe(404);
    const act = { verdict: other, headers: { 'idempotency-key': 'k1' } };
    for (const [path, body] of [
      ['adjustments', { credits: 5, reason: 'x' }],
      ['plan', { plan: 'pro', reason: 'x' }],
      ['close', { reason: 'x' }],
    ] as const)
      expect((await api.send('POST', `${account}/${path}`, body, act)).status).toBe(404);
    expect((await api.get('/v1/credits')).body.available).toBe(27);
  });
});

describe('FS9 the list of accounts', () => {
  /** Balances of 5, 1,000 and 20 and a spend of 7, 0 and 100. */
  beforeEach(async () => {
    const open = async (app: string, user: string, credits: number, spent: number) => {
      const key = `${app}#${user}`;
      await api.handle(key, openAccount(0), meta);
      await api.handle(key, grantCredits('pay_1', credits + spent), meta);
      if (spent > 0) {
        await api.handle(key, holdCredits('gen_1', spent), meta);
        await api.handle(key, settleHold('gen_1', spent), meta);
      }
      const [newest] = await api.store.read(key, { direction: 'backward', limit: 1 });
      if (!newest) throw new Error('no event');
      await api.putBalance({ ...balanceOf(newest, await testCatalog().app('sparky')) });
    };
    await open('sparky', 'ann', 5, 7);
    await open('sparky', 'anna', 1_000, 0);
    await open('sparky', 'bob', 20, 100);
    await open('product-studio', 'anne', 50, 50);
  });
  const users = async (query: Record<string, string>): Promise<string[]> => {
    const { status, body } = await get('/v1/admin/accounts', query);
    expect(status).toBe(200);
    return body.data.map(({ user }: { user: string }) => user);
  };

  test.each([
    [{}, ['anna', 'bob', 'ann']],
    [{ sort: 'balance', order: 'asc' }, ['ann', 'bob', 'anna']],
    [{ sort: 'spent' }, ['bob', 'ann', 'anna']],
    [{ sort: 'spent', order: 'asc', limit: '1' }, ['anna']],
    [{ search: 'ann' }, ['ann', 'anna']],
    [{ search: 'anna' }, ['anna']],
    [{ search: 'ann', order: 'desc' }, ['anna', 'ann']],
    [{ search: 'zoe' }, []],
  ])('%j', async (query, expected) => {
    expect(await users(query as Record<string, string>)).toEqual(expected);
  });
  test('shows a row for each', async () => {
    const { body } = await get('/v1/admin/accounts', { search: 'bob' });
    expect(body.data).toEqual([
      {
        user: 'bob',
        status: 'open',
        plan: 'free',
        available: 20,
        held: 0,
        spent: 100,
        granted: 120,
        debt: 0,
        version: 4,
        updated_at: expect.any(String),
      },
    ]);
  });
  test.each([[{ sort: 'balance' }], [{ sort: 'spent', order: 'asc' }], [{ search: 'a' }]])(
    'page by page: %j',
    async (query) => {
      const all = await users(query as Record<string, string>);
      const paged: string[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages === 0 || (cursor && pages < 9); pages += 1) {
        const { body } = await get('/v1/admin/accounts', { ...query, limit: '1', ...(cursor ? { cursor } : {}) });
        paged.push(...body.data.map(({ user }: { user: string }) => user));
        cursor = body.next_cursor;
      }
      expect(paged).toEqual(all);
    },
  );
  test("I8 an admin sees no account of another app, and that app's cursor leads nowhere", async () => {
    const other = { verdict: { ...admin, app: 'product-studio' } };
    const theirs = await api.get('/v1/admin/accounts', { limit: '1', sort: 'spent' }, other);
    expect(theirs.body.data.map(({ user }: { user: string }) => user)).toEqual(['anne']);
    const cursor = Buffer.from(JSON.stringify({ owner: 'product-studio#anne', sort: '000000000000050#anne' })).toString(
      'base64url',
    );
    expect((await get('/v1/admin/accounts', { cursor, sort: 'spent' })).status).toBe(400);
  });
  test('the cursor of another search is none of this', async () => {
    const { body } = await get('/v1/admin/accounts', { search: 'a', limit: '1' });
    const { status } = await get('/v1/admin/accounts', { search: 'b', cursor: body.next_cursor });
    expect(status).toBe(400);
  });
  test('what is searched for cannot be sorted by something else', async () => {
    expect((await get('/v1/admin/accounts', { search: 'ann', sort: 'spent' })).status).toBe(400);
  });
});

describe('FS11 the daily reset by hand', () => {
  test('is started for the own app, under the name of the admin', async () => {
    const { status, body } = await post('/v1/admin/daily-reset', { reason: 'the schedule was off' });
    expect(status).toBe(202);
    expect(body).toEqual({ app: 'sparky', day: expect.any(String), correlation_id: 'request-1' });
    expect(api.resets).toEqual([{ kind: 'page', app: 'sparky', actor: 'admin:boss', correlationId: 'request-1' }]);
  });
  test('needs a reason', async () => {
    expect((await post('/v1/admin/daily-reset', {})).status).toBe(400);
    expect(api.resets).toEqual([]);
  });
});

describe('FS9 an account’s statement', () => {
  test('is the user’s own, page by page; of nobody there is none', async () => {
    await api.give(openAccount(10), grantCredits('pay_1', 30), holdCredits('gen_1', 4), settleHold('gen_1', 3));
    const own = (await api.get('/v1/credits/transactions')).body;
    expect(own.data).toHaveLength(4);
    expect((await get(`${account}/transactions`)).body).toEqual(own);
    const first = (await get(`${account}/transactions`, { limit: '3' })).body;
    const rest = (await get(`${account}/transactions`, { limit: '3', cursor: first.next_cursor })).body;
    expect([...first.data, ...rest.data]).toEqual(own.data);
    expect((await get(`${account}/transactions`, { type: 'purchase' })).body.data).toMatchObject([{ amount: 30 }]);
    expect((await get('/v1/admin/accounts/nobody/transactions')).status).toBe(404);
    const other = { ...adminKey, app: 'product-studio' };
    expect((await api.get(`${account}/transactions`, {}, { verdict: other })).status).toBe(404);
    expect((await api.get(`${account}/transactions`)).status).toBe(403);
  });
});
