/** Credits set aside for a job: held, then settled to what it cost, or released. */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import { splitHold, takeFromGrants } from './burn-order.ts';
import type { HoldCredits, ReleaseHold, SettleHold } from './commands.ts';
import { type AccountDecision, maxOpenHolds } from './decision.ts';
import type { AccountEvent } from './events.ts';
import { dayOf, rulesOf, spentToday } from './plans.ts';
import { epochSeconds, holdStatus, type Ledger, openHold, total, usableGrants } from './state.ts';

export const hold = (command: HoldCredits, ledger: Ledger): AccountDecision => {
  const { holdId, tool, credits, expiresAt, policy, at, needsPro = false } = command;
  const status = holdStatus(ledger, holdId);
  if (status === 'closed') return reject('hold-closed');
  const open = openHold(ledger, holdId);
  // Past its expiry the sweep may be about to release it: nobody may begin a job on it any more.
  if (open && open.until <= epochSeconds(at)) return reject('hold-closed');
  if (open) return total(open.rows) === credits ? accept() : reject('hold-differs');
  if (ledger.status === 'closed') return reject('account-closed');
  if (ledger.debt !== undefined) return reject('debt-outstanding');
  const { dailyCap, pro } = rulesOf(ledger, policy);
  if (needsPro && !pro) return reject('plan-required');
  // Before the balance: whoever hears of the cap knows that buying credits does not help today.
  if (dailyCap !== null && spentToday(ledger, policy) + credits > dailyCap) return reject('daily-cap-reached');
  const rows = takeFromGrants(usableGrants(ledger, epochSeconds(at)), credits);
  if (!rows) return reject('credits-insufficient');
  if (Object.keys(ledger.holds).length >= maxOpenHolds) return reject('holds-too-many');
  return accept<AccountEvent>({ type: 'CreditsHeld', holdId, tool, rows, expiresAt, day: dayOf(ledger, policy) });
};

export const settle = ({ holdId, tool, credits }: SettleHold, ledger: Ledger): AccountDecision => {
  const open = openHold(ledger, holdId);
  if (!open) return accept();
  const split = splitHold(open.rows, ledger.grants, credits);
  if (!split) return reject('settlement-exceeds-hold');
  const { spent, returned } = split;
  return accept<AccountEvent>({
    type: 'HoldSettled',
    holdId,
    tool,
    spent,
    ...(total(returned) > 0 ? { returned } : {}),
  });
};

export const release = ({ holdId, tool, reason, at }: ReleaseHold, ledger: Ledger): AccountDecision => {
  const open = openHold(ledger, holdId);
  if (!open) return accept();
  if (reason === 'expired' && open.until > epochSeconds(at)) return reject('hold-not-expired');
  return accept<AccountEvent>({ type: 'HoldReleased', holdId, tool, reason, returned: open.rows });
};
