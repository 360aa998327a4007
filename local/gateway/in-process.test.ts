/** The account's own clients: no socket, no signature, and every call recorded and struck as any other. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestAccount, type TestAccount } from './testing/account.ts';

let account: TestAccount;
let dynamodb: DynamoDBClient;
let sqs: SQSClient;
beforeAll(async () => {
  account = await startTestAccount();
  const own = { ...account.client('operator'), ...account.gateway.inProcess };
  dynamodb = new DynamoDBClient(own);
  sqs = new SQSClient(own);
});
afterAll(async () => {
  dynamodb.destroy();
  sqs.destroy();
  await account.gateway.close();
});

const Key = { stream: { S: 'in process' }, version: { N: '1' } };
const read = async () =>
  (await dynamodb.send(new GetItemCommand({ TableName: 'events', Key, ConsistentRead: true }))).Item;

test('a write is read again, and both are the operator’s calls', async () => {
  await dynamodb.send(new PutItemCommand({ TableName: 'events', Item: { ...Key, data: { B: Buffer.from('bytes') } } }));
  expect(await read()).toEqual({ ...Key, data: { B: new Uint8Array(Buffer.from('bytes')) } });
  expect(account.last('PutItem')).toMatchObject({
    caller: 'operator',
    service: 'dynamodb',
    status: 200,
    writeUnits: 1,
  });
  expect(account.written).toContain('events');
});

test('an error is the service’s own', async () => {
  await expect(dynamodb.send(new GetItemCommand({ TableName: 'nothing', Key }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('a fault strikes it: before, nothing is done; after, the answer is lost', async () => {
  const put = (version: string) =>
    dynamodb.send(
      new PutItemCommand({ TableName: 'events', Item: { stream: { S: 'struck' }, version: { N: version } } }),
    );
  account.gateway.faults.onCall({ caller: 'operator', operation: 'PutItem' }, 'before');
  await expect(put('1')).rejects.toMatchObject({ code: 'ECONNRESET' });
  account.gateway.faults.onCall({ caller: 'operator', operation: 'PutItem' }, 'after');
  await expect(put('2')).rejects.toMatchObject({ code: 'ECONNRESET' });
  const has = async (version: string) => {
    const query = new GetItemCommand({
      TableName: 'events',
      Key: { stream: { S: 'struck' }, version: { N: version } },
    });
    return (await dynamodb.send(query)).Item !== undefined;
  };
  expect([await has('1'), await has('2')]).toEqual([false, true]);
});

test('a long poll ends at once when its caller goes, and what comes later waits for another', async () => {
  const abort = new AbortController();
  // Without a dead-letter queue of its own: here, putting back counts as a receive.
  const QueueUrl = account.queueUrl.replace(/jobs$/, 'events-DeadLetters');
  const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: abort.signal });
  abort.abort();
  await expect(poll).rejects.toMatchObject({ name: 'AbortError' });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later' }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
  expect(Messages).toMatchObject([{ Body: 'later' }]);
});
