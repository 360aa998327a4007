/** What Lambda hands over from an events table's stream. */
import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { toItem } from '../eventsourcing/event-item.ts';
import type { RecordedEvent } from '../eventsourcing/recorded-event.ts';

/** An item that was put, as a stream record. */
export const insertedRecord = (item: object, sequenceNumber: string): DynamoDBRecord => {
  const image: Record<string, SdkValue> = marshall(item, { removeUndefinedValues: true });
  return {
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: sequenceNumber, NewImage: image as Record<string, AttributeValue> },
  };
};

/** Recorded events with sequence numbers `1`, `2` and so on. */
export const streamEvent = (events: readonly RecordedEvent[]): DynamoDBStreamEvent => ({
  Records: events.map((event, index) => insertedRecord(toItem(event), String(index + 1))),
});
