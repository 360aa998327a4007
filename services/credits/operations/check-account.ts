/** What must hold of an account's events, checked one by one: I6 (chain and states), I1 (conservation) and I2 (never below zero). */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { type StreamFault, streamVerifier } from '#shared/eventsourcing/verify-stream.ts';
import { account } from '../domain/account.ts';
import type { AccountEvent } from '../domain/events.ts';
import { type Account, available, held } from '../domain/state.ts';

export type AccountRecord = RecordedEvent<AccountEvent, Account>;

/** The first event of a stream that is not as it must be. */
export interface Finding {
  readonly stream: string;
  readonly version: number;
  /** Id and type of the event; absent when the event itself is. */
  readonly id?: string;
  readonly type?: string;
  readonly invariant: 'I1' | 'I2' | 'I6' | 'I7';
  readonly what: string;
}

export const eventMissing = 'the event is missing';

const faultTexts: Readonly<Record<StreamFault['fault'], string>> = {
  gap: eventMissing,
  hash: 'its hash is not that of the event and the one before: the event was changed',
  state: 'its state is not what the events up to it lead to',
};

/** I1 and I2 of one state. */
export const conservationFault = (state: Account): Pick<Finding, 'invariant' | 'what'> | undefined => {
  if (state.status === 'unopened') return undefined;
  const { granted, spent, expired = 0, revoked = 0 } = state.totals;
  const accounted = available(state) + held(state) + spent + expired + revoked;
  if (granted !== accounted)
    return { invariant: 'I1', what: `${granted} were granted, ${accounted} are accounted for` };
  const negative = Object.entries(state.grants).find(([, { left }]) => left < 0);
  return negative && { invariant: 'I2', what: `grant ${negative[0]} has ${negative[1].left} left` };
};

/** Checks one account's events, oldest first. Once something is wrong, what follows cannot be judged. */
export const accountCheck = () => {
  const verifier = streamVerifier(account);
  return {
    next(recorded: AccountRecord): Finding | undefined {
      const { stream, version, id, event, state } = recorded;
      const fault = verifier.next(recorded);
      if (fault?.fault === 'gap') return { stream, version: fault.version, invariant: 'I6', what: faultTexts.gap };
      const found = fault ? { invariant: 'I6' as const, what: faultTexts[fault.fault] } : conservationFault(state);
      return found && { stream, version, id, type: event.type, ...found };
    },
  };
};
