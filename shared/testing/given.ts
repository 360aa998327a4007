/** Deciders tested as they are told of: given these events, when this command comes, then these events follow. */
import assert from 'node:assert/strict';
import { type Decider, fold } from '../eventsourcing/decider.ts';

/**
 * @example given(account, [opened, granted]).when(holdCredits).then([held]);
 * @example given(account, []).when(holdCredits).thenRejected('account-unopened');
 */
export const given = <State, Command, Event, Rejection>(
  decider: Decider<State, Command, Event, Rejection>,
  events: readonly Event[],
) => {
  const state = fold(decider, events);
  return {
    when: (command: Command) => {
      const decision = decider.decide(command, state);
      return {
        /** The command leads to exactly these; none when it had been done before. */
        // biome-ignore lint/suspicious/noThenProperty: the word of the form; nothing awaits this object.
        then: (expected: readonly Event[]): void => assert.deepEqual(decision, { accepted: true, events: expected }),
        thenRejected: (rejection: Rejection): void => assert.deepEqual(decision, { accepted: false, rejection }),
        /** The state behind the events that follow. */
        state: (): State => (decision.accepted ? decision.events.reduce(decider.evolve, state) : state),
      };
    },
  };
};
