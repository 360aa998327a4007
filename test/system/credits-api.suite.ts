/** A user's credits on the whole system: balance, statement, usage, allowances, settings, through the real gateway and roles. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { sharedStack } from './shared-stack.ts';
import type { Stack, User } from './stack.ts';

let stack: Stack;
let user: User;
/** A user with one job that completed, one that was blocked, and one credit left of a day's use. */
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp('sandbox-lab');
  const { id } = await uploadAsset(user.api, await makePhoto({ width: 64, height: 64 }));
  await stack.account.drain();
  for (const tool of ['fallback', 'blocked', 'fallback'])
    expect((await user.api.generate({ tool, inputs: [id] })).status).toBe(202);
  await stack.account.drain();
}, 60_000);

const today = () => new Date().toISOString().slice(0, 10);

test('FS1 SP1 the balance, its grants, the day', async () => {
  expect((await user.api.get('/v1/credits')).body).toMatchObject({
    available: 8,
    held: 0,
    spent: 2,
    debt: 0,
    plan: 'free',
    daily: { credits: 0, remaining: 0, spent: 2, cap: null },
    grants: [{ id: 'welcome', remaining: 8, expires_at: null }],
    open_holds: 0,
  });
});

interface Entry {
  readonly type: string;
  readonly amount: number;
  readonly balance_after: number;
  readonly tool: string | null;
  readonly reason: string | null;
}

test('PP9 the statement filtered, and as a file', async () => {
  const entries = async (query: string) =>
    (await user.api.get<{ data: Entry[] }>(`/v1/credits/transactions?${query}`)).body.data;
  const all = await entries('');
  expect(all.map(({ balance_after }) => balance_after)[0]).toBe(8);
  expect(all).toHaveLength(5);
  expect(await entries('type=refund')).toMatchObject([{ amount: 1, tool: 'blocked', reason: 'blocked' }]);
  expect(await entries('tool=fallback&type=spend')).toHaveLength(2);
  expect(await entries(`from=${today()}`)).toHaveLength(5);
  expect(await entries('to=2020-01-01')).toEqual([]);

  const { status, headers, body } = await user.api.get(`/v1/credits/statement.csv?from=${today()}`);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
  const lines = String(body.text).trimEnd().split('\r\n');
  expect(lines).toHaveLength(6);
  const amounts = lines.slice(1).map((line) => Number(line.split(',')[2]));
  expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(8);
});

test('SP4 usage by tool and by day', async () => {
  expect((await user.api.get('/v1/credits/usage?group_by=tool')).body).toMatchObject({
    data: [{ tool: 'fallback', day: null, credits: 2, jobs: 2 }],
    total: { credits: 2, jobs: 2 },
  });
  expect((await user.api.get('/v1/credits/usage?group_by=day')).body).toMatchObject({
    data: [{ tool: null, day: today(), credits: 2, jobs: 2 }],
  });
  expect((await user.api.get('/v1/credits/usage?from=2020-01-01')).status).toBe(400);
});

describe('BM9 free use', () => {
  test('of twenty checks at once a limit of two allows two', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => user.api.post<{ allowed: boolean }>('/v1/allowances/slow/check')),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter(({ body }) => body.allowed)).toHaveLength(2);
    expect((await user.api.get('/v1/allowances')).body).toMatchObject({
      data: [
        { tool: 'slow', period: 'day', limit: 2, used: 2, remaining: 0 },
        { tool: 'flaky', period: 'month', limit: 3, used: 0, remaining: 3 },
      ],
    });
  });
  test('repeated with its key it counts once', async () => {
    const check = () => user.api.post('/v1/allowances/flaky/check', undefined, { 'idempotency-key': 'k1' });
    expect((await check()).body).toMatchObject({ allowed: true, remaining: 2 });
    expect((await check()).body).toMatchObject({ allowed: true, remaining: 2 });
  });
  test('a call whose answer is lost counts once', async () => {
    const other = await stack.signUp('sandbox-lab');
    const caller = stack.account.functionName('services/credits/handlers/api.ts');
    const strike = stack.account.faults.onCall({ caller, operation: 'UpdateItem' }, 'after');
    expect((await other.api.post('/v1/allowances/flaky/check')).body).toMatchObject({ allowed: true, remaining: 2 });
    expect(strike.struck).toBe(1);
  });
  test('a tool that is not limited is allowed, one that is none is 404', async () => {
    expect((await user.api.post('/v1/allowances/fallback/check')).body).toEqual({
      allowed: true,
      remaining: null,
      resets_at: null,
    });
    expect((await user.api.post('/v1/allowances/nothing/check')).status).toBe(404);
  });
});

describe('X11 settings', () => {
  const put = (path: string, body: unknown, to = user) => to.api.call(path, { method: 'PUT', body });

  test('the alert is kept, and rings when the balance falls below it', async () => {
    const other = await stack.signUp('sandbox-lab');
    expect((await put('/v1/credits/alert', { below: 10 }, other)).body).toEqual({ below: 10 });
    const { id } = await uploadAsset(other.api, await makePhoto({ width: 64, height: 64 }));
    await stack.account.drain();
    await other.api.generate({ tool: 'fallback', inputs: [id] });
    await stack.account.drain();
    const { accounts } = await stack.check();
    const events = accounts.get(`sandbox-lab#${other.id}`)?.map(({ event }) => event.type);
    expect(events?.filter((type) => type === 'LowBalanceReached')).toHaveLength(1);
  });
  test('a top-up of a pack that the app does not sell, or that Stripe cannot charge, is refused', async () => {
    const body = { top_up: { below: 5, pack_id: 'none', max_per_month: 1 } };
    expect((await put('/v1/credits/top-up', body)).body).toMatchObject({ type: 'urn:tessera:problem:pack-unknown' });
    const buyer = await stack.signUp('sandbox-lab');
    const good = { top_up: { below: 20, pack_id: 'pack-100', max_per_month: 1 } };
    const asked = { ...good, pending: true, requested_this_month: 1 };
    expect((await put('/v1/credits/top-up', good, buyer)).body).toMatchObject(asked);
    expect((await buyer.api.get('/v1/credits/top-up')).body).toMatchObject(good);
    const cairene = await stack.signUp('sparky');
    expect((await put('/v1/credits/top-up', good, cairene)).body).toMatchObject({
      type: 'urn:tessera:problem:provider-unsupported',
    });
  });
});

test('the invariants hold', async () => {
  await stack.account.drain();
  expect((await stack.check()).violations).toEqual([]);
});
