/** Publishes what was recorded: an events table's stream to the bus. Nothing else publishes, so no event is told that did not happen. */

import type { Logger } from '@aws-lambda-powertools/logger';
import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { DomainEvent } from '../eventsourcing/decider.ts';
import type { RecordedEvent } from '../eventsourcing/recorded-event.ts';
import { parseOwnerKey } from '../owner.ts';
import type { PublishedEvent } from './published-event.ts';
import { failedRecord, recordedEventOf } from './stream-consumer.ts';

/** EventBridge takes at most 10 entries a call. */
const entriesPerCall = 10;

/** The published part of a recorded event, or nothing when the event is the service's own affair. */
export type ToPublished<Event extends DomainEvent, State> = (
  recorded: RecordedEvent<Event, State>,
) => { readonly type: string; readonly data: unknown } | undefined;

export interface RelayOptions<Event extends DomainEvent, State> {
  readonly client: EventBridgeClient;
  readonly logger: Logger;
  readonly bus: string;
  /** For example `tessera.credits`. */
  readonly source: string;
  readonly toPublished: ToPublished<Event, State>;
}

/** The envelope around a published event. Its id is the recorded event's, so that consumers see duplicates as such. */
export const envelope = (recorded: RecordedEvent, published: { type: string; data: unknown }): PublishedEvent => {
  const { app, user } = parseOwnerKey(recorded.stream);
  const { id, version, at, meta } = recorded;
  const { correlationId, causationId = correlationId } = meta;
  return {
    id,
    type: published.type,
    schemaVersion: 1,
    app,
    user,
    version,
    at,
    correlationId,
    causationId,
    data: published.data,
  };
};

export const relay = <Event extends DomainEvent, State>({
  client,
  logger,
  bus,
  source,
  toPublished,
}: RelayOptions<Event, State>) => {
  const toEntry = (record: DynamoDBRecord): PutEventsRequestEntry | undefined => {
    const recorded = recordedEventOf<Event, State>(record);
    const published = recorded && toPublished(recorded);
    if (!recorded || !published) return undefined;
    const detail = envelope(recorded, published);
    return {
      EventBusName: bus,
      Source: source,
      DetailType: detail.type,
      Detail: JSON.stringify(detail),
      Time: new Date(detail.at),
    };
  };

  const publish = async (
    batch: readonly { record: DynamoDBRecord; entry: PutEventsRequestEntry }[],
  ): Promise<DynamoDBRecord[]> => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) }));
    return batch.filter((_, index) => Entries[index]?.ErrorCode !== undefined).map(({ record }) => record);
  };

  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const entries = Records.flatMap((record) => {
      const entry = toEntry(record);
      return entry ? [{ record, entry }] : [];
    });
    for (let start = 0; start < entries.length; start += entriesPerCall) {
      const batch = entries.slice(start, start + entriesPerCall);
      const failed = await publish(batch).catch((error: unknown) => {
        logger.error('bus refused a batch', { error: error as Error });
        return batch.map(({ record }) => record);
      });
      const [first] = failed;
      // Lambda repeats from the first failure on; what went through before it is not published again.
      if (first) {
        logger.warn('events not published yet', { failed: failed.length });
        return { batchItemFailures: [failedRecord(first)] };
      }
    }
    return { batchItemFailures: [] };
  };
};
