import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Counter, type CounterEvent, counter } from '../testing/counter.ts';
import { startDynamoDb, type TestDynamoDb } from '../testing/dynamodb.ts';
import { record } from './command-handler.ts';
import { dynamoEventStore } from './dynamo-event-store.ts';
import { eventStoreContract } from './event-store.contract.ts';
import type { EventStore } from './event-store.ts';
import { verifyStream } from './verify-stream.ts';

let dynamoDb: TestDynamoDb;
let table: string;
let store: EventStore<Counter, CounterEvent>;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  table = await dynamoDb.createEventsTable('events');
  store = dynamoEventStore(dynamoDb.client, table);
});
afterAll(() => dynamoDb.close());

describe('DynamoDB event store', () => {
  eventStoreContract(() => store);

  test('a stream longer than a page of 1 MB is read to its end', async () => {
    const stream = 'app#long';
    const large = 'x'.repeat(300_000);
    const meta = { actor: large, correlationId: 'request-1' };
    let tail: Parameters<typeof record<Counter, CounterEvent>>[2];
    for (let version = 1; version <= 5; version += 1) {
      const at = '2026-11-05T10:00:00.000Z';
      const events = record<Counter, CounterEvent>(counter, stream, tail, [{ type: 'Added', by: 1 }], {
        at,
        meta,
        ids: [],
      });
      await store.append(events);
      tail = events.at(-1);
    }
    expect((await store.read(stream, { limit: 100 })).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  });

  test('the marker is an item of its own that no stream can be taken for', async () => {
    const [event] = record<Counter, CounterEvent>(counter, 'app#marked', undefined, [{ type: 'Added', by: 1 }], {
      at: '2026-11-05T10:00:00.000Z',
      meta: { actor: 'system:test', correlationId: 'request-1' },
      ids: [],
    });
    await store.append(event ? [event] : [], { key: 'gift' });
    const { Item } = await dynamoDb.client.send(
      new GetCommand({ TableName: table, Key: { stream: 'command#app#marked#gift', version: 0 } }),
    );
    expect(Item).toEqual({ stream: 'command#app#marked#gift', version: 0, id: event?.id, at: event?.at });
  });

  test('an error that is no conflict is thrown, not taken for one', async () => {
    const elsewhere = dynamoEventStore<Counter, CounterEvent>(dynamoDb.client, 'no-such-table');
    const events = record<Counter, CounterEvent>(counter, 'app#user', undefined, [{ type: 'Added', by: 1 }], {
      at: '2026-11-05T10:00:00.000Z',
      meta: { actor: 'system:test', correlationId: 'request-1' },
      ids: [],
    });
    await expect(elsewhere.append(events)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(elsewhere.append(events, { key: 'gift' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(elsewhere.load('app#user')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('I6: one byte of one stored event changed in the table is found and named', async () => {
    const stream = 'app#tampered';
    const meta = { actor: 'system:test', correlationId: 'request-1' };
    const added = [1, 2, 3].map((by) => ({ type: 'Added', by }) as const);
    const at = '2026-11-05T10:00:00.000Z';
    await store.append(record<Counter, CounterEvent>(counter, stream, undefined, added, { at, meta, ids: [] }));
    expect(verifyStream(counter, await store.read(stream, { limit: 10 }))).toBeUndefined();
    await dynamoDb.client.send(
      new UpdateCommand({
        TableName: table,
        Key: { stream, version: 2 },
        UpdateExpression: 'SET #data.#by = :by',
        ExpressionAttributeNames: { '#data': 'data', '#by': 'by' },
        ExpressionAttributeValues: { ':by': 3 },
      }),
    );
    expect(verifyStream(counter, await store.read(stream, { limit: 10 }))).toEqual({
      stream,
      version: 2,
      fault: 'hash',
    });
  });
});
