/** An account as it is shown: as a command of this moment would find it, though nothing is written (FS1, FS11). */
import type * as z from 'zod';
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { preview } from '../../domain/account.ts';
import { byBurnOrder } from '../../domain/burn-order.ts';
import { dateOf } from '../../domain/local-day.ts';
import { planOf, rulesOf, spentToday } from '../../domain/plans.ts';
import { type Policy, policyOf } from '../../domain/policy.ts';
import { type Account, available, epochSeconds, held, isoTime, type Ledger, usableGrants } from '../../domain/state.ts';
import { pendingLapsesS } from '../../domain/top-up.ts';
import type { accountView, creditsReply, topUpReply } from '../../views.ts';

const grantsOf = (ledger: Ledger, now: number) =>
  usableGrants(ledger, now)
    .toSorted(byBurnOrder)
    .map(([id, { kind, left, from, until }]) => ({
      id,
      kind,
      remaining: left,
      granted_at: isoTime(from),
      expires_at: until === undefined ? null : isoTime(until),
    }));

const dailyOf = (ledger: Ledger, policy: Policy) => {
  const { dailyCredits, dailyCap } = rulesOf(ledger, policy);
  const todays = ledger.grants[`daily-${dateOf(policy.day)}`];
  return {
    credits: dailyCredits,
    remaining: todays?.kind === 'daily' ? todays.left : 0,
    spent: spentToday(ledger, policy),
    cap: dailyCap,
    resets_at: isoTime(policy.dayEndsAt),
  };
};

/** @throws Error for an account that was never opened: it has no version either. */
const ledgerAt = (account: Account, policy: Policy, at: string): Ledger => {
  const ledger = preview(account, policy, at);
  if (ledger.status === 'unopened') throw new Error('an account that was never opened cannot be shown');
  return ledger;
};

const balanceOf = (ledger: Ledger, { policy, at, version }: { policy: Policy; at: string; version: number }) => {
  const now = epochSeconds(at);
  return {
    available: available(ledger, now),
    held: held(ledger),
    spent: ledger.totals.spent,
    debt: ledger.debt ?? 0,
    plan: planOf(ledger, policy),
    daily: dailyOf(ledger, policy),
    grants: grantsOf(ledger, now),
    open_holds: Object.keys(ledger.holds).length,
    version,
  };
};

interface Shown {
  readonly state: Account;
  readonly version: number;
}

/** What its user sees. */
export const creditsOf = (
  { state, version }: Shown,
  definition: AppDefinition,
  at: string,
): z.input<typeof creditsReply> => {
  const policy = policyOf(definition, at);
  return balanceOf(ledgerAt(state, policy, at), { policy, at, version });
};

export const topUpOf = (account: Account, at: string): z.input<typeof topUpReply> => {
  const { topUp, topUps } = account.status === 'unopened' ? {} : account;
  const isThisMonth = topUps?.month === Number(at.slice(0, 7).replace('-', ''));
  const paused = (topUps?.notBefore ?? 0) > epochSeconds(at) ? topUps?.notBefore : undefined;
  return {
    top_up: topUp ? { below: topUp.below, pack_id: topUp.packId, max_per_month: topUp.maxPerMonth } : null,
    // As it counts: those that were declined do not.
    requested_this_month: isThisMonth ? topUps.requested - (topUps.declined ?? 0) : 0,
    pending: topUps?.pending !== undefined && topUps.pending.since + pendingLapsesS > epochSeconds(at),
    paused_until: paused === undefined ? null : isoTime(paused),
  };
};

export const alertOf = (account: Account) => ({
  below: account.status === 'unopened' ? null : (account.alertBelow ?? null),
});

/** What an admin sees. */
export const accountOf = (
  user: string,
  { state, version }: Shown,
  definition: AppDefinition,
  at: string,
): z.input<typeof accountView> => {
  const policy = policyOf(definition, at);
  const ledger = ledgerAt(state, policy, at);
  const { granted, spent, expired = 0, revoked = 0 } = ledger.totals;
  return {
    user,
    status: ledger.status,
    ...balanceOf(ledger, { policy, at, version }),
    totals: { granted, spent, expired, revoked },
    alert: alertOf(ledger),
    top_up: topUpOf(ledger, at),
  };
};
