import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, expect, test } from '@jest/globals';
import { startFauxqs } from 'fauxqs';
import type { SocketMessage } from '../contracts.ts';
import { type FanOutMessage, fanOutMessage, sendFanOut } from './fan-out-message.ts';

const server = await startFauxqs({ port: 0, logger: false });
const endpoint = `http://127.0.0.1:${server.port}`;
const client = new SQSClient({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

const messageOf = (changed: readonly string[]): SocketMessage => ({
  type: 'catalog.changed',
  id: 'event-1',
  key: 'catalog',
  version: 2,
  at: '2026-11-21T10:00:00.000Z',
  cursor: 'c',
  data: { changed: [...changed], truncated: true },
});
const pageOf = (after: string): FanOutMessage => ({
  kind: 'page',
  app: 'sparky',
  shard: 3,
  after,
  message: messageOf(['a']),
});

/** A batch as large as any. */
const largest: FanOutMessage = {
  kind: 'batch',
  connections: Array.from({ length: 100 }, (_, index) => ({
    owner: 'x'.repeat(169),
    connection: `${index}`.padEnd(32),
  })),
  message: messageOf(Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(200, 'ü'))),
  attempt: 1,
};

test('SP14 whatever is sent comes as it was, ten messages a call and no more bytes than a call takes', async () => {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'fan-out' }));
  const calls: number[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName === 'SendMessageBatchCommand') calls.push((args.input as { Entries: [] }).Entries.length);
      return next(args);
    },
    { step: 'initialize' },
  );
  const pages = Array.from({ length: 11 }, (_, index) => pageOf(`p${index}`));
  await sendFanOut(client, QueueUrl)([...pages, ...Array<FanOutMessage>(6).fill(largest)]);
  expect(calls).toEqual([10, 4, 3]);
  const received: unknown[] = [];
  for (let reads = 0; reads < 5 && received.length < 17; reads += 1) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    received.push(...Messages.map(({ Body = '' }) => fanOutMessage.parse(JSON.parse(Body))));
  }
  expect(received).toHaveLength(17);
  expect(received).toEqual(expect.arrayContaining([...pages, largest]));
});
