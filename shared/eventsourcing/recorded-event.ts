/** An event once it is in a stream: numbered, timed, attributed, chained to the one before, and carrying the state it led to. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { DomainEvent } from './decider.ts';

/** Who caused an event, and what it belongs to. */
export interface EventMeta {
  /** User id, `system:<function>` or `admin:<id>`. */
  readonly actor: string;
  /** Shared by everything that one request led to. */
  readonly correlationId: string;
  /** Id of the event or request that led to this one; absent where it is the correlation id itself. */
  readonly causationId?: string;
}

export interface RecordedEvent<Event extends DomainEvent = DomainEvent, State = unknown> {
  readonly stream: string;
  /** 1 for a stream's first event, then without a gap. */
  readonly version: number;
  /** UUIDv7. */
  readonly id: string;
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly event: Event;
  readonly meta: EventMeta;
  /** The aggregate after this event. */
  readonly state: State;
  /** SHA-256 over the previous event's hash and this event's canonical JSON (RFC 8785), without the state. */
  readonly hash: Uint8Array;
}

/** What a stream's next event needs to know of the newest one. */
export type Tail<State> = Pick<RecordedEvent<DomainEvent, State>, 'version' | 'id' | 'at' | 'state' | 'hash'>;

/** The hash that chains an event to the one before it. */
export const chainHash = (
  previous: Uint8Array | undefined,
  { stream, version, id, at, event, meta }: Omit<RecordedEvent, 'state' | 'hash'>,
): Uint8Array => {
  const canonical = canonicalize({ stream, version, id, at, event, meta }) ?? '';
  return createHash('sha256')
    .update(previous ?? new Uint8Array(0))
    .update(canonical)
    .digest();
};
