/** The event store's contract in memory, for unit tests and simulations. */
import type { DomainEvent } from './decider.ts';
import {
  type AppendOutcome,
  type EventStore,
  firstToAppend,
  type ReadOptions,
  type UniqueMarker,
} from './event-store.ts';
import type { RecordedEvent, Tail } from './recorded-event.ts';

export const memoryEventStore = <State, Event extends DomainEvent>(): EventStore<State, Event> => {
  const streams = new Map<string, RecordedEvent<Event, State>[]>();
  const markers = new Map<string, string>();
  const keyOf = (stream: string, { key }: UniqueMarker) => `${stream}#${key}`;
  const eventsOf = (stream: string) => streams.get(stream) ?? [];

  const append = (events: readonly RecordedEvent<Event, State>[], marker?: UniqueMarker): AppendOutcome => {
    const first = firstToAppend(events);
    const stream = eventsOf(first.stream);
    const markerKey = marker && keyOf(first.stream, marker);
    const markedBy = markerKey && markers.get(markerKey);
    if (stream[first.version - 1]?.id === first.id) return { status: 'appended', again: true };
    if (markedBy) return { status: 'done-before' };
    if (stream.length !== first.version - 1) return { status: 'conflict' };
    streams.set(first.stream, [...stream, ...structuredClone(events)]);
    if (markerKey) markers.set(markerKey, first.id);
    return { status: 'appended', again: false };
  };

  return {
    load: async (stream): Promise<Tail<State> | undefined> => eventsOf(stream).at(-1),
    append: async (events, marker) => append(events, marker),
    isMarked: async (stream, marker) => markers.has(keyOf(stream, marker)),
    read: async (stream, { direction = 'forward', after, limit }: ReadOptions) => {
      const events = eventsOf(stream);
      const inOrder = direction === 'forward' ? events : events.toReversed();
      const isBehind = (version: number) =>
        after === undefined || (direction === 'forward' ? version > after : version < after);
      return inOrder.filter(({ version }) => isBehind(version)).slice(0, limit);
    },
  };
};
