/** Histories made in memory, for tests and benchmarks that need more of an account than can be lived through call by call. */
import { record } from '#shared/eventsourcing/command-handler.ts';
import type { EventMeta, RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { account } from '../domain/account.ts';
import type { AccountCommand } from '../domain/commands.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';

/** The events that these commands lead to on a new account. @throws Error when the account refuses one. */
export const eventsAfter = (
  stream: string,
  commands: Iterable<AccountCommand>,
  meta: EventMeta,
): RecordedEvent<AccountEvent, Account>[] => {
  const events: RecordedEvent<AccountEvent, Account>[] = [];
  for (const command of commands) {
    const tail = events.at(-1);
    const decision = account.decide(command, tail?.state ?? account.initialState);
    if (!decision.accepted) throw new Error(`${command.type} was rejected: ${decision.rejection}`);
    events.push(...record(account, stream, tail, decision.events, { at: command.at, meta, ids: [] }));
  }
  return events;
};
