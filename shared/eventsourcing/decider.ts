/** A decider says what may happen (`decide`) and what it means (`evolve`). Both are pure: time and ids come in with the command. */

/** An event as the domain sees it: a type and its facts, flat. */
export interface DomainEvent {
  readonly type: string;
}

/** A command carries its own time, so that deciding twice gives the same answer. */
export interface DomainCommand {
  readonly type: string;
  /** When the command was given, ISO-8601 UTC. The events it leads to carry the same time. */
  readonly at: string;
}

/** What a decider answers. No events means that nothing needs to happen: the command was done before. */
export type Decision<Event, Rejection> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly rejection: Rejection };

export interface Decider<State, Command, Event, Rejection> {
  readonly initialState: State;
  decide(command: Command, state: State): Decision<Event, Rejection>;
  evolve(state: State, event: Event): State;
}

/** @example accept({ type: 'CreditsHeld', holdId, credits }) */
export const accept = <Event>(...events: readonly Event[]): { accepted: true; events: readonly Event[] } => ({
  accepted: true,
  events,
});

/** @example reject('credits-insufficient') */
export const reject = <Rejection extends string>(rejection: Rejection): { accepted: false; rejection: Rejection } => ({
  accepted: false,
  rejection,
});

/** The state after these events. */
export const fold = <State, Event>(
  decider: Pick<Decider<State, never, Event, never>, 'initialState' | 'evolve'>,
  events: readonly Event[],
): State => events.reduce<State>((state, event) => decider.evolve(state, event), decider.initialState);
