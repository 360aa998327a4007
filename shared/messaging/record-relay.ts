/** Publishes what a change of a record tells: the stream of a table whose items are changed in place, to the bus. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { PublishedEvent } from './published-event.ts';
import { type Bus, type Pending, putEvents } from './put-events.ts';

/** The item before and after one write. Two writes are two changes, in the order they were made. */
export interface RecordChange<Item> {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface RecordRelayOptions<Item> extends Bus {
  /** Events with ids made from the record's version: a change is delivered more than once. */
  readonly toPublished: (change: RecordChange<Item>) => readonly PublishedEvent[];
}

const changeOf = <Item>({ dynamodb: { OldImage, NewImage } = {} }: DynamoDBRecord): RecordChange<Item> => {
  const itemOf = (image: typeof NewImage) => image && (unmarshall(image as Record<string, AttributeValue>) as Item);
  return { before: itemOf(OldImage), after: itemOf(NewImage) };
};

export const recordRelay = <Item>({ toPublished, ...bus }: RecordRelayOptions<Item>) => {
  const put = putEvents(bus);
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
    put(Records.flatMap((record) => toPublished(changeOf<Item>(record)).map((event): Pending => ({ record, event }))));
};
