/** Reads a queue, message by message. A message that fails comes again alone and, after the queue's bound, goes to the dead-letter queue. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { busMessage, type PublishedEvent } from './published-event.ts';

export interface QueueConsumerOptions {
  /** Default: a batch's messages are handled at the same time. */
  readonly oneByOne?: boolean;
}

/** Thrown by a handler whose message is to come again by design: no fault, so it is not logged as one. */
export class ComesAgain extends Error {
  override readonly name: string = 'ComesAgain';
}

/** A handler that gives each message, validated, to `handle`. */
export const queueConsumer =
  <Message>(
    logger: Logger,
    schema: z.ZodType<Message>,
    handle: (message: Message, record: SQSRecord) => Promise<void>,
    { oneByOne = false }: QueueConsumerOptions = {},
  ) =>
  (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const handleRecord = async (record: SQSRecord) => {
      try {
        await handle(schema.parse(JSON.parse(record.body)), record);
      } catch (error) {
        if (error instanceof ComesAgain)
          logger.info('message comes again', { messageId: record.messageId, why: error.message });
        else logger.error('message failed', { messageId: record.messageId, error: error as Error });
        throw error;
      }
    };
    return processPartialResponse(event, handleRecord, new BatchProcessor(EventType.SQS), {
      context,
      throwOnFullBatchFailure: false,
      processInParallel: !oneByOne,
    });
  };

/**
 * A handler of bus events that a rule put into a queue. `schema` is a published event or a union of them. One by one, so
 * that each log line carries its own event's ids, and events of one aggregate do not contend with each other.
 */
export const busConsumer = <Event extends PublishedEvent>(
  logger: Logger,
  schema: z.ZodType<Event>,
  handle: (event: Event) => Promise<void>,
) =>
  queueConsumer(
    logger,
    busMessage(schema) as unknown as z.ZodType<{ detail: Event }>,
    async ({ detail }) => {
      logger.appendKeys({ correlationId: detail.correlationId, eventId: detail.id, eventType: detail.type });
      await handle(detail);
    },
    { oneByOne: true },
  );
