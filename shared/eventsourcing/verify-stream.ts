/** I6 for one stream: versions are gapless, hashes chain, and every stored state equals the fold of the events up to it. */
import { isDeepStrictEqual } from 'node:util';
import type { Decider, DomainEvent } from './decider.ts';
import { chainHash, type RecordedEvent } from './recorded-event.ts';

export interface StreamFault {
  readonly stream: string;
  /** Of the first event that is wrong; for a gap, the number that is missing. */
  readonly version: number;
  readonly fault: 'gap' | 'hash' | 'state';
}

type Folding<State, Event extends DomainEvent> = Pick<Decider<State, never, Event, never>, 'initialState' | 'evolve'>;

/** Whatever was done to a stored event, asking about its hash must not fail. */
const chained = (previous: Uint8Array | undefined, recorded: RecordedEvent): Uint8Array | undefined => {
  try {
    const hash = chainHash(previous, recorded);
    return Buffer.from(hash).equals(recorded.hash) ? hash : undefined;
  } catch {
    return undefined;
  }
};

/** Nor may folding it: an event that its state does not allow is as wrong as one that leads elsewhere. */
const folded = <State, Event extends DomainEvent>(
  { evolve }: Folding<State, Event>,
  state: State,
  event: Event,
): { readonly state: State } | undefined => {
  try {
    return { state: evolve(state, event) };
  } catch {
    return undefined;
  }
};

/** Checks a stream event by event, oldest first, and keeps no more than the newest state. */
export const streamVerifier = <State, Event extends DomainEvent>(folding: Folding<State, Event>) => {
  let version = 0;
  let state = folding.initialState;
  let hash: Uint8Array | undefined;
  return {
    /** What is wrong with the next event. Once something is, what follows cannot be judged. */
    next(recorded: RecordedEvent<Event, State>): StreamFault | undefined {
      const { stream } = recorded;
      version += 1;
      if (recorded.version !== version) return { stream, version, fault: 'gap' };
      hash = chained(hash, recorded);
      if (!hash) return { stream, version, fault: 'hash' };
      const next = folded(folding, state, recorded.event);
      if (!next || !isDeepStrictEqual(withoutUndefined(next.state), withoutUndefined(recorded.state)))
        return { stream, version, fault: 'state' };
      state = next.state;
      return undefined;
    },
  };
};

/** The first fault of a stream's events, oldest first, or nothing. */
export const verifyStream = <State, Event extends DomainEvent>(
  folding: Folding<State, Event>,
  events: Iterable<RecordedEvent<Event, State>>,
): StreamFault | undefined => {
  const verifier = streamVerifier(folding);
  for (const recorded of events) {
    const fault = verifier.next(recorded);
    if (fault) return fault;
  }
  return undefined;
};

/** A table does not keep what is undefined; JSON does not either. */
const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
