/** PP6 the operators' commands over dead-letter queues, on an account that a file tells of. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { GatewayHooks, InvokeResult } from '#local/contracts.ts';
import { startTestAccount, type TestAccount } from '#local/gateway/testing/account.ts';
import { runQueues } from './run.ts';

const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:worker';
const took: InvokeResult = { payload: Buffer.from('{"batchItemFailures":[]}') };

let account: TestAccount;
let sqs: SQSClient;
let dynamodb: DynamoDBClient;
let streams: DynamoDBStreamsClient;
let folder: string;
let file: string;
/** Events that the consumer was given, and what it answers. */
let given: { Records: { dynamodb: { SequenceNumber: string } }[] }[] = [];
let answer: InvokeResult = took;

const hooks: GatewayHooks = {
  invoke: async (_name, payload) => {
    given.push(JSON.parse(payload.toString()));
    return answer;
  },
  putEvents: async () => [],
  tableWritten: () => {},
  queueTouched: () => {},
  objectCreated: () => {},
  killFunction: () => {},
  called: () => {},
};

beforeAll(async () => {
  account = await startTestAccount({ hooks });
  const config = account.client('operator');
  sqs = new SQSClient(config);
  dynamodb = new DynamoDBClient(config);
  streams = new DynamoDBStreamsClient(config);
  folder = await mkdtemp(join(tmpdir(), 'queues-test-'));
  file = join(folder, 'account.json');
  const { endpoint, region, credentials } = config;
  await writeFile(file, JSON.stringify({ endpoint, region, credentials, tables: {} }));
});
afterAll(async () => {
  for (const client of [sqs, dynamodb, streams]) client.destroy();
  await account.gateway.close();
  await rm(folder, { recursive: true });
});

const urlOf = (name: string) => account.queueUrl.replace(/jobs$/, name);
beforeEach(async () => {
  given = [];
  answer = took;
  account.gateway.faults.clear();
  for (const name of ['jobs', 'jobs-dead', 'events-DeadLetters'])
    await sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf(name) }));
});

const queues = async (...args: readonly string[]) => {
  const [said, complaints]: [string[], string[]] = [[], []];
  const output = {
    print: (text: string) => void said.push(text),
    complain: (text: string) => void complaints.push(text),
    progress: () => {},
  };
  const code = await runQueues([...args, '--account', file], output, Date.now() + 2 * 3_600_000);
  return { code, said: said.join('\n'), complaint: complaints.join('\n') };
};
const depth = (name: string) => account.gateway.queueDepth(name);
const waiting = { visible: 1, inFlight: 0, delayed: 0 };
const empty = { visible: 0, inFlight: 0, delayed: 0 };

const sendDead = (body: string, groupId?: string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: urlOf('jobs-dead'),
      MessageBody: body,
      MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' } },
      ...(groupId ? { MessageGroupId: groupId } : {}),
    }),
  );

/** Writes so many events; answers their sequence numbers and where they are. */
const writeEvents = async (stream: string, count: number) => {
  for (let version = 1; version <= count; version += 1)
    await dynamodb.send(
      new PutItemCommand({
        TableName: 'events',
        Item: { stream: { S: stream }, version: { N: String(version) }, hash: { B: Buffer.from('hash') } },
      }),
    );
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'events' }));
  const StreamArn = Table?.LatestStreamArn ?? '';
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId ?? '';
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  const numbers = Records.filter(({ dynamodb: record }) => record?.Keys?.stream?.S === stream).map(
    ({ dynamodb: record }) => record?.SequenceNumber ?? '',
  );
  return { StreamArn, ShardId, numbers };
};

const sendPointer = (streamArn: string, shardId: string, [start, end]: readonly [string, string]) => {
  const arrived = '2026-11-05T10:00:00Z';
  const body = {
    requestContext: { requestId: 'r', functionArn, condition: 'RetryAttemptsExhausted', approximateInvokeCount: 51 },
    version: '1.0',
    timestamp: arrived,
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: start,
      endSequenceNumber: end,
      approximateArrivalOfFirstRecord: arrived,
      approximateArrivalOfLastRecord: arrived,
      batchSize: 2,
      streamArn,
    },
  };
  return sqs.send(new SendMessageCommand({ QueueUrl: urlOf('events-DeadLetters'), MessageBody: JSON.stringify(body) }));
};

test('list: all empty is well; a message waits: how many, since when, where to', async () => {
  expect(await queues('list')).toEqual({ code: 0, said: '2 dead-letter queues, all empty', complaint: '' });
  await sendDead('one');
  const { code, said } = await queues('list');
  expect(code).toBe(1);
  expect(said).toBe(
    'jobs-dead\n  1 message, oldest 2 h; redrive gives them to jobs\n1 dead-letter queue with messages, 1 without',
  );
  expect(depth('jobs-dead')).toEqual(waiting);
});

test('show: bodies and reasons, and nothing is taken out', async () => {
  await sendDead('{"job":"gen_1"}', 'sparky#u1');
  const { code, said } = await queues('show', 'jobs');
  expect(code).toBe(0);
  expect(said).toMatch(/sent .* group sparky#u1\n {2}NO_PERMISSIONS\n {4}{"job":"gen_1"}$/);
  const shown = JSON.parse((await queues('show', 'jobs', '--json')).said);
  expect(shown).toMatchObject([{ body: '{"job":"gen_1"}', groupId: 'sparky#u1', reason: 'NO_PERMISSIONS' }]);
  expect(depth('jobs-dead')).toEqual(waiting);
});

describe('redrive to a queue', () => {
  test('a message goes back with its body, attributes and group', async () => {
    await sendDead('{"job":"gen_1"}', 'sparky#u1');
    const { code, said } = await queues('redrive', 'jobs-dead');
    expect({ code, said }).toEqual({ code: 0, said: '1 message given to jobs' });
    expect(depth('jobs-dead')).toEqual(empty);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: urlOf('jobs'),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    expect(Messages).toMatchObject([
      {
        Body: '{"job":"gen_1"}',
        Attributes: { MessageGroupId: 'sparky#u1' },
        MessageAttributes: { ERROR_CODE: { StringValue: 'NO_PERMISSIONS' } },
      },
    ]);
  });

  test('--max bounds it; --dry-run does nothing', async () => {
    for (let i = 0; i < 12; i += 1) await sendDead(`message ${i}`);
    const dry = await queues('redrive', 'jobs-dead', '--dry-run', '--max', '2');
    expect(dry.code).toBe(0);
    expect(dry.said).toContain('would give 2 messages to jobs');
    expect(depth('jobs')).toEqual(empty);
    await queues('redrive', 'jobs-dead', '--max', '11');
    expect([depth('jobs').visible, depth('jobs-dead')]).toEqual([11, waiting]);
  });

  test('broken off between send and delete: the next run sends it once more, and none is lost', async () => {
    await sendDead('twice');
    account.gateway.faults.onCall({ operation: 'DeleteMessage' }, 'before', { times: 3 });
    await expect(queues('redrive', 'jobs-dead')).rejects.toThrow();
    expect(depth('jobs-dead')).toEqual(waiting);
    expect((await queues('redrive', 'jobs-dead')).code).toBe(0);
    expect([depth('jobs').visible, depth('jobs-dead')]).toEqual([2, empty]);
  });

  test('broken off before the send: it stays, and can be taken at once', async () => {
    await sendDead('stays');
    account.gateway.faults.onCall({ operation: 'SendMessage' }, 'before', { times: 3 });
    await expect(queues('redrive', 'jobs-dead')).rejects.toThrow();
    expect([depth('jobs').visible, depth('jobs-dead')]).toEqual([0, waiting]);
  });
});

describe('redrive to a stream’s consumer', () => {
  test('the records are read again and given as Lambda gives them; the message goes', async () => {
    const { StreamArn, ShardId, numbers } = await writeEvents('read again', 4);
    await sendPointer(StreamArn, ShardId, [numbers[1] ?? '', numbers[2] ?? '']);
    expect(await queues('redrive', 'events-Dead')).toMatchObject({ code: 0, complaint: '' });
    expect(given).toHaveLength(1);
    expect(given[0]?.Records).toEqual(
      [2, 3].map((version) => ({
        eventID: expect.any(String),
        eventName: 'INSERT',
        eventVersion: expect.any(String),
        eventSource: 'aws:dynamodb',
        awsRegion: 'eu-central-1',
        eventSourceARN: StreamArn,
        dynamodb: expect.objectContaining({
          ApproximateCreationDateTime: expect.any(Number),
          Keys: { stream: { S: 'read again' }, version: { N: String(version) } },
          NewImage: expect.objectContaining({ hash: { B: Buffer.from('hash').toString('base64') } }),
          SequenceNumber: numbers[version - 1],
          StreamViewType: 'NEW_IMAGE',
        }),
      })),
    );
    expect(depth('events-DeadLetters')).toEqual(empty);
  });

  test.each<[string, InvokeResult, string]>([
    [
      'throws',
      { payload: Buffer.from('{"errorType":"Error","errorMessage":"no"}'), functionError: 'Unhandled' },
      'Error: no',
    ],
    ['reports a record', { payload: Buffer.from('{"batchItemFailures":[{"itemIdentifier":"7"}]}') }, 'record 7'],
  ])('the function %s: the message stays', async (what, failure, why) => {
    const { StreamArn, ShardId, numbers } = await writeEvents(what, 2);
    await sendPointer(StreamArn, ShardId, [numbers[0] ?? '', numbers[1] ?? '']);
    answer = failure;
    const { code, said, complaint } = await queues('redrive', 'events-Dead');
    expect({ code, said }).toEqual({ code: 1, said: "0 messages given to a stream's consumer, 1 not" });
    expect(complaint).toContain(why);
    expect(depth('events-DeadLetters')).toEqual(waiting);
  });

  test('the stream has them no longer: it says which, leaves the message, and removes it when told', async () => {
    const { StreamArn, ShardId } = await writeEvents('gone', 1);
    await sendPointer(StreamArn, ShardId, ['900000000000', '900000000001']);
    const left = await queues('redrive', 'events-Dead');
    expect(left.code).toBe(1);
    expect(left.complaint).toMatch(
      /no longer has these; left\n {4}2 records of the table events for worker\n {4}shard \S+, 900000000000 to 900000000001/,
    );
    expect(depth('events-DeadLetters')).toEqual(waiting);
    const gone = await queues('redrive', 'events-Dead', '--forget-gone');
    expect([gone.code, given, depth('events-DeadLetters')]).toEqual([1, [], empty]);
  });

  test('a message that is no pointer stays', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: urlOf('events-DeadLetters'), MessageBody: 'what?' }));
    const { code, complaint } = await queues('redrive', 'events-Dead');
    expect([code, depth('events-DeadLetters')]).toEqual([1, waiting]);
    expect(complaint).toContain('points to no stream');
  });
});

test.each([
  [['list', 'jobs'], 'list takes no "jobs"'],
  [['show'], 'show takes a queue; "list" names them'],
  [['empty', 'jobs'], 'there is no "empty": list, show or redrive'],
  [['redrive', 'jobs-dead', '--max', '0'], '--max takes a whole number from 1 to 100000, not "0"'],
  [['redrive', 'none'], 'no dead-letter queue is named "none"; "list" names them'],
  [['redrive', 'e'], '"e" is in several names: events-DeadLetters, jobs-dead'],
])('%j: %s', async (args, complaint) => {
  expect(await queues(...args)).toEqual({ code: 2, said: '', complaint: `queues: ${complaint}` });
});
