/** What the account's rules share: the form of their answers, and how much one account may carry. */
import type { Decision } from '#shared/eventsourcing/decider.ts';
import type { AccountRejection } from './commands.ts';
import type { AccountEvent } from './events.ts';

export type AccountDecision = Decision<AccountEvent, AccountRejection>;

/** An item holds 400 KB; with these bounds an account's state takes 270 KB at most, and an event's own rows the tenth of that. */
export const maxOpenHolds = 500;
export const maxGrants = 1_000;
/** Of the revocations before these nothing can be given back. */
export const maxRevocations = 50;
