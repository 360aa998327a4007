/** Where streams live. One contract, run over the DynamoDB store and the in-memory one (`event-store.contract.ts`). */
import type { DomainEvent } from './decider.ts';
import type { RecordedEvent, Tail } from './recorded-event.ts';

/** A write that must happen at most once for ever, whatever else happened to the stream since. */
export interface UniqueMarker {
  /** Unique within the stream, for example `grant:pi_123`. */
  readonly key: string;
}

export type AppendOutcome =
  /** The events are in the stream; `again` when an earlier try of this very append had put them there and its answer was lost. */
  | { readonly status: 'appended'; readonly again: boolean }
  /** Somebody else appended first: load and decide again. */
  | { readonly status: 'conflict' }
  /** The marker exists: the command was done before. */
  | { readonly status: 'done-before' };

export interface ReadOptions {
  readonly direction?: 'forward' | 'backward';
  /** Read on behind this version, in the reading direction. */
  readonly after?: number;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface EventStore<State, Event extends DomainEvent> {
  /** The newest event's number, hash and state; one consistent read whatever the stream's length. */
  load(stream: string): Promise<Tail<State> | undefined>;
  /** All or nothing. `events` follow each other and the stream's newest event without a gap. At most 20. */
  append(events: readonly RecordedEvent<Event, State>[], marker?: UniqueMarker): Promise<AppendOutcome>;
  /** Whether something was appended to the stream with this marker. Consistent. */
  isMarked(stream: string, marker: UniqueMarker): Promise<boolean>;
  /** One page of a stream's events, oldest first unless told otherwise. Consistent. */
  read(stream: string, options: ReadOptions): Promise<readonly RecordedEvent<Event, State>[]>;
}

/** DynamoDB takes 100 items in a transaction; a command that needs more than this is a design error. */
export const maxEventsPerAppend = 20;

/** Keys of marker items begin with this; no stream's may. */
export const markerPrefix = 'command#';

/** @throws RangeError for what no store may take: no events, too many, or a stream in the markers' place. */
export const firstToAppend = <Recorded extends RecordedEvent>(events: readonly Recorded[]): Recorded => {
  const [first] = events;
  if (!first || events.length > maxEventsPerAppend)
    throw new RangeError(`append takes 1 to ${maxEventsPerAppend} events`);
  if (first.stream.startsWith(markerPrefix)) throw new RangeError(`no stream may begin with ${markerPrefix}`);
  return first;
};

/** Every event of a stream, oldest first, page by page. */
export async function* readAll<State, Event extends DomainEvent>(
  store: Pick<EventStore<State, Event>, 'read'>,
  stream: string,
  pageSize = 500,
): AsyncGenerator<RecordedEvent<Event, State>> {
  let after = 0;
  for (;;) {
    const page = await store.read(stream, { after, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.version;
  }
}
