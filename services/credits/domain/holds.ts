/**
 * Credits set aside for a job: held, then settled to what it cost, or released. Every job is held, also a free one, so that a
 * plan's limits are kept where two requests can never both win: by the append to the account's stream.
 */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import { splitHold, takeFromGrants } from './burn-order.ts';
import type { AccountRejection, HoldCredits, ReleaseHold, SettleHold } from './commands.ts';
import { type AccountDecision, maxOpenHolds } from './decision.ts';
import type { AccountEvent } from './events.ts';
import { countsByHour, dayOf, rulesOf, spentToday } from './plans.ts';
import type { Policy } from './policy.ts';
import { countedAt, madeLately, secondsUntilFewer } from './recent-holds.ts';
import { type Account, epochSeconds, holdStatus, type Ledger, openHold, total, usableGrants } from './state.ts';

type LimitRejection = Extract<AccountRejection, 'rate-limited' | 'jobs-too-many' | 'holds-too-many'>;

/** What passes by waiting. The longest wait first. */
const limitReached = (ledger: Ledger, policy: Policy, now: number): LimitRejection | undefined => {
  const { jobsPerHour, concurrentJobs } = rulesOf(ledger, policy);
  if (jobsPerHour !== null && madeLately(ledger.recent, now) >= jobsPerHour) return 'rate-limited';
  const open = Object.keys(ledger.holds).length;
  if (concurrentJobs !== null && open >= concurrentJobs) return 'jobs-too-many';
  return open >= maxOpenHolds ? 'holds-too-many' : undefined;
};

/** A job may end at any moment: whoever waits so long need not ask often. */
const runningJobsRetryAfterS = 30;

/** When to ask again for what a limit refused; exact for the hour's, should nothing else be held meanwhile. */
export const retryAfterS = (
  account: Account,
  rejection: AccountRejection,
  { policy, at }: Pick<HoldCredits, 'policy' | 'at'>,
): number | undefined => {
  if (rejection === 'jobs-too-many' || rejection === 'holds-too-many') return runningJobsRetryAfterS;
  const { jobsPerHour } = rulesOf(account, policy);
  if (rejection !== 'rate-limited' || jobsPerHour === null || account.status === 'unopened') return undefined;
  return secondsUntilFewer(account.recent, jobsPerHour, epochSeconds(at));
};

export const hold = (command: HoldCredits, ledger: Ledger): AccountDecision => {
  const { holdId, tool, credits, expiresAt, policy, at, needsPro = false } = command;
  const now = epochSeconds(at);
  const status = holdStatus(ledger, holdId);
  if (status === 'closed') return reject('hold-closed');
  const open = openHold(ledger, holdId);
  // Past its expiry the sweep may be about to release it: nobody may begin a job on it any more.
  if (open && open.until <= now) return reject('hold-closed');
  // Two requests may come under one key: a hold for plain options is none for pro ones.
  if (open) return total(open.rows) === credits && (!needsPro || open.pro) ? accept() : reject('hold-differs');
  if (ledger.status === 'closed') return reject('account-closed');
  if (ledger.debt !== undefined) return reject('debt-outstanding');
  const { dailyCap, pro } = rulesOf(ledger, policy);
  if (needsPro && !pro) return reject('plan-required');
  // Before the balance: whoever hears of the cap knows that buying credits does not help today.
  if (credits > 0 && dailyCap !== null && spentToday(ledger, policy) + credits > dailyCap)
    return reject('daily-cap-reached');
  const rows = takeFromGrants(usableGrants(ledger, now), credits);
  if (!rows) return reject('credits-insufficient');
  // Last: whoever hears of a limit needs nothing but patience.
  const limit = limitReached(ledger, policy, now);
  if (limit) return reject(limit);
  return accept<AccountEvent>({
    type: 'CreditsHeld',
    holdId,
    tool,
    rows,
    expiresAt,
    day: dayOf(ledger, policy),
    ...(countsByHour(policy) ? { at: countedAt(ledger.recent, now) } : {}),
    ...(needsPro ? { pro: true as const } : {}),
  });
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
