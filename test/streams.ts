/** What the events tables and read models hold, as checks of the whole system read it. */
import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { account } from '#services/credits/domain/account.ts';
import type { Decider, DomainEvent } from '#shared/eventsourcing/decider.ts';
import { type EventItem, fromItem, markerPrefix } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { verifyStream } from '#shared/eventsourcing/verify-stream.ts';

export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7';
  readonly stream: string;
  readonly what: string;
}

export type EventOf<D> = D extends Decider<infer _State, infer _Command, infer Event, infer _Rejection> ? Event : never;
export type StateOf<D> = D extends Decider<infer State, infer _Command, infer _Event, infer _Rejection> ? State : never;

export type AccountEvents = readonly RecordedEvent<EventOf<typeof account>, StateOf<typeof account>>[];

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

export const readRows = async (
  client: DynamoDBDocumentClient,
  table: string,
): Promise<Map<string, Record<string, unknown>>> => {
  const rows = new Map<string, Record<string, unknown>>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
    for (const row of Items) rows.set(JSON.stringify([row.owner, row.id ?? '']), row);
  return rows;
};

/** What is undefined is not written, so it is not compared. */
export const isSubset = (expected: object, row: Record<string, unknown> | undefined): boolean =>
  row !== undefined &&
  Object.entries(expected).every(
    ([name, value]) => value === undefined || isDeepStrictEqual(JSON.parse(JSON.stringify(value)), row[name]),
  );

/** I6: gapless, chained, and every state the fold of what came before. */
export const chainViolations = <Event extends DomainEvent, State>(
  decider: Pick<Decider<State, never, Event, never>, 'initialState' | 'evolve'>,
  streams: ReadonlyMap<string, readonly RecordedEvent<Event, State>[]>,
): Violation[] =>
  [...streams].flatMap(([stream, events]) => {
    const fault = verifyStream(decider, events);
    return fault ? [{ invariant: 'I6' as const, stream, what: `version ${fault.version}: ${fault.fault}` }] : [];
  });
