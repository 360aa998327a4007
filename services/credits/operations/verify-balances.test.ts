/** I7: which rows are late, and which of them are faults. */
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { catalog } from '../../../test/bundled-catalog.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { accountHandler } from '../handle-account.ts';
import { type Balance, balanceOf } from '../read-models/balances.ts';
import { grantCredits, openAccount } from '../test/commands.ts';
import { verifyBalances } from './verify-balances.ts';

const tables = { events: 'late-events', balances: 'late-balances' };
const stream = 'sparky#user-0';
const meta = { actor: 'system:test', correlationId: 'request-0' };

let dynamoDb: TestDynamoDb;
let row: Balance;
const put = (item: object) =>
  dynamoDb.client.send(new PutCommand({ TableName: tables.balances, Item: JSON.parse(JSON.stringify(item)) }));
const remove = () => dynamoDb.client.send(new DeleteCommand({ TableName: tables.balances, Key: { owner: stream } }));
const handle = (id: string) =>
  accountHandler(dynamoEventStore<Account, AccountEvent>(dynamoDb.client, tables.events))(
    stream,
    grantCredits(id, 5),
    meta,
  );
/** The row of the newest event. */
const newestRow = async () => {
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb.client, tables.events);
  const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
  if (!newest) throw new Error('no events');
  return balanceOf(newest, await catalog.app('sparky'));
};

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  await dynamoDb.createEventsTable(tables.events);
  await dynamoDb.createKeyedTable(tables.balances, 'owner');
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb.client, tables.events);
  await accountHandler(store)(stream, openAccount(10), meta);
});
beforeEach(async () => {
  row = await newestRow();
  await put(row);
});
afterAll(() => dynamoDb.close());

const verify = async (meanwhile: () => Promise<unknown> = async () => undefined) => {
  const waited: number[] = [];
  const result = await verifyBalances({
    client: dynamoDb.client,
    eventsTable: tables.events,
    balancesTable: tables.balances,
    catalog,
    accounts: new Set([stream]),
    segments: 2,
    wait: async (milliseconds) => {
      waited.push(milliseconds);
      await meanwhile();
    },
  });
  return { ...result, waited: waited.reduce((sum, milliseconds) => sum + milliseconds, 0) };
};
const behind = () => ({ ...row, version: row.version - 1 });
const sound = { rows: 1, bad: 0, findings: [], waited: 0 };

test('a row of the newest event is right, and nothing is waited for', async () => {
  expect(await verify()).toEqual(sound);
});

test('a row that is missing after three seconds is a fault', async () => {
  await remove();
  const what = 'its balance row is missing: rebuild it';
  const findings = [{ stream, version: row.version, invariant: 'I7', what }];
  expect(await verify()).toEqual({ rows: 0, bad: 1, findings, waited: 3_000 });
});

test('a row that stays behind the newest event is a fault', async () => {
  await put(behind());
  const what = `its balance row is still of version ${row.version - 1}: rebuild it`;
  const findings = [{ stream, version: row.version, invariant: 'I7', what }];
  expect(await verify()).toEqual({ rows: 1, bad: 1, findings, waited: 3_000 });
});

test.each([
  ['missing', remove, 0],
  ['behind', () => put(behind()), 1],
] as const)('a row that is %s only for a moment is none', async (_, makeLate, rows) => {
  await makeLate();
  expect(await verify(() => put(row))).toEqual({ ...sound, rows, waited: 200 });
});

test('an account that goes on meanwhile: its row need only reach what was newest at first, and is judged by its own event', async () => {
  await put(behind());
  const goOn = async () => {
    await put(row);
    await handle('pay_1');
  };
  expect(await verify(goOn)).toEqual({ ...sound, waited: 200 });
});
