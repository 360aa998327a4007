import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { admin, newApi as apiOver, type TestApi } from '../../test/api.ts';
import { changePlan, closeAccount, openAccount } from '../../test/commands.ts';

let dynamoDb: TestDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
beforeEach(async () => {
  api = await apiOver(dynamoDb.client);
});
afterAll(() => dynamoDb.close());

const check = (tool: string, key?: string, requestId?: string) =>
  api.call({
    method: 'POST',
    path: `/v1/allowances/${tool}/check`,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    ...(requestId === undefined ? {} : { requestId }),
  });
let requests = 0;
const checkOnce = (tool: string, key?: string) => {
  requests += 1;
  return check(tool, key, `request-${requests}`);
};

describe('BM9 a check', () => {
  test('counts one use when it allows it, and says what is left and until when', async () => {
    const { status, body } = await checkOnce('photo-filter');
    expect(status).toBe(200);
    expect(body).toEqual({ allowed: true, remaining: 9, resets_at: expect.stringMatching(/T00:00:00\.000Z$/) });
    expect((await checkOnce('photo-filter')).body.remaining).toBe(8);
  });
  test('refuses beyond the limit with a reason, and counts nothing', async () => {
    expect((await checkOnce('face-analysis')).body).toMatchObject({ allowed: true, remaining: 0 });
    for (let again = 0; again < 3; again += 1)
      expect((await checkOnce('face-analysis')).body).toEqual({
        allowed: false,
        reason: 'limit-reached',
        remaining: 0,
        resets_at: expect.stringMatching(/-01T00:00:00\.000Z$/),
      });
  });
  test('of fifty at once, a limit of ten allows exactly ten', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => checkOnce('photo-filter')));
    expect(answers.filter(({ body }) => body.allowed)).toHaveLength(10);
    const remaining = answers.filter(({ body }) => body.allowed).map(({ body }) => body.remaining);
    expect(remaining.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
  test('repeated with its key counts once, also when the limit is reached meanwhile', async () => {
    const first = await checkOnce('photo-filter', 'k1');
    const again = await checkOnce('photo-filter', 'k1');
    expect(again.body).toEqual(first.body);
    for (let use = 0; use < 9; use += 1) expect((await checkOnce('photo-filter')).body.allowed).toBe(true);
    expect((await checkOnce('photo-filter')).body.allowed).toBe(false);
    expect((await checkOnce('photo-filter', 'k1')).body).toMatchObject({ allowed: true, remaining: 0 });
    expect((await checkOnce('photo-filter', 'k2')).body).toMatchObject({ allowed: false });
  });
  test('fifty repetitions at once count once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => checkOnce('photo-filter', 'k1')));
    expect(answers.every(({ body }) => body.allowed && body.remaining === 9)).toBe(true);
  });
  test('one request counts once though its call is sent twice, as the SDK does when an answer is lost', async () => {
    await check('photo-filter', undefined, 'request-lost');
    expect((await check('photo-filter', undefined, 'request-lost')).body.remaining).toBe(9);
    // A client's key and a request's id are told apart.
    expect((await check('photo-filter', 'request-lost', 'request-other')).body.remaining).toBe(8);
  });
  test('each tool and each user counts alone', async () => {
    await checkOnce('face-analysis');
    expect((await checkOnce('photo-filter')).body.remaining).toBe(9);
    const other = await api.call({
      method: 'POST',
      path: '/v1/allowances/face-analysis/check',
      user: { app: 'sparky', user: 'user-2' },
    });
    expect(other.body.allowed).toBe(true);
  });
  test("a plan's own allowance counts; one that limits nothing allows all", async () => {
    await api.give(openAccount(), changePlan('daily'));
    expect((await checkOnce('photo-filter')).body).toMatchObject({ allowed: true, remaining: 49 });
    await api.send('POST', '/v1/admin/accounts/user-1/plan', { plan: 'pro', reason: 'x' }, { verdict: admin });
    for (let use = 0; use < 3; use += 1)
      expect((await checkOnce('face-analysis')).body).toEqual({ allowed: true, remaining: null, resets_at: null });
  });
  test('a tool without an allowance is not limited; one that the app has not is 404', async () => {
    expect((await checkOnce('hairstyle-changer')).body).toEqual({ allowed: true, remaining: null, resets_at: null });
    expect(await checkOnce('no-such-tool')).toMatchObject({
      status: 404,
      body: { type: 'urn:tessera:problem:tool-unknown' },
    });
  });
  test('a closed account may use nothing', async () => {
    await api.give(openAccount(), closeAccount());
    expect((await checkOnce('photo-filter')).body).toMatchObject({ allowed: false, reason: 'account-closed' });
  });
});

test('GET /v1/allowances lists what limits the plan, and counts nothing', async () => {
  await checkOnce('photo-filter');
  for (let again = 0; again < 2; again += 1)
    expect((await api.get('/v1/allowances')).body).toEqual({
      data: [
        { tool: 'photo-filter', period: 'day', limit: 10, used: 1, remaining: 9, resets_at: expect.any(String) },
        { tool: 'face-analysis', period: 'month', limit: 1, used: 0, remaining: 1, resets_at: expect.any(String) },
      ],
    });
});
