import { jest } from '@jest/globals';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { newApi as apiOver, testCatalog } from '../../test/api.ts';
import { adjustCredits, grantCredits, holdCredits, later, openAccount, settleHold } from '../../test/commands.ts';
import { stream } from '../../test/doubles.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const path = '/v1/credits/statement.csv';
const header = 'created_at,type,amount,balance_after,tool,generation_id,reason,grant_kind,grants,id';

const linesOf = (text: string) => text.split('\r\n');

test('PP9 every entry is a line, oldest first, with the balance after it', async () => {
  const { give, get } = await apiOver(dynamoDb.client);
  await give(openAccount(10), grantCredits('pay_1', 100, { at: later(1) }));
  await give(holdCredits('gen_1', 12, { at: later(2) }), settleHold('gen_1', 9, later(3)));
  const { status, headers, text } = await get(path);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="sparky-credits-begin-now.csv"',
    'cache-control': 'no-store',
  });
  expect(linesOf(text).map((line) => line.replace(/[0-9a-f-]{36}$/, 'ID'))).toEqual([
    header,
    '2026-11-05T12:00:00.000Z,bonus,10,10,,,,welcome,welcome: 10,ID',
    '2026-11-05T12:00:01.000Z,purchase,100,110,,,,pack,pay_1: 100,ID',
    '2026-11-05T12:00:02.000Z,spend,-12,98,photo-filter,gen_1,,,welcome: 10; pay_1: 2,ID',
    '2026-11-05T12:00:03.000Z,refund,3,101,photo-filter,gen_1,cost-below-hold,,welcome: 1; pay_1: 2,ID',
    '',
  ]);
});

test("days are the app's: what happened after its midnight belongs to the next", async () => {
  const { give, get } = await apiOver(dynamoDb.client, testCatalog({ zone: 'Africa/Cairo' }));
  await give(
    openAccount(10, '2026-11-05T21:59:59.000Z'),
    grantCredits('pay_1', 100, { at: '2026-11-05T22:00:00.000Z' }),
  );
  const typesOf = async (from: string, to: string) =>
    linesOf((await get(path, { from, to })).text)
      .slice(1, -1)
      .map((line) => line.split(',')[1]);
  expect(await typesOf('2026-11-05', '2026-11-05')).toEqual(['bonus']);
  expect(await typesOf('2026-11-06', '2026-11-06')).toEqual(['purchase']);
  expect(await typesOf('2026-11-01', '2026-11-30')).toEqual(['bonus', 'purchase']);
});

test('entries whose clocks disagree at midnight are neither lost nor told twice', async () => {
  const { give, get } = await apiOver(dynamoDb.client);
  await give(openAccount(10, '2026-11-05T23:59:58.000Z'));
  await give(adjustCredits('adj_1', 1, { at: '2026-11-06T00:00:01.000Z' }));
  await give(adjustCredits('adj_2', 2, { at: '2026-11-05T23:59:59.000Z' }));
  await give(adjustCredits('adj_3', 3, { at: '2026-11-06T00:00:02.000Z' }));
  const amounts = async (day: string) =>
    linesOf((await get(path, { from: day, to: day })).text)
      .slice(1, -1)
      .map((line) => Number(line.split(',')[2]));
  expect([await amounts('2026-11-05'), await amounts('2026-11-06')]).toEqual([
    [10, 2],
    [1, 3],
  ]);
});

test('no text of the account can become a formula', async () => {
  const { give, get } = await apiOver(dynamoDb.client);
  await give(openAccount(10), holdCredits('=cmd()', 1, { tool: '@tool' }));
  const line = linesOf((await get(path)).text)[2];
  expect(line).toContain(",'@tool,'=cmd(),");
});

test('more events than a statement holds are refused before they are read', async () => {
  const { give, get, store } = await apiOver(dynamoDb.client);
  await give(openAccount(10));
  const newest = await store.load(stream);
  if (!newest) throw new Error('no account');
  const reads = jest.spyOn(store, 'read');
  jest.spyOn(store, 'load').mockResolvedValue({ ...newest, version: 10_001 });
  const { status, body } = await get(path);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    type: 'urn:tessera:problem:range-too-large',
    detail: expect.stringContaining('fewer days'),
    errors: [{ pointer: '/query/from', detail: expect.any(String) }],
  });
  expect(reads).not.toHaveBeenCalled();
});

test('a user without an account has a statement without lines', async () => {
  const { get } = await apiOver(dynamoDb.client);
  expect((await get(path)).text).toBe(`${header}\r\n`);
  expect((await get(path, { from: '2026-01-01', to: '2026-01-31' })).text).toBe(`${header}\r\n`);
});
