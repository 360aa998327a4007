/** Publishes what was recorded: an events table's stream to the bus. Nothing else publishes, so no event is told that did not happen. */
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { DomainEvent } from '../eventsourcing/decider.ts';
import type { RecordedEvent } from '../eventsourcing/recorded-event.ts';
import { parseOwnerKey } from '../owner.ts';
import type { PublishedEvent } from './published-event.ts';
import { type Bus, type Pending, putEvents } from './put-events.ts';
import { recordedEventOf } from './stream-consumer.ts';

/** The published part of a recorded event, or nothing when the event is the service's own affair. */
export type ToPublished<Event extends DomainEvent, State> = (
  recorded: RecordedEvent<Event, State>,
) => { readonly type: string; readonly data: unknown } | undefined;

export interface RelayOptions<Event extends DomainEvent, State> extends Bus {
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

export const relay = <Event extends DomainEvent, State>({ toPublished, ...bus }: RelayOptions<Event, State>) => {
  const put = putEvents(bus);
  const toEvent = (record: DynamoDBRecord): PublishedEvent | undefined => {
    const recorded = recordedEventOf<Event, State>(record);
    const published = recorded && toPublished(recorded);
    return recorded && published && envelope(recorded, published);
  };
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
    put(
      Records.flatMap((record): Pending[] => {
        const event = toEvent(record);
        return event ? [{ record, event }] : [];
      }),
    );
};
