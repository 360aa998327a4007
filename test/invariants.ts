/**
 * The invariants of the design, checked over everything the events tables hold: I1 conservation, I2 never negative,
 * I3 every hold ends once, I4 completed means charged, I6 gapless chained streams whose states are the folds.
 */
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { account } from '#services/credits/domain/account.ts';
import { job } from '#services/generation/domain/job.ts';
import type { Decider, DomainEvent } from '#shared/eventsourcing/decider.ts';
import { type EventItem, fromItem, markerPrefix } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { verifyStream } from '#shared/eventsourcing/verify-stream.ts';

export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I6';
  readonly stream: string;
  readonly what: string;
}

type EventOf<D> = D extends Decider<infer _State, infer _Command, infer Event, infer _Rejection> ? Event : never;
type StateOf<D> = D extends Decider<infer State, infer _Command, infer _Event, infer _Rejection> ? State : never;
type AccountEvents = readonly RecordedEvent<EventOf<typeof account>, StateOf<typeof account>>[];
type JobEvents = readonly RecordedEvent<EventOf<typeof job>, StateOf<typeof job>>[];

/** Every stream of a table, its events oldest first. */
export const readStreams = async <Event extends DomainEvent, State>(
  client: DynamoDBDocumentClient,
  table: string,
): Promise<Map<string, RecordedEvent<Event, State>[]>> => {
  const streams = new Map<string, RecordedEvent<Event, State>[]>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const item of Items as EventItem[]) {
      if (item.stream.startsWith(markerPrefix)) continue;
      const events = streams.get(item.stream) ?? [];
      events.push(fromItem<Event, State>(item));
      streams.set(item.stream, events);
    }
  }
  for (const events of streams.values()) events.sort((one, other) => one.version - other.version);
  return streams;
};
