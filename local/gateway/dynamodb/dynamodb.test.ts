import * as dynamo from '@aws-sdk/client-dynamodb';
import * as streams from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestAccount, type TestAccount } from '../testing/account.ts';
import { itemBytes } from './capacity.ts';

let account: TestAccount;
let worker: dynamo.DynamoDBClient;
let operator: dynamo.DynamoDBClient;

beforeAll(async () => {
  account = await startTestAccount();
  worker = new dynamo.DynamoDBClient(account.client('worker'));
  operator = new dynamo.DynamoDBClient(account.client('operator'));
});
beforeEach(() => account.gateway.faults.clear());
afterAll(async () => {
  worker.destroy();
  operator.destroy();
  await account.gateway.close();
});

const event = (version: number, bytes = 10, stream = 'account#1') => ({
  stream: { S: stream },
  version: { N: String(version) },
  data: { S: 'x'.repeat(bytes) },
});
const put = (version: number, bytes?: number, stream?: string) =>
  new dynamo.PutItemCommand({ TableName: 'events', Item: event(version, bytes, stream) });
const query = (stream: string, rest: Partial<dynamo.QueryCommandInput> = {}) =>
  new dynamo.QueryCommand({
    TableName: 'events',
    KeyConditionExpression: '#s = :s',
    ExpressionAttributeNames: { '#s': 'stream' },
    ExpressionAttributeValues: { ':s': { S: stream } },
    ConsistentRead: true,
    ...rest,
  });

describe('what a role allows', () => {
  test('an allowed call is made, and the table told of', async () => {
    await worker.send(put(1));
    expect((await worker.send(query('account#1'))).Count).toBe(1);
    expect(account.written).toContain('events');
  });

  test('a missing permission is refused by function, action and resource', async () => {
    const deleting = worker.send(
      new dynamo.DeleteItemCommand({ TableName: 'events', Key: { stream: { S: 'account#1' }, version: { N: '1' } } }),
    );
    await expect(deleting).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /^User: arn:aws:sts::123456789012:assumed-role\/[^/]+\/worker is not authorized to perform: dynamodb:DeleteItem on resource: arn:aws:dynamodb:eu-central-1:123456789012:table\/events /,
      ),
    });
    expect(account.last('DeleteItem')).toMatchObject({ caller: 'worker', status: 400 });
  });

  test('a transaction needs the permission of each of its parts', async () => {
    const Key = { stream: { S: 'account#1' }, version: { N: '1' } };
    const TransactItems = [{ Put: { TableName: 'events', Item: event(77) } }, { Delete: { TableName: 'events', Key } }];
    await expect(worker.send(new dynamo.TransactWriteItemsCommand({ TransactItems }))).rejects.toThrow(
      'dynamodb:DeleteItem',
    );
    expect((await worker.send(query('account#1'))).Items?.map(({ version }) => version?.N)).toEqual(['1']);
  });

  test('an index is a resource of its own', async () => {
    const byOwner = {
      IndexName: 'by-owner',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'owner' },
      ConsistentRead: false,
    };
    await expect(worker.send(query('me', byOwner))).rejects.toThrow('table/events/index/by-owner');
    await expect(operator.send(query('me', byOwner))).resolves.toMatchObject({ Count: 0 });
  });

  test('keys that nobody has are refused', async () => {
    const stranger = new dynamo.DynamoDBClient({
      ...account.client('worker'),
      credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' },
    });
    await expect(stranger.send(put(1))).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    const impostor = new dynamo.DynamoDBClient({
      ...account.client('worker'),
      credentials: { ...account.gateway.credentialsFor('worker'), secretAccessKey: 'guessed' },
    });
    await expect(impostor.send(put(1))).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });
});

describe('request units', () => {
  const units = (operation: string) => {
    const { readUnits, writeUnits } = account.last(operation) ?? {};
    return { readUnits, writeUnits };
  };

  test.each([
    [1024, 1],
    [1025, 2],
    [5000, 5],
  ])('a put of %d bytes costs %d', async (bytes, writeUnits) => {
    const item = event(1, bytes - 24, 'units');
    expect(itemBytes(item)).toBe(bytes);
    await operator.send(
      new dynamo.DeleteItemCommand({ TableName: 'events', Key: { stream: item.stream, version: item.version } }),
    );
    await worker.send(new dynamo.PutItemCommand({ TableName: 'events', Item: item }));
    expect(units('PutItem')).toEqual({ readUnits: undefined, writeUnits });
  });

  test('a caller that did not ask for them is not told', async () => {
    expect((await worker.send(put(2, 10, 'told'))).ConsumedCapacity).toBeUndefined();
    const asked = await worker.send(
      new dynamo.PutItemCommand({ TableName: 'events', Item: event(3, 10, 'told'), ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(asked.ConsumedCapacity?.CapacityUnits).toBe(1);
  });

  test('a consistent query costs the sum it reads, rounded up once', async () => {
    for (const version of [1, 2, 3]) await worker.send(put(version, 1900, 'sum'));
    await worker.send(query('sum'));
    expect(units('Query')).toEqual({ readUnits: 2, writeUnits: undefined });
    await worker.send(query('sum', { Limit: 1, ScanIndexForward: false }));
    expect(units('Query')).toEqual({ readUnits: 1, writeUnits: undefined });
    await worker.send(query('sum', { ConsistentRead: false }));
    expect(units('Query')).toEqual({ readUnits: 1, writeUnits: undefined });
  });

  test('a transaction costs twice', async () => {
    const TransactItems = [1, 2].map((version) => ({
      Put: { TableName: 'events', Item: event(version, 10, 'twice') },
    }));
    await worker.send(new dynamo.TransactWriteItemsCommand({ TransactItems }));
    expect(units('TransactWriteItems')).toEqual({ readUnits: undefined, writeUnits: 4 });
  });

  test('a refused conditional write costs what the item in its way does', async () => {
    await worker.send(put(1, 2500, 'taken'));
    const again = new dynamo.PutItemCommand({
      TableName: 'events',
      Item: event(1, 10, 'taken'),
      ConditionExpression: 'attribute_not_exists(version)',
    });
    const refused = await worker.send(again).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((refused as { Item?: unknown }).Item).toBeUndefined();
    expect(units('PutItem')).toEqual({ readUnits: undefined, writeUnits: 3 });
  });
});

describe('faults', () => {
  test('before: the call is not made', async () => {
    const fault = account.gateway.faults.onCall({ caller: 'worker', operation: 'PutItem' }, 'before');
    await expect(worker.send(put(1, 10, 'before'))).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(fault.struck).toBe(1);
    expect(account.last('PutItem')).toMatchObject({ status: 0 });
    expect((await worker.send(query('before'))).Count).toBe(0);
  });

  test('after: the call is made and its answer lost; an SDK that tries again meets its own write', async () => {
    account.gateway.faults.onCall({ service: 'dynamodb', operation: 'PutItem' }, 'after', { skip: 1 });
    await worker.send(put(1, 10, 'after'));
    await expect(worker.send(put(2, 10, 'after'))).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect((await worker.send(query('after'))).Count).toBe(2);
    const persistent = new dynamo.DynamoDBClient({ ...account.client('worker'), maxAttempts: 3 });
    account.gateway.faults.onCall({ operation: 'PutItem' }, 'after');
    const once = {
      TableName: 'events',
      Item: event(3, 10, 'after'),
      ConditionExpression: 'attribute_not_exists(version)',
    };
    await expect(persistent.send(new dynamo.PutItemCommand(once))).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    persistent.destroy();
  });

  test("throttle: the service's own error, as often as asked", async () => {
    const fault = account.gateway.faults.onCall({}, 'throttle', { times: 2 });
    for (const _attempt of [1, 2])
      await expect(worker.send(put(1, 10, 'slow'))).rejects.toMatchObject({ name: 'ThrottlingException' });
    await worker.send(put(1, 10, 'slow'));
    expect(fault.struck).toBe(2);
  });

  test('kill and kill-after: the function dies before or after its call', async () => {
    account.gateway.faults.onCall({ operation: 'PutItem' }, 'kill');
    await expect(worker.send(put(1, 10, 'kill'))).rejects.toThrow();
    account.gateway.faults.onCall({ operation: 'PutItem' }, 'kill-after');
    await expect(worker.send(put(2, 10, 'kill'))).rejects.toThrow();
    expect(account.killed).toEqual(['worker', 'worker']);
    expect((await worker.send(query('kill'))).Items).toEqual([event(2, 10, 'kill')]);
  });
});

test('a stream is read under the ARN of the template', async () => {
  const reader = new streams.DynamoDBStreamsClient(account.client('operator'));
  const StreamArn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/events/stream/2026-01-01T00:00:00.000';
  const { Table } = await operator.send(new dynamo.DescribeTableCommand({ TableName: 'events' }));
  expect(Table).toMatchObject({
    TableArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/events',
    LatestStreamArn: StreamArn,
  });
  const { StreamDescription } = await reader.send(new streams.DescribeStreamCommand({ StreamArn }));
  const shard = StreamDescription?.Shards?.[0];
  expect(shard?.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined();
  const position = { StreamArn, ShardId: shard?.ShardId, ShardIteratorType: 'LATEST' as const };
  const { ShardIterator } = await reader.send(new streams.GetShardIteratorCommand(position));
  await worker.send(put(1, 10, 'streamed'));
  const { Records } = await reader.send(new streams.GetRecordsCommand({ ShardIterator }));
  expect(Records).toEqual([
    expect.objectContaining({
      eventName: 'INSERT',
      awsRegion: 'eu-central-1',
      dynamodb: expect.objectContaining({ NewImage: event(1, 10, 'streamed') }),
    }),
  ]);
  expect(account.last('GetRecords')?.resources).toEqual([StreamArn]);
  reader.destroy();
});

test('a table that does not exist is an error of AWS', async () => {
  await expect(
    operator.send(new dynamo.GetItemCommand({ TableName: 'nothing', Key: { a: { S: 'b' } } })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
