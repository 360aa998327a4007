/** I7 over a real table: whatever is delivered twice, late or out of order, the rows are those of the events. */
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { holdCredits, later, releaseHold, settleHold } from '../test/commands.ts';
import { definitionWithDaily } from '../test/daily-app.ts';
import { meta, newAccounts, stream } from '../test/doubles.ts';
import { projectAccount, projections, type RecordedAccountEvent, readModelWriter } from './projections.ts';
import { usageOf } from './usage.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const history = async (): Promise<readonly RecordedAccountEvent[]> => {
  const { handle, openWith, store } = newAccounts();
  await openWith(20);
  await handle(stream, holdCredits('gen_1', 7), meta);
  await handle(stream, settleHold('gen_1', 3, later(60)), meta);
  await handle(stream, holdCredits('gen_2', 2, { at: later(61) }), meta);
  await handle(stream, releaseHold('gen_2', 'failed', later(62)), meta);
  await handle(stream, holdCredits('gen_3', 1, { at: later(63) }), meta);
  await handle(stream, settleHold('gen_3', 0, later(86_400)), meta);
  return store.read(stream, { limit: 100 });
};

let tablesMade = 0;
const newTables = async () => {
  tablesMade += 1;
  const tables = { balances: `balances-${tablesMade}`, usage: `usage-${tablesMade}` };
  await dynamoDb.createKeyedTable(tables.balances, 'owner');
  await dynamoDb.createKeyedTable(tables.usage, 'sk');
  const rowsOf = async (TableName: string) => {
    const rows: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan({ client: dynamoDb.client }, { TableName })) rows.push(...Items);
    return rows.toSorted((one, other) => (String(one.sk) < String(other.sk) ? -1 : 1));
  };
  const project = projectAccount({
    catalog: { app: async () => definitionWithDaily },
    write: readModelWriter(dynamoDb.client, tables),
  });
  return { project, balances: () => rowsOf(tables.balances), usage: () => rowsOf(tables.usage) };
};

test('usage is one row for each settled hold, by day and tool', async () => {
  const rows = (await history()).flatMap((recorded) => usageOf(recorded, definitionWithDaily) ?? []);
  expect(rows).toEqual([
    { owner: stream, sk: '20261105#photo-filter#gen_1', tool: 'photo-filter', credits: 3, at: later(60) },
    { owner: stream, sk: '20261106#photo-filter#gen_3', tool: 'photo-filter', credits: 0, at: later(86_400) },
  ]);
});

test("the day of a settlement is one of the app's own zone", async () => {
  const [settled] = (await history()).filter(({ event }) => event.type === 'HoldSettled');
  const late = settled && { ...settled, at: '2026-11-05T22:30:00.000Z' };
  expect(late && usageOf(late, { ...definitionWithDaily, zone: 'Africa/Cairo' })?.sk).toMatch(/^20261106#/);
});

test('I7: delivered twice and in any order, days apart, the rows are those of the events', async () => {
  const events = await history();
  const expected = events
    .flatMap((recorded) => projections.flatMap((projection) => projection(recorded, definitionWithDaily)))
    .reverse();
  const balance = expected.find(({ table }) => table === 'balances')?.row;
  const usage = expected.filter(({ table }) => table === 'usage').map(({ row }) => row);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...events, ...events, ...events], { minLength: 3 * events.length }),
      async (deliveries) => {
        const { project, balances, usage: usageRows } = await newTables();
        for (const recorded of deliveries) await project(recorded);
        expect(await balances()).toEqual([balance]);
        expect(await usageRows()).toEqual(usage.toReversed());
      },
    ),
    { numRuns: 10 },
  );
});

test('a row that leaves an index loses its key', async () => {
  const { project, balances } = await newTables();
  for (const recorded of await history()) {
    await project(recorded);
    const [row] = await balances();
    expect(row && 'nextHoldExpiry' in row).toBe(
      Object.keys((recorded.state as { holds?: object }).holds ?? {}).length > 0,
    );
  }
});

test('two readers of one record at once write one row', async () => {
  const { project, balances } = await newTables();
  const events = await history();
  await Promise.all(events.flatMap((recorded) => [project(recorded), project(recorded)]));
  expect(await balances()).toMatchObject([{ version: events.length }]);
});
