/** I6 for one stream: versions are gapless, hashes chain, and every stored state equals the fold of the events up to it. */
import { isDeepStrictEqual } from 'node:util';
import type { Decider, DomainEvent } from './decider.ts';
import { chainHash, type RecordedEvent } from './recorded-event.ts';

export interface StreamFault {
  readonly stream: string;
  readonly version: number;
  readonly fault: 'gap' | 'hash' | 'state';
}

/** The first fault of a stream's events, oldest first, or nothing. */
export const verifyStream = <State, Event extends DomainEvent>(
  { initialState, evolve }: Pick<Decider<State, never, Event, never>, 'initialState' | 'evolve'>,
  events: Iterable<RecordedEvent<Event, State>>,
): StreamFault | undefined => {
  let version = 0;
  let state = initialState;
  let hash: Uint8Array | undefined;
  for (const recorded of events) {
    const { stream } = recorded;
    version += 1;
    if (recorded.version !== version) return { stream, version, fault: 'gap' };
    hash = chainHash(hash, recorded);
    if (!Buffer.from(hash).equals(recorded.hash)) return { stream, version, fault: 'hash' };
    state = evolve(state, recorded.event);
    if (!isDeepStrictEqual(withoutUndefined(state), withoutUndefined(recorded.state)))
      return { stream, version, fault: 'state' };
  }
  return undefined;
};

/** A table does not keep what is undefined; JSON does not either. */
const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
