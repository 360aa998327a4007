import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { newApi as apiOver, type TestApi } from '../../test/api.ts';

let dynamoDb: TestDynamoDb;
let api: TestApi;
const owner = 'sparky#user-1';
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  api = await apiOver(dynamoDb.client);
  const rows = [
    ['20261101', 'photo-filter', 'gen_1', 3],
    ['20261101', 'face-analysis', 'gen_2', 1],
    ['20261103', 'photo-filter', 'gen_3', 4],
    ['20261103', 'photo-filter', 'gen_4', 0],
    ['20261104', 'photo-filter', 'gen_5', 100],
    ['20251101', 'photo-filter', 'gen_6', 50],
  ] as const;
  for (const [day, tool, job, credits] of rows)
    await api.putUsage({ owner, sk: `${day}#${tool}#${job}`, tool, credits });
  await api.putUsage({ owner: 'sparky#user-10', sk: '20261101#photo-filter#gen_9', tool: 'photo-filter', credits: 9 });
});
afterAll(() => dynamoDb.close());

const usage = (query: Record<string, string>) => api.get('/v1/credits/usage', query);
const days = { from: '2026-11-01', to: '2026-11-03' };

describe('SP4 usage', () => {
  test('by tool, the dearest first', async () => {
    expect((await usage({ group_by: 'tool', ...days })).body).toEqual({
      group_by: 'tool',
      ...days,
      data: [
        { tool: 'photo-filter', day: null, credits: 7, jobs: 3 },
        { tool: 'face-analysis', day: null, credits: 1, jobs: 1 },
      ],
      total: { credits: 8, jobs: 4 },
    });
  });
  test('by day, in order; both ends count', async () => {
    expect((await usage({ group_by: 'day', ...days })).body.data).toEqual([
      { tool: null, day: '2026-11-01', credits: 4, jobs: 2 },
      { tool: null, day: '2026-11-03', credits: 4, jobs: 2 },
    ]);
  });
  test('of a whole year', async () => {
    const { body } = await usage({ from: '2025-11-05', to: '2026-11-04' });
    expect(body.total).toEqual({ credits: 108, jobs: 5 });
  });
  test('is of the last thirty days unless told', async () => {
    const { body } = await usage({});
    expect(body.group_by).toBe('tool');
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(29 * 86_400_000);
    expect(body.to).toBe(new Date().toISOString().slice(0, 10));
    expect((await usage({ to: '2026-11-30' })).body.from).toBe('2026-11-01');
  });
  test("I8 another's is not counted", async () => {
    const query = { path: '/v1/credits/usage', query: days, user: { app: 'sparky', user: 'user-2' } };
    expect((await api.call(query)).body).toMatchObject({ data: [], total: { credits: 0, jobs: 0 } });
  });
  test.each([
    [{ from: '2025-11-02', to: '2026-11-03' }, '/query/from'],
    [{ from: '2999-01-01' }, '/query/from'],
    [{ from: '2026-11-03', to: '2026-11-01' }, '/query/to'],
    [{ group_by: 'month' }, '/query/group_by'],
    [{ from: '1 November' }, '/query/from'],
  ])('%j is refused', async (query, pointer) => {
    expect(await usage(query as Record<string, string>)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer }] },
    });
  });
});

test('many jobs are summed over pages of 1 MB', async () => {
  const tool = 'x'.repeat(60);
  const big = 'sparky#big';
  const pad = 'y'.repeat(900);
  for (let batch = 0; batch < 24; batch += 1)
    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        api.putUsage({ owner: big, sk: `20261101#${tool}#${batch}-${n}`, tool, credits: 1, ...{ pad } }),
      ),
    );
  const { body } = await api.call({ path: '/v1/credits/usage', query: days, user: { app: 'sparky', user: 'big' } });
  expect(body.total).toEqual({ credits: 1_200, jobs: 1_200 });
});
