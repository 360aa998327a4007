/** The one way commands reach an account. */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import { accountAggregate, preview } from './domain/account.ts';
import type { AccountCommand, OpenAccount } from './domain/commands.ts';
import type { AccountEvent } from './domain/events.ts';
import type { Account } from './domain/state.ts';

export type AccountStore = EventStore<Account, AccountEvent>;

export const accountHandler = (store: AccountStore) => commandHandler(store, accountAggregate);
export type HandleAccount = ReturnType<typeof accountHandler>;

/** Opens the account of a user seen for the first time. Twice at once still opens once. */
export const openOnFirstSight = (
  handle: HandleAccount,
  stream: string,
  { welcome_credits }: Pick<AppDefinition, 'welcome_credits'>,
  { at, meta }: { readonly at: string; readonly meta: EventMeta },
) => handle(stream, { type: 'OpenAccount', at, welcomeCredits: welcome_credits } satisfies OpenAccount, meta);

/** A command of a user or on one's behalf: opens the account first where the user is seen for the first time. */
export const handleOpening = async (
  handle: HandleAccount,
  stream: string,
  definition: Pick<AppDefinition, 'welcome_credits'>,
  { command, meta }: { readonly command: AccountCommand; readonly meta: EventMeta },
) => {
  let handled = await handle(stream, command, meta);
  if (!handled.accepted && handled.rejection === 'account-unopened') {
    await openOnFirstSight(handle, stream, definition, { at: command.at, meta });
    handled = await handle(stream, command, meta);
  }
  if (!handled.accepted) await recordDue(handle, stream, handled.state, { command, meta });
  return handled;
};

/**
 * A refusal tells no events, so what was due by then would stay unwritten: a user who is refused month after month would see
 * credits that never come, and a debt that they never repay.
 */
const recordDue = async (
  handle: HandleAccount,
  stream: string,
  state: Account,
  { command, meta }: { readonly command: AccountCommand; readonly meta: EventMeta },
): Promise<void> => {
  if (!('policy' in command) || preview(state, command.policy, command.at) === state) return;
  await handle(stream, { type: 'IssueDaily', at: command.at, policy: command.policy }, meta);
};
