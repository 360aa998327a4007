import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { localDate } from '../../domain/local-date.ts';
import { newApi as apiOver } from '../../test/api.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const newApi = () => apiOver(dynamoDb);
const today = (zone = 'Africa/Cairo') => localDate(Date.now(), zone);
const daysAgo = (days: number) => localDate(Date.parse(today()) - days * 86_400_000, 'UTC');

describe('BM13 POST /v1/me/activity', () => {
  test("counts the day once, by the app's date, and writes once", async () => {
    const { post, get, records } = await newApi();
    const { status, body } = await post('/v1/me/activity');
    expect([status, body]).toEqual([200, { current_streak: 1, longest_streak: 1, last_active_date: today() }]);
    const before = await records();
    const calls = meter(dynamoDb.client);
    expect((await post('/v1/me/activity')).body).toEqual(body);
    expect(calls).toEqual([{ operation: 'GetItem', units: 1 }]);
    expect(await records()).toEqual(before);
    expect((await get()).body).toMatchObject({ current_streak: 1, last_active_date: today() });
  });

  test('at once from several devices it is one day', async () => {
    const { post, records } = await newApi();
    await Promise.all(Array.from({ length: 5 }, () => post('/v1/me/activity')));
    expect(await records()).toMatchObject([{ streak: { current: 1 }, version: 2 }]);
  });

  test('the day after it goes on, later it begins anew; it is shown as gone before', async () => {
    const api = await newApi();
    await api.arrange({ streak: { current: 6, longest: 9, last_active_date: daysAgo(1) } });
    expect((await api.get()).body.current_streak).toBe(6);
    expect((await api.post('/v1/me/activity')).body).toMatchObject({ current_streak: 7, longest_streak: 9 });
    await api.arrange({ streak: { current: 6, longest: 9, last_active_date: daysAgo(2) } });
    expect((await api.get()).body).toMatchObject({
      current_streak: 0,
      longest_streak: 9,
      last_active_date: daysAgo(2),
    });
    expect((await api.post('/v1/me/activity')).body).toMatchObject({ current_streak: 1, longest_streak: 9 });
  });

  test("the user's own zone says which day it is, and moving to another does not count a date twice", async () => {
    const { post, patch } = await newApi();
    const [first, last] = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'];
    await patch({ zone: first });
    expect((await post('/v1/me/activity')).body).toMatchObject({ current_streak: 1, last_active_date: today(first) });
    await patch({ zone: last });
    expect(today(last) < today(first)).toBe(true);
    expect((await post('/v1/me/activity')).body).toMatchObject({ current_streak: 1, last_active_date: today(first) });
  });
});

describe('BM8 POST /v1/me/plays', () => {
  test('counts each play in the local month, and the day as active', async () => {
    const { post, get } = await newApi();
    const { body } = await post('/v1/me/plays');
    expect(body).toEqual({
      monthly_plays: 1,
      plays_reset_at: expect.any(String),
      last_active_date: today(),
      current_streak: 1,
    });
    expect(today() <= localDate(body.plays_reset_at, 'Africa/Cairo')).toBe(true);
    expect((await post('/v1/me/plays')).body).toEqual({ ...body, monthly_plays: 2 });
    expect((await get()).body).toMatchObject({ monthly_plays: 2, plays_reset_at: body.plays_reset_at });
  });

  test('repeated with its key it counts once', async () => {
    const { post } = await newApi();
    const play = (key: string) => post('/v1/me/plays', { headers: { 'idempotency-key': key } });
    const counts = [];
    for (const key of ['a', 'a', 'b', 'a']) counts.push((await play(key)).body.monthly_plays);
    expect(counts).toEqual([1, 1, 2, 2]);
  });

  test('all of those at once count', async () => {
    const { post, get, records } = await newApi();
    const answers = await Promise.all(Array.from({ length: 6 }, () => post('/v1/me/plays')));
    expect(answers.map(({ body }) => body.monthly_plays).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await get()).body.monthly_plays).toBe(6);
    expect(await records()).toMatchObject([{ version: 7 }]);
  });

  test('a new month begins at none', async () => {
    const api = await newApi();
    await api.arrange({ plays: { month: '2020-02', count: 40, recent: ['x'] } });
    expect((await api.get()).body.monthly_plays).toBe(0);
    expect((await api.post('/v1/me/plays')).body.monthly_plays).toBe(1);
  });
});
