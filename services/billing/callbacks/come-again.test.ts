import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { SourceUnavailable } from '#shared/last-good.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { showAgain } from '#shared/messaging/show-again.ts';
import { ProviderFailure } from '../providers/provider.ts';
import type { CallbackMessage } from './callback-message.ts';
import { comeAgain } from './come-again.ts';
import { maxReceives } from './pauses.ts';

const message = { id: 'stripe:evt_1' } as CallbackMessage;

/** What its delivery of that number comes to, where applying it fails so. */
const deliver = async (error: Error | undefined, receives = 1) => {
  const shown: number[] = [];
  const counted: string[] = [];
  const consume = comeAgain({
    apply: async () => {
      if (error) throw error;
    },
    show: async (_, seconds) => void shown.push(seconds),
    count: (alarm) => void counted.push(alarm),
  });
  const delivery = { receiptHandle: 'r', attributes: { ApproximateReceiveCount: String(receives) } };
  const thrown = await consume(message, delivery).catch((other: unknown) => other);
  return { shown, counted, thrown };
};
const down = new ProviderFailure('unavailable', 'Stripe does not answer');

test('FS8 a provider may be away for six hours: what it told comes again, later each time, and rings after a quarter of an hour', async () => {
  const pauses: number[] = [];
  let quietSeconds = 0;
  for (let receives = 1; receives < maxReceives; receives += 1) {
    const { shown, counted, thrown } = await deliver(down, receives);
    expect(thrown).toBeInstanceOf(ComesAgain);
    pauses.push(...shown);
    if (counted.length === 0) quietSeconds += shown[0] ?? 0;
  }
  expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
  const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600;
  expect(hours).toBeGreaterThan(6);
  expect(hours).toBeLessThan(7);
  expect(quietSeconds).toBeLessThan(20 * 60);
  expect(await deliver(down, maxReceives)).toEqual({ shown: [], counted: [], thrown: down });
});

test.each([new ComesAgain('its capture was not heard of yet'), new SourceUnavailable('the keys are away')])(
  'FS8 what has to wait comes again after a pause of its own: %s',
  async (error) => {
    const { shown, counted, thrown } = await deliver(error);
    expect([shown, counted]).toEqual([[1], []]);
    expect(String(thrown)).toContain(error.message);
  },
);

test.each([new ProviderFailure('refused', 'the key is no good'), new Error('a defect')])(
  'FS8 what no time mends is left to the queue and its dead letters: %s',
  async (error) => expect(await deliver(error)).toEqual({ shown: [], counted: [], thrown: error }),
);

test('FS8 what was applied is not shown again', async () =>
  expect(await deliver(undefined)).toEqual({ shown: [], counted: [], thrown: undefined }));

let server: FauxqsServer;
let sqs: SQSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ endpoint: `http://127.0.0.1:${server.port}`, region: 'eu-west-1', credentials });
});
afterAll(async () => {
  sqs.destroy();
  await server.stop();
});

test('FS8 the queue takes the pause', async () => {
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'work', Attributes: { VisibilityTimeout: '0' } }),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
  const receive = async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }))).Messages;
  const [{ ReceiptHandle = '' } = {}] = (await receive()) ?? [];
  const consume = comeAgain({ apply: () => Promise.reject(down), show: showAgain(sqs, QueueUrl), count: () => {} });
  const delivery = { receiptHandle: ReceiptHandle, attributes: { ApproximateReceiveCount: '9' } };
  await expect(consume(message, delivery)).rejects.toThrow(ComesAgain);
  expect((await receive()) ?? []).toEqual([]);
});
