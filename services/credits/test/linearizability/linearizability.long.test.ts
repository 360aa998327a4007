/** Many clients at once, on DynamoDB's emulator: what they see is what one after another would have seen. */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { toItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { startLossyProxy } from '#shared/testing/lossy-proxy.ts';
import type { AccountStore } from '../../handle-account.ts';
import { faultsOf, type Observed } from './check.ts';
import { runClients, type Setting, startCredits } from './clients.ts';

const table = 'linear-events';
let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  await dynamoDb.createEventsTable(table);
});
afterAll(() => dynamoDb.close());

let streams = 0;
const run = async (setting: Partial<Setting> & { readonly seed: number }) => {
  streams += 1;
  const { client, endpoint } = dynamoDb;
  const { history, written } = await runClients({
    table,
    stream: `sparky#linear-${streams}`,
    client,
    endpoint,
    ...setting,
  });
  return { history, written, faults: faultsOf(history, written, startCredits) };
};

test.each([1, 2, 3, 4])('the ledger is linearizable under eight clients, seed %d', async (seed) => {
  const { history, written, faults } = await run({ seed });
  expect(faults).toEqual([]);
  const answers = new Set(history.map(({ answer }) => answer));
  // The run was worth something: clients met, ran out of credits, and wrote.
  expect([...answers]).toEqual(expect.arrayContaining(['done', 'credits-insufficient', 'hold-closed']));
  expect(written.size).toBeGreaterThan(30);
});

test.each([5, 6])('and over a network that loses requests and answers, seed %d', async (seed) => {
  const proxy = await startLossyProxy(dynamoDb.endpoint, { probability: 0.06, seed });
  try {
    const { faults } = await run({ seed, endpoint: proxy.endpoint });
    expect(faults).toEqual([]);
    expect(proxy.lost.requests).toBeGreaterThan(5);
    expect(proxy.lost.answers).toBeGreaterThan(5);
  } finally {
    await proxy.close();
  }
});

describe('the check sees', () => {
  test('writes that overwrite each other', async () => {
    const overwriting = (store: AccountStore, client: DynamoDBDocumentClient): AccountStore => ({
      ...store,
      append: async (events) => {
        for (const event of events) await client.send(new PutCommand({ TableName: table, Item: toItem(event) }));
        return { status: 'appended', again: false };
      },
    });
    const { faults } = await run({ seed: 7, broken: overwriting });
    expect(faults.join('\n')).toContain('its event is gone');
  });

  test('reads that are behind', async () => {
    const stale = (store: AccountStore): AccountStore => {
      let before: Awaited<ReturnType<AccountStore['load']>>;
      let loads = 0;
      return {
        ...store,
        load: async (stream) => {
          const tail = await store.load(stream);
          loads += 1;
          if (loads % 5 === 0 && before) return before;
          before = tail;
          return tail;
        },
      };
    };
    const { faults } = await run({ seed: 8, broken: stale });
    expect(faults.join('\n')).toContain('which was answered before it was called');
  });

  const one: Observed = { id: 'a', operation: { type: 'hold', id: 'gen_1', credits: 40 }, calledAt: 0, answeredAt: 1 };
  const lies: readonly (readonly [string, Partial<Observed>, [string, number][], string])[] = [
    [
      'a hold of more than there is',
      { answer: 'done', version: 3, wrote: true },
      [['a', 3]],
      'was written, against the model',
    ],
    ['a wrong reason', { answer: 'hold-closed', version: 2 }, [], 'the model answers credits-insufficient'],
    ['an event that nobody asked for', { answer: 'credits-insufficient', version: 2 }, [['b', 3]], 'nobody asked'],
  ];
  test.each(lies)('%s', (_, seen, written, fault) => {
    expect(faultsOf([{ ...one, ...seen }], new Map(written), startCredits).join('\n')).toContain(fault);
  });
});
