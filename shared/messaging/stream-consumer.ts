/**
 * Reads an events table's stream. A record that fails is reported by its sequence number, so that Lambda repeats from
 * there and, at the bounds the mapping sets, sends it to the dead-letter queue; others go on.
 */

import type { Logger } from '@aws-lambda-powertools/logger';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { DomainEvent } from '../eventsourcing/decider.ts';
import { type EventItem, fromItem } from '../eventsourcing/event-item.ts';
import { markerPrefix } from '../eventsourcing/event-store.ts';
import type { RecordedEvent } from '../eventsourcing/recorded-event.ts';

/** The event in a stream record; nothing for a marker item and for what TTL or an operator removed. */
export const recordedEventOf = <Event extends DomainEvent, State>(
  record: DynamoDBRecord,
): RecordedEvent<Event, State> | undefined => {
  const image = record.dynamodb?.NewImage;
  if (record.eventName !== 'INSERT' || !image) return undefined;
  const item = unmarshall(image as Record<string, AttributeValue>);
  if (String(item.stream).startsWith(markerPrefix)) return undefined;
  return fromItem<Event, State>(item as EventItem);
};

/**
 * An events table only grows. A record of anything else means that somebody wrote past the event store: it is not handled,
 * and the log line rings an alarm (`infra/constructs/consumers.ts`).
 */
export const reportTampering = (logger: Logger, { eventName, dynamodb }: DynamoDBRecord): void => {
  if (eventName !== 'INSERT') logger.error('recorded event changed', { eventName, keys: dynamodb?.Keys });
};

export const failedRecord = (record: DynamoDBRecord) => ({ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' });

/** A handler that gives each recorded event to `handle`, in the stream's order. */
export const streamConsumer =
  <Event extends DomainEvent, State>(logger: Logger, handle: (event: RecordedEvent<Event, State>) => Promise<void>) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    for (const record of Records) {
      try {
        reportTampering(logger, record);
        const recorded = recordedEventOf<Event, State>(record);
        if (recorded) await handle(recorded);
      } catch (error) {
        logger.error('stream record failed', {
          sequenceNumber: record.dynamodb?.SequenceNumber,
          error: error as Error,
        });
        // Lambda repeats everything from the first failure on, so what follows is left for then.
        return { batchItemFailures: [failedRecord(record)] };
      }
    }
    return { batchItemFailures: [] };
  };
