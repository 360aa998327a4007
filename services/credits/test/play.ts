/** Plays commands to an account without a store: what a command handler does, but for numbers, times and hashes. */
import type { Decision } from '#shared/eventsourcing/decider.ts';
import { account, accountAggregate } from '../domain/account.ts';
import type { AccountCommand, AccountRejection } from '../domain/commands.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';

/** One command and what became of it. */
export interface Step {
  readonly command: AccountCommand;
  readonly rejection?: AccountRejection;
  readonly events: readonly AccountEvent[];
  readonly before: Account;
  /** The state behind each of the events. */
  readonly states: readonly Account[];
  readonly after: Account;
}

export const newPlay = () => {
  const marked = new Set<string>();
  let state = account.initialState;

  const decide = (command: AccountCommand, key: string | undefined): Decision<AccountEvent, AccountRejection> => {
    const decision = account.decide(command, state);
    const wasDone = key !== undefined && marked.has(key);
    return wasDone ? { accepted: true, events: [] } : decision;
  };

  return (command: AccountCommand): Step => {
    const before = state;
    const key = accountAggregate.uniqueKey(command);
    const decision = decide(command, key);
    if (!decision.accepted)
      return { command, rejection: decision.rejection, events: [], before, states: [], after: before };
    const states: Account[] = [];
    for (const event of decision.events) {
      state = account.evolve(state, event);
      states.push(state);
    }
    if (key !== undefined && decision.events.length > 0) marked.add(key);
    return { command, events: decision.events, before, states, after: state };
  };
};

export const play = (commands: readonly AccountCommand[]): readonly Step[] => commands.map(newPlay());
