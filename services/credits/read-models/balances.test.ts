import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { grantCredits, holdCredits, settleHold } from '../test/commands.ts';
import { meta, newAccounts, stream } from '../test/doubles.ts';
import { balanceOf, balanceWriter } from './balances.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const history = async () => {
  const { handle, openWith, store } = newAccounts();
  await openWith(20);
  await handle(stream, holdCredits('gen_1', 7), meta);
  await handle(stream, settleHold('gen_1', 3), meta);
  await handle(stream, holdCredits('gen_2', 2), meta);
  await handle(stream, grantCredits('pay_2', 1), meta);
  return store.read(stream, { limit: 100 });
};

test('a balance is read off the newest event', async () => {
  const last = (await history()).at(-1);
  expect(last && balanceOf(last)).toEqual({
    owner: 'sparky#user-1',
    app: 'sparky',
    user: 'user-1',
    status: 'open',
    available: 16,
    held: 2,
    spent: 3,
    version: 6,
    updated: last?.at,
  });
});

test('I7: delivered twice and in any order, the rows end as the newest event says', async () => {
  const table = await dynamoDb.createKeyedTable('balances', 'owner');
  const put = balanceWriter(dynamoDb.client, table);
  const rows = (await history()).map(balanceOf);
  const [one, two, three, four, five, six] = rows;
  const written: boolean[] = [];
  for (const row of [two, one, four, four, three, six, five, six, one]) if (row) written.push(await put(row));
  expect(written).toEqual([true, false, true, false, false, true, false, false, false]);
  const { Item } = await dynamoDb.client.send(new GetCommand({ TableName: table, Key: { owner: stream } }));
  expect(Item).toEqual(six);
});
