/** Load, decide, append; on a conflict the same again. The one way commands reach a stream. */
import { setTimeout as wait } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import type { Decider, DomainCommand, DomainEvent } from './decider.ts';
import type { EventStore } from './event-store.ts';
import { chainHash, type EventMeta, type RecordedEvent, type Tail } from './recorded-event.ts';

/** What became of a command. `events` is empty when the command had been done before. */
export type Handled<State, Event extends DomainEvent, Rejection> =
  | {
      readonly accepted: true;
      readonly state: State;
      readonly version: number;
      readonly events: readonly RecordedEvent<Event, State>[];
    }
  | { readonly accepted: false; readonly rejection: Rejection; readonly state: State; readonly version: number };

/** The stream stayed contended through every attempt: the caller may try again after a pause. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
  readonly retryAfterSeconds = 1;
}

export interface Aggregate<State, Command extends DomainCommand, Event extends DomainEvent, Rejection> {
  readonly decider: Decider<State, Command, Event, Rejection>;
  /** Validates an event before it is written. @throws for one that may not be stored: a command asked for nonsense. */
  validate?(event: unknown): unknown;
  /** A key for commands that must be done at most once for ever, whatever happened to the stream since. */
  uniqueKey?(command: Command): string | undefined;
}

/** The newest event as the caller has just loaded it; `tail` is undefined when there was none. */
export interface Loaded<State> {
  readonly tail: Tail<State> | undefined;
}

const maxAttempts = 5;
/** Longest pause before the second attempt; doubles with each one. */
const firstPauseMs = 10;

/** Number, time, attribute, hash and fold new events behind a stream's tail. */
export const record = <State, Event extends DomainEvent>(
  { initialState, evolve }: Pick<Decider<State, never, Event, never>, 'initialState' | 'evolve'>,
  stream: string,
  tail: Tail<State> | undefined,
  events: readonly Event[],
  { at, meta, ids }: { at: string; meta: EventMeta; ids: readonly string[] },
): RecordedEvent<Event, State>[] => {
  let { version, state, hash }: { version: number; state: State; hash: Uint8Array | undefined } = tail ?? {
    version: 0,
    state: initialState,
    hash: undefined,
  };
  return events.map((event, index) => {
    version += 1;
    state = evolve(state, event);
    const facts = { stream, version, id: ids[index] ?? uuidv7(), at, event, meta };
    hash = chainHash(hash, facts);
    return { ...facts, state, hash };
  });
};

/**
 * Handles commands for one kind of aggregate.
 *
 * With `loaded` the first attempt spares a read. Should the stream have moved on since, the append meets the newer event; and what
 * would append nothing is decided again by what is really there.
 *
 * A lost answer is harmless: the event ids of an attempt are kept, so a write that did happen is recognised as one's own.
 *
 * @throws ContentionError after 5 attempts that all met a newer event.
 */
export const commandHandler =
  <State, Command extends DomainCommand, Event extends DomainEvent, Rejection>(
    store: EventStore<State, Event>,
    { decider, uniqueKey, validate }: Aggregate<State, Command, Event, Rejection>,
  ) =>
  async (
    stream: string,
    command: Command,
    meta: EventMeta,
    loaded?: Loaded<State>,
  ): Promise<Handled<State, Event, Rejection>> => {
    const key = uniqueKey?.(command);
    let wasMet = false;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      // Who met nobody waits for nobody.
      if (wasMet) await wait(Math.random() * firstPauseMs * 2 ** attempt);
      const isLoaded = attempt === 0 && loaded !== undefined;
      const tail = isLoaded ? loaded.tail : await store.load(stream);
      const current = { state: tail?.state ?? decider.initialState, version: tail?.version ?? 0 };
      const decision = decider.decide(command, current.state);
      if (isLoaded && !(decision.accepted && decision.events.length > 0)) continue;
      if (!decision.accepted) {
        // What was done once may not be possible again: done before is still done.
        const wasDone = key !== undefined && tail !== undefined && (await store.isMarked(stream, { key }));
        return wasDone
          ? { accepted: true, events: [], ...current }
          : { accepted: false, rejection: decision.rejection, ...current };
      }
      if (decision.events.length === 0) return { accepted: true, events: [], ...current };
      for (const event of decision.events) validate?.(event);
      const ids = decision.events.map(() => uuidv7());
      const events = record(decider, stream, tail, decision.events, { at: command.at, meta, ids });
      const outcome = await store.append(events, key === undefined ? undefined : { key });
      const last = events.at(-1);
      if (outcome.status === 'appended' && last)
        return { accepted: true, state: last.state, version: last.version, events };
      if (outcome.status === 'done-before') {
        const now = await store.load(stream);
        return {
          accepted: true,
          events: [],
          state: now?.state ?? current.state,
          version: now?.version ?? current.version,
        };
      }
      wasMet = true;
    }
    throw new ContentionError(`${stream} was changed by others during ${maxAttempts} attempts`);
  };
