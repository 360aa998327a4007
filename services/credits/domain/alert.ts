/** The user's own low-balance threshold: told once when the balance falls below it, and again only after it was back. */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import type { SetAlert } from './commands.ts';
import type { AccountDecision } from './decision.ts';
import type { AccountEvent } from './events.ts';
import { available, type Ledger } from './state.ts';

export const setAlert = ({ below }: SetAlert, ledger: Ledger): AccountDecision => {
  if (ledger.status === 'closed') return reject('account-closed');
  return (ledger.alertBelow ?? null) === below ? accept() : accept<AccountEvent>({ type: 'AlertSet', below });
};

/**
 * @param before What was available: a threshold that was not reached then and is now has been crossed. Nothing has to be
 * remembered between commands.
 */
export const alertDue = ({ ledger, before }: { ledger: Ledger; before: number }, now: number): AccountEvent[] => {
  const { status, alertBelow: below } = ledger;
  const left = available(ledger, now);
  if (status === 'closed' || below === undefined || before < below || left >= below) return [];
  return [{ type: 'LowBalanceReached', below, available: left }];
};
