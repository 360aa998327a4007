import { rm } from 'node:fs/promises';
import { DynamoDBClient, PutItemCommand, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalAccount, startAccount } from '../account.ts';
import { writeSmallAccount } from './fixtures/template.ts';

let cdkOut: string;
let account: LocalAccount;
let items: string;
let seen: string;
let dynamodb: DynamoDBClient;

const start = (options = {}) => startAccount({ cdkOut, root: `${import.meta.dirname}/fixtures`, ...options });
const tableName = (id: string) =>
  account.model.ofType('AWS::DynamoDB::Table').find(({ logicalId }) => logicalId === id)?.ref ?? '';

beforeAll(async () => {
  cdkOut = await writeSmallAccount();
  account = await start();
  items = tableName('Items');
  seen = tableName('Seen');
  dynamodb = new DynamoDBClient(account.operatorConfig);
});
afterEach(() => account.faults.clear());
afterAll(async () => {
  dynamodb.destroy();
  await account.close();
  await rm(cdkOut, { recursive: true });
});

async function put(id: string, more: Record<string, string> = {}): Promise<void> {
  const strings = Object.fromEntries(Object.entries({ id, ...more }).map(([name, S]) => [name, { S }]));
  await dynamodb.send(new PutItemCommand({ TableName: items, Item: strings }));
}

/** How often each function saw an id that contains the text. */
async function sightings(text: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName: seen, ConsistentRead: true })) {
    for (const { who, id, seen: count } of Items) if (id?.S?.includes(text)) found[who?.S ?? ''] = Number(count?.N);
  }
  return found;
}

const publish = (Source: string, detail: Record<string, unknown>) =>
  new EventBridgeClient(account.operatorConfig).send(
    new PutEventsCommand({ Entries: [{ Source, DetailType: 'Told', Detail: JSON.stringify(detail) }] }),
  );

describe('the whole way', () => {
  test('a write goes through stream, bus and queue once, and drain waits for all of it', async () => {
    await put('way');
    await account.drain();
    expect(await sightings('way')).toEqual({ relay: 1, consume: 1 });
    expect(await account.queue('Work').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test('a hundred writes at once arrive once each', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => put(`many-${i}.`)));
    await account.drain();
    for (const i of [0, 42, 99]) expect(await sightings(`many-${i}.`)).toEqual({ relay: 1, consume: 1 });
  });

  test('an HTTP request reaches its function, which reaches the table', async () => {
    const response = await fetch(`${account.httpUrl()}/see/me`);
    expect(await response.json()).toEqual({ path: '/see/me', seen: 1 });
    expect(account.calls.of({ caller: account.functionName('Api') }).map(({ operation }) => operation)).toEqual([
      'UpdateItem',
    ]);
    expect(account.requests.all.at(-1)).toMatchObject({ method: 'GET', path: '/see/me', status: 200 });
  });
});

describe('stream mapping', () => {
  test('what the filter leaves out does not reach the function', async () => {
    await put('ignored-1');
    await account.drain();
    expect(await sightings('ignored-1')).toEqual({});
  });

  test('a reported failure is tried again alone', async () => {
    await put('again', { order: 'fail-once' });
    await account.drain();
    expect(await sightings('again')).toEqual({ relay: 2, consume: 1 });
  });

  test('a record that always fails goes to the failure queue by its place in the stream, and holds up nothing', async () => {
    await put('poison', { order: 'fail' });
    await put('after-it');
    await account.drain();
    // When both came in one batch, both are tried once more: splitting it does not count as an attempt.
    expect([3, 4]).toContain((await sightings('poison')).relay);
    expect((await sightings('after-it')).consume).toBeGreaterThanOrEqual(1);
    const [message] = await account.queue('RelayFailures').messages();
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({
      version: '1.0',
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
      DDBStreamBatchInfo: {
        batchSize: 1,
        startSequenceNumber: expect.any(String),
        streamArn: expect.stringContaining('/stream/'),
      },
    });
    expect(message?.Body).not.toContain('poison');
  });
});

describe('queue mapping', () => {
  test('a failed message comes again at once although its visibility time-out is a minute', async () => {
    await put('retry', { next: 'fail-once' });
    await account.drain({ timeoutMs: 5_000 });
    expect(await sightings('retry')).toEqual({ relay: 1, consume: 2 });
  });

  test('a message that always fails ends in the dead-letter queue, and can be sent back', async () => {
    await put('dead', { next: 'fail' });
    await account.drain();
    expect(await sightings('dead')).toEqual({ relay: 1, consume: 3 });
    const deadLetters = account.queue('WorkFailures');
    expect(await deadLetters.depth()).toMatchObject({ visible: 1 });
    expect(await deadLetters.redrive()).toBe(1);
    await account.drain();
    expect(await sightings('dead')).toEqual({ relay: 1, consume: 6 });
  });

  test('a delay that the function set counts, and drain waits for it', async () => {
    await put('put-off', { next: 'later' });
    const before = Date.now();
    await account.drain({ timeoutMs: 5_000 });
    expect(await sightings('put-off')).toEqual({ relay: 1, consume: 2 });
    expect(Date.now() - before).toBeGreaterThan(900);
  });

  test('a function ended at its time-out gets its message again', async () => {
    await put('slow', { next: 'hang' });
    await account.drain();
    expect(await sightings('slow')).toEqual({ relay: 1, consume: 2 });
    expect(account.invocations.all.some(({ error }) => error?.includes('Task timed out after 1.00 seconds'))).toBe(
      true,
    );
  });

  test('drain tells what is still in flight when its time is over', async () => {
    await put('waits', { next: 'hang' });
    await expect(account.drain({ timeoutMs: 300 })).rejects.toThrow(/still in flight after 300 ms: .*Consume/);
    await account.drain();
  });
});

describe('bus, schedules and buckets', () => {
  test('a function target that fails is tried again, then its event goes to the failure destination', async () => {
    await publish('direct', { id: 'd1', order: 'fail' });
    await account.drain();
    expect(await sightings('d1')).toEqual({ onEvent: 2 });
    const [message] = await account.queue('EventFailures').messages();
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      requestPayload: { source: 'direct', detail: { id: 'd1' } },
      responsePayload: { errorMessage: 'told to fail' },
    });
  });

  test('a queue that does not permit the rule gets nothing; the event is kept with the reason', async () => {
    await publish('refused', { id: 'r1' });
    await account.drain();
    expect(await account.queue('Refusing').depth()).toMatchObject({ visible: 0 });
    const [message] = await account.queue('Refused').messages();
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ source: 'refused', detail: { id: 'r1' } });
    expect(message?.MessageAttributes?.ERROR_CODE?.StringValue).toBe('NO_PERMISSIONS');
    expect(account.problems.all.at(-1)?.message).toMatch(/does not permit/);
  });

  test('an uploaded object is told on the default bus', async () => {
    const s3 = new S3Client(account.operatorConfig);
    const Bucket = account.model.ofType('AWS::S3::Bucket')[0]?.ref;
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/photo.jpg', Body: 'x' }));
    await account.drain();
    expect(await sightings('a b/photo.jpg')).toEqual({ onEvent: 1 });
  });

  test('schedules fire when asked', async () => {
    await account.fireSchedule('nightly');
    await account.fireSchedule('Daily');
    await account.drain();
    expect(await sightings('Scheduled Event')).toEqual({ onEvent: 1 });
    expect(await sightings('schedule/default/daily')).toEqual({ onEvent: 1 });
    await expect(account.fireSchedule('never')).rejects.toThrow('nightly, daily');
  });

  test('items past their time go when swept', async () => {
    const item = (id: string, expires: number) => ({
      TableName: items,
      Item: { id: { S: id }, expires: { N: String(expires) } },
    });
    await dynamodb.send(new PutItemCommand(item('ignored-old', 1)));
    await dynamodb.send(new PutItemCommand(item('ignored-new', Date.now())));
    expect(await account.expireItems()).toBe(1);
    await account.drain();
  });
});

describe('invocation through the gateway', () => {
  test('an asynchronous one answers at once and is waited for by drain', async () => {
    const lambda = new LambdaClient(account.operatorConfig);
    const Payload = JSON.stringify({ 'detail-type': 'Asked', detail: { id: 'async' } });
    const { StatusCode } = await lambda.send(
      new InvokeCommand({ FunctionName: account.functionName('OnEvent'), InvocationType: 'Event', Payload }),
    );
    await account.drain();
    expect([StatusCode, await sightings('Asked async')]).toEqual([202, { onEvent: 1 }]);
  });
});

describe('faults', () => {
  test('a call whose answer is lost is made again by the client', async () => {
    const lost = account.faults.onCall({ caller: account.functionName('Relay'), operation: 'UpdateItem' }, 'after');
    await put('lost');
    await account.drain();
    expect(lost.struck).toBe(1);
    expect(await sightings('lost')).toEqual({ relay: 2, consume: 1 });
  });

  test('a worker killed in the middle is replaced and its records come again', async () => {
    account.faults.onCall({ caller: account.functionName('Relay'), operation: 'PutEvents' }, 'kill');
    await put('killed');
    await account.drain();
    expect(await sightings('killed')).toEqual({ relay: 2, consume: 1 });
  });

  test('duplicated, delayed and shuffled deliveries all arrive', async () => {
    const Consume = account.functionName('Consume');
    const twice = account.faults.onDelivery('duplicate', { function: Consume, probability: 1, seed: 1 });
    account.faults.onDelivery('delay', { probability: 0.5, seed: 2 });
    account.faults.onDelivery('reorder', { probability: 0.5, seed: 3 });
    await put('twice');
    await account.drain();
    expect(twice.struck).toBeGreaterThan(0);
    expect(await sightings('twice')).toEqual({ relay: 1, consume: 2 });
  });

  test('a delivery whose answer is dropped is made again', async () => {
    const Consume = account.functionName('Consume');
    account.faults.onDelivery('drop-answer', { function: Consume, probability: 0.5, seed: 7 });
    for (const i of [1, 2, 3]) await put(`dropped-${i}`);
    await account.drain();
    for (const i of [1, 2, 3]) expect((await sightings(`dropped-${i}`)).consume).toBeGreaterThanOrEqual(1);
  });
});

test('a permission taken from a role makes the call fail, naming function, action and resource', async () => {
  const lacking = await start({ removePermissions: [{ function: 'Api', action: 'dynamodb:UpdateItem' }] });
  try {
    const { payload, functionError } = await lacking.invoke('Api', { rawPath: '/x' });
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType: 'AccessDeniedException' });
    const { errorMessage } = payload as { errorMessage: string };
    for (const part of ['Api', 'dynamodb:UpdateItem', ':table/']) expect(errorMessage).toContain(part);
  } finally {
    await lacking.close();
  }
});

test('a mapping whose role may not poll stops the start', async () => {
  await expect(start({ removePermissions: [{ function: 'Relay', action: 'dynamodb:GetRecords' }] })).rejects.toThrow(
    /RelayMapping.*dynamodb:GetRecords/,
  );
});

test('an update is streamed as well, and the filter sees its type', async () => {
  await put('ignored-update');
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: items,
      Key: { id: { S: 'ignored-update' } },
      UpdateExpression: 'SET a = :a',
      ExpressionAttributeValues: { ':a': { S: 'b' } },
    }),
  );
  await account.drain();
  expect(await sightings('ignored-update')).toEqual({});
});
