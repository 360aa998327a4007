import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as dynamo from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as sqs from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createFaults } from './index.ts';
import { generatePassword } from './secrets.ts';
import { startTestAccount, type TestAccount } from './testing/account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount({ parameters: { '/tessera/limits/daily': '5' } });
});
afterEach(() => account.gateway.faults.clear());
afterAll(() => account.gateway.close());

describe('SQS', () => {
  const client = (caller: string) => new sqs.SQSClient(account.client(caller));
  const receive = { WaitTimeSeconds: 0, MessageSystemAttributeNames: ['All' as const] };

  test('a message keeps its group on a standard queue, and the triggers are told of it', async () => {
    const QueueUrl = account.queueUrl;
    await client('worker').send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'one', MessageGroupId: 'baby#1' }));
    expect(account.touched).toContain('jobs');
    const { Messages } = await client('worker').send(new sqs.ReceiveMessageCommand({ QueueUrl, ...receive }));
    expect(Messages).toEqual([
      expect.objectContaining({
        Body: 'one',
        Attributes: expect.objectContaining({ MessageGroupId: 'baby#1', ApproximateReceiveCount: '1' }),
      }),
    ]);
    await client('worker').send(
      new sqs.ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: Messages?.[0]?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(account.visibility).toEqual([['jobs', 0]]);
  });

  test('a message received too often goes to the dead-letter queue', async () => {
    const { Messages } = await client('operator').send(new sqs.ReceiveMessageCommand({ QueueUrl: account.queueUrl }));
    expect(Messages).toBeUndefined();
    expect(account.touched).toContain('jobs-dead');
    const dead = await client('operator').send(
      new sqs.ReceiveMessageCommand({ QueueUrl: account.queueUrl.replace('/jobs', '/jobs-dead') }),
    );
    expect(dead.Messages?.map(({ Body }) => Body)).toEqual(['one']);
  });

  test('queues know their names', async () => {
    expect((await client('worker').send(new sqs.GetQueueUrlCommand({ QueueName: 'jobs' }))).QueueUrl).toBe(
      account.queueUrl,
    );
    const { Attributes } = await client('operator').send(
      new sqs.GetQueueAttributesCommand({ QueueUrl: account.queueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: 'arn:aws:sqs:eu-central-1:123456789012:jobs',
      VisibilityTimeout: '60',
    });
  });

  test('a queue outside the role is refused', async () => {
    const sending = client('worker').send(
      new sqs.SendMessageCommand({ QueueUrl: account.queueUrl.replace('/jobs', '/jobs-dead'), MessageBody: 'x' }),
    );
    await expect(sending).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('sqs:SendMessage on resource: arn:aws:sqs:eu-central-1:123456789012:jobs-dead'),
    });
  });
});

describe('EventBridge', () => {
  const put = (Entries: object[], caller = 'worker') =>
    new EventBridgeClient(account.client(caller)).send(new PutEventsCommand({ Entries }));
  const entry = { EventBusName: 'tessera', Source: 'tessera.credits', DetailType: 'CreditsHeld', Detail: '{"a":1}' };

  test('good entries reach the bus, bad ones are reported', async () => {
    const result = await put(
      [entry, { ...entry, EventBusName: 'nowhere' }, { ...entry, Detail: 'text' }, { ...entry, Source: undefined }],
      'operator',
    );
    expect(result.FailedEntryCount).toBe(3);
    expect(result.Entries?.map(({ EventId, ErrorCode }) => EventId ?? ErrorCode)).toEqual([
      'event-0',
      'ResourceNotFoundException',
      'MalformedDetail',
      'InvalidArgument',
    ]);
    expect(account.entries).toEqual([
      { bus: 'tessera', source: 'tessera.credits', detailType: 'CreditsHeld', detail: '{"a":1}', resources: [] },
    ]);
  });

  test('limits and rights', async () => {
    await expect(put(Array.from({ length: 11 }, () => entry))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put([{ ...entry, Detail: JSON.stringify({ a: 'x'.repeat(1024 * 1024) }) }])).rejects.toThrow(
      'over the limit',
    );
    await expect(put([entry, { ...entry, EventBusName: 'default' }])).rejects.toThrow('event-bus/default');
  });
});

describe('Lambda', () => {
  const invoke = (FunctionName: string, input: object, rest = {}) =>
    new LambdaClient(account.client('worker')).send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(input), ...rest }),
    );

  test('an allowed function is invoked by name or ARN and may fail', async () => {
    expect((await invoke('idle', { a: 1 })).Payload?.transformToString()).toBe('{"a":1}');
    const failed = await invoke('arn:aws:lambda:eu-central-1:123456789012:function:idle', { fail: true });
    expect([failed.StatusCode, failed.FunctionError]).toEqual([200, 'Unhandled']);
    expect((await invoke('idle', {}, { InvocationType: 'Event' })).StatusCode).toBe(202);
  });

  test('another is not', async () => {
    await expect(invoke('worker', {})).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'lambda:InvokeFunction on resource: arn:aws:lambda:eu-central-1:123456789012:function:worker',
      ),
    });
  });
});

describe('secrets and parameters', () => {
  const read = async (SecretId: string, caller = 'worker') =>
    (await new SecretsManagerClient(account.client(caller)).send(new GetSecretValueCommand({ SecretId }))).SecretString;

  test('a secret is made once, by its rules, and found by name and by ARN', async () => {
    const value = JSON.parse((await read('stripe')) ?? '');
    expect(value).toEqual({ mode: 'test', key: expect.stringMatching(/^[A-Za-z0-9]{24}$/) });
    expect(account.last('GetSecretValue')?.resources[0]).toMatch(/:secret:stripe-[a-z0-9]{6}$/);
    expect(JSON.parse((await read(account.last('GetSecretValue')?.resources[0] ?? '')) ?? '')).toEqual(value);
    await expect(read('stripe', 'idle')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(read('other', 'operator')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('a password holds one of each kind', () => {
    expect(generatePassword({ PasswordLength: 4 })).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^a-zA-Z0-9]).{4}$/);
    expect(
      generatePassword({
        ExcludeLowercase: true,
        ExcludeUppercase: true,
        ExcludePunctuation: true,
        ExcludeCharacters: '0',
        PasswordLength: 8,
      }),
    ).toMatch(/^[1-9]{8}$/);
  });
});

test('what is kept in a folder is there after a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'));
  const read = async ({ client }: TestAccount) =>
    (await new SecretsManagerClient(client('worker')).send(new GetSecretValueCommand({ SecretId: 'stripe' })))
      .SecretString;
  try {
    const first = await startTestAccount({ dataDir });
    const Item = { stream: { S: 'kept' }, version: { N: '1' } };
    await new dynamo.DynamoDBClient(first.client('worker')).send(
      new dynamo.PutItemCommand({ TableName: 'events', Item }),
    );
    await new s3.S3Client(first.client('worker')).send(
      new s3.PutObjectCommand({ Bucket: 'uploads', Key: 'kept', Body: 'kept' }),
    );
    await new sqs.SQSClient(first.client('worker')).send(
      new sqs.SendMessageCommand({ QueueUrl: first.queueUrl, MessageBody: 'kept' }),
    );
    const secret = await read(first);
    await first.gateway.close();

    const second = await startTestAccount({ dataDir });
    const got = await new dynamo.DynamoDBClient(second.client('worker')).send(
      new dynamo.GetItemCommand({ TableName: 'events', Key: Item }),
    );
    const object = await new s3.S3Client(second.client('worker')).send(
      new s3.GetObjectCommand({ Bucket: 'uploads', Key: 'kept' }),
    );
    const received = await new sqs.SQSClient(second.client('worker')).send(
      new sqs.ReceiveMessageCommand({ QueueUrl: second.queueUrl }),
    );
    expect([
      got.Item,
      await object.Body?.transformToString(),
      received.Messages?.[0]?.Body,
      await read(second),
    ]).toEqual([Item, 'kept', 'kept', secret]);
    await second.gateway.close();
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

test('deliveries are struck by seed, the same each time', () => {
  const draw = () => {
    const faults = createFaults();
    const handle = faults.onDelivery('duplicate', { function: 'worker', probability: 0.5, seed: 7 });
    const draws = Array.from({ length: 20 }, () => faults.delivery('worker').has('duplicate'));
    expect(handle.struck).toBe(draws.filter(Boolean).length);
    expect(faults.delivery('idle').size).toBe(0);
    return draws;
  };
  expect(draw()).toEqual(draw());
  expect(new Set(draw()).size).toBe(2);
});
