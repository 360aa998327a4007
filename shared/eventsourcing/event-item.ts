/** Recorded events as items of a table. Apart from the store, so that readers of a table's stream need no DynamoDB client. */
import type { DomainEvent } from './decider.ts';
import type { EventMeta, RecordedEvent } from './recorded-event.ts';

/** An event as a table item. `data` is the event without its type. */
export interface EventItem {
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly data: Record<string, unknown>;
  readonly meta: EventMeta;
  readonly state: unknown;
  readonly hash: Uint8Array;
}

export const toItem = ({ event, ...recorded }: RecordedEvent): EventItem => {
  const { type, ...data } = event;
  return { ...recorded, type, data };
};

export const fromItem = <Event extends DomainEvent, State>({
  type,
  data,
  ...item
}: EventItem): RecordedEvent<Event, State> => ({
  ...item,
  // What is in the table was validated before it was written, and nothing can change it there.
  event: { ...data, type } as unknown as Event,
  state: item.state as State,
});
