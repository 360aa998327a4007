import type { Context, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { createLogger } from '../observability/logger.ts';
import { publishedEvent } from './published-event.ts';
import { busConsumer, queueConsumer } from './queue-consumer.ts';

process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

const context = {} as Context;
const sqsEvent = (bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index + 1}`,
    receiptHandle: 'receipt',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:queue',
    awsRegion: 'eu-west-1',
  })),
});

describe('a queue consumer', () => {
  const message = z.strictObject({ number: z.int() });
  const consume = async (bodies: readonly string[]) => {
    const handled: number[] = [];
    const consumer = queueConsumer(createLogger('test'), message, async ({ number }) => {
      if (number < 0) throw new Error('no');
      handled.push(number);
    });
    return { answer: await consumer(sqsEvent(bodies), context), handled: handled.toSorted((a, b) => a - b) };
  };

  test('handles every message', async () =>
    expect(await consume(['{"number":1}', '{"number":2}'])).toEqual({
      answer: { batchItemFailures: [] },
      handled: [1, 2],
    }));
  test('reports those that fail, and handles the others', async () =>
    expect(await consume(['{"number":1}', '{"number":-1}', '{"number":3}'])).toEqual({
      answer: { batchItemFailures: [{ itemIdentifier: 'message-2' }] },
      handled: [1, 3],
    }));
  test('reports what is not JSON or not as the schema says', async () =>
    expect(await consume(['{', '{"number":"1"}', '{"number":1,"more":2}', '{"number":4}'])).toEqual({
      answer: {
        batchItemFailures: ['message-1', 'message-2', 'message-3'].map((itemIdentifier) => ({ itemIdentifier })),
      },
      handled: [4],
    }));
  test('reports all when all fail, and does not throw', async () =>
    expect((await consume(['{"number":-1}', '{"number":-2}'])).answer.batchItemFailures).toHaveLength(2));
});

describe('a consumer of bus events', () => {
  const detail = {
    id: 'event-1',
    type: 'NumberAdded',
    schemaVersion: 1,
    app: 'sparky',
    user: 'user-1',
    version: 1,
    at: '2026-11-05T10:00:00.000Z',
    correlationId: 'request-1',
    causationId: 'request-1',
    data: { by: 1 },
  };
  const body = (more: object = {}) =>
    JSON.stringify({
      id: 'bus-1',
      source: 'tessera.test',
      'detail-type': 'NumberAdded',
      detail: { ...detail, ...more },
    });
  const numberAdded = publishedEvent('NumberAdded', z.object({ by: z.int() }));

  test('is given the published event; what is none is reported', async () => {
    const handled: unknown[] = [];
    const consumer = busConsumer(createLogger('test'), numberAdded, async (event) => {
      handled.push(event);
    });
    const answer = await consumer(sqsEvent([body(), body({ schemaVersion: 2 }), body({ type: 'Other' })]), context);
    expect(handled).toEqual([detail]);
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['message-2', 'message-3']);
  });

  test('handles one event after the other', async () => {
    const steps: string[] = [];
    const consumer = busConsumer(createLogger('test'), numberAdded, async ({ data }) => {
      steps.push(`begin ${data.by}`);
      await Promise.resolve();
      steps.push(`end ${data.by}`);
    });
    await consumer(sqsEvent([body(), body({ data: { by: 2 } })]), context);
    expect(steps).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });
});
