/**
 * Streams in one DynamoDB table: partition key `stream`, sort key `version`. Nothing is ever updated or deleted,
 * and IAM lets nobody do so. The newest event carries the state, so loading costs one read whatever the history.
 */
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DomainEvent } from './decider.ts';
import { type EventItem, fromItem, toItem } from './event-item.ts';
import { type AppendOutcome, type EventStore, firstToAppend, markerPrefix, type UniqueMarker } from './event-store.ts';
import type { RecordedEvent, Tail } from './recorded-event.ts';

export { type EventItem, fromItem, toItem } from './event-item.ts';
export { markerPrefix } from './event-store.ts';

interface Write {
  readonly Item: Record<string, unknown>;
  readonly isMarker: boolean;
}

const markerStream = (stream: string, { key }: UniqueMarker): string => `${markerPrefix}${stream}#${key}`;

export const dynamoEventStore = <State, Event extends DomainEvent>(
  client: DynamoDBDocumentClient,
  table: string,
): EventStore<State, Event> => {
  const absent = {
    TableName: table,
    // `stream` is one of DynamoDB's reserved words.
    ConditionExpression: 'attribute_not_exists(#stream)',
    ExpressionAttributeNames: { '#stream': 'stream' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;

  const appendOne = async (event: RecordedEvent<Event, State>): Promise<AppendOutcome> => {
    try {
      await client.send(new PutCommand({ ...absent, Item: toItem(event) }));
      return { status: 'appended', again: false };
    } catch (error) {
      // Somebody's transaction on this very item is under way.
      if (error instanceof TransactionConflictException) return { status: 'conflict' };
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The SDK retries a call whose answer was lost, and then meets its own event.
      return error.Item?.id?.S === event.id ? { status: 'appended', again: true } : { status: 'conflict' };
    }
  };

  const appendTogether = async (writes: readonly Write[], firstId: string): Promise<AppendOutcome> => {
    try {
      await client.send(
        new TransactWriteCommand({ TransactItems: writes.map(({ Item }) => ({ Put: { ...absent, Item } })) }),
      );
      return { status: 'appended', again: false };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = error.CancellationReasons ?? [];
      if (reasons.some(({ Code }) => Code && !['None', 'ConditionalCheckFailed', 'TransactionConflict'].includes(Code)))
        throw error;
      if (reasons.some(({ Item }) => Item?.id?.S === firstId)) return { status: 'appended', again: true };
      const markerExists = writes.some(
        ({ isMarker }, index) => isMarker && reasons[index]?.Code === 'ConditionalCheckFailed',
      );
      return { status: markerExists ? 'done-before' : 'conflict' };
    }
  };

  const markerItem = (first: RecordedEvent, marker: UniqueMarker): Write => ({
    Item: { stream: markerStream(first.stream, marker), version: 0, id: first.id, at: first.at },
    isMarker: true,
  });

  /** Also for markers, although they are single items: so functions need no other permission. */
  const newestItem = async (stream: string): Promise<Record<string, unknown> | undefined> => {
    const { Items } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#stream = :stream',
        ExpressionAttributeNames: { '#stream': 'stream' },
        ExpressionAttributeValues: { ':stream': stream },
        ScanIndexForward: false,
        Limit: 1,
        ConsistentRead: true,
      }),
    );
    return Items?.[0];
  };

  return {
    async load(stream): Promise<Tail<State> | undefined> {
      const item = (await newestItem(stream)) as EventItem | undefined;
      return item && fromItem<Event, State>(item);
    },

    isMarked: async (stream, marker) => (await newestItem(markerStream(stream, marker))) !== undefined,

    async append(events, marker) {
      const first = firstToAppend(events);
      if (events.length === 1 && !marker) return appendOne(first);
      const writes = events.map((event): Write => ({ Item: { ...toItem(event) }, isMarker: false }));
      return appendTogether(marker ? [...writes, markerItem(first, marker)] : writes, first.id);
    },

    async read(stream, { direction = 'forward', after, limit }) {
      const forward = direction === 'forward';
      const bound = after === undefined ? '' : ` AND version ${forward ? '>' : '<'} :after`;
      const events: RecordedEvent<Event, State>[] = [];
      let from: Record<string, unknown> | undefined;
      // A page holds at most 1 MB, so a long read may take several; each brings at least one event or the end.
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: `#stream = :stream${bound}`,
            ExpressionAttributeNames: { '#stream': 'stream' },
            ExpressionAttributeValues: { ':stream': stream, ...(after === undefined ? {} : { ':after': after }) },
            ScanIndexForward: forward,
            Limit: limit - events.length,
            ConsistentRead: true,
            ...(from ? { ExclusiveStartKey: from } : {}),
          }),
        );
        events.push(...Items.map((item) => fromItem<Event, State>(item as EventItem)));
        from = LastEvaluatedKey;
      } while (from && events.length < limit);
      return events;
    },
  };
};
