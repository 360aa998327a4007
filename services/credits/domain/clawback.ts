/**
 * A payment that was refunded or disputed takes its credits back. What is no longer there is owed: it blocks holds, and
 * whatever comes in pays it off first.
 */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import { takeFromGrants } from './burn-order.ts';
import type { ReinstateGrant, RevokeGrant } from './commands.ts';
import { type AccountDecision, maxGrants } from './decision.ts';
import type { AccountEvent, Rows } from './events.ts';
import { available, epochSeconds, type Grant, type Ledger, revocationOf, total, usableGrants } from './state.ts';

type Grants = readonly (readonly [string, Grant])[];

/** As much of the credits as these grants have. */
const takeUpTo = (grants: Grants, credits: number): Rows => {
  const left = grants.reduce((sum, [, grant]) => sum + grant.left, 0);
  return takeFromGrants(grants, Math.min(left, credits)) ?? {};
};

export const revoke = (command: RevokeGrant, ledger: Ledger): AccountDecision => {
  const { revocationId, grantId, credits, reason, at } = command;
  if (revocationOf(ledger, revocationId)) return accept();
  if (ledger.status === 'closed') return reject('account-closed');
  const grants = usableGrants(ledger, epochSeconds(at));
  const own = takeUpTo(
    grants.filter(([id]) => id === grantId),
    credits,
  );
  const others = takeUpTo(
    grants.filter(([id]) => id !== grantId),
    credits - total(own),
  );
  const rows = { ...own, ...others };
  const debt = credits - total(rows);
  return accept<AccountEvent>({
    type: 'GrantRevoked',
    revocationId,
    grantId,
    credits,
    reason,
    rows,
    ...(debt > 0 ? { debt } : {}),
  });
};

/** The grant that gives back what a revocation took. */
export const reinstatedGrantId = (reinstatementId: string): string => `reinstated-${reinstatementId}`;

export const reinstate = (command: ReinstateGrant, ledger: Ledger): AccountDecision => {
  const { revocationId, reinstatementId, grantId, credits, kind, expiresAt, priority, at } = command;
  if (ledger.status === 'closed') return reject('account-closed');
  const revoked = revocationOf(ledger, revocationId)?.credits ?? 0;
  if (credits > revoked) return reject('revocation-unknown');
  const debtCancelled = Math.min(ledger.debt ?? 0, credits);
  const givesBack = credits > debtCancelled;
  if (givesBack && Object.keys(ledger.grants).length >= maxGrants) return reject('grants-too-many');
  return accept<AccountEvent>({
    type: 'GrantReinstated',
    revocationId,
    ...(reinstatementId === undefined ? {} : { reinstatementId }),
    grantId,
    credits,
    kind,
    ...(debtCancelled > 0 ? { debtCancelled } : {}),
    reinstatedAt: epochSeconds(at),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(priority === undefined ? {} : { priority }),
  });
};

/** Pays off what is owed with what can be spent. */
export const repaymentDue = (ledger: Ledger, now: number): AccountEvent[] => {
  if (ledger.debt === undefined || available(ledger, now) === 0) return [];
  return [{ type: 'DebtRepaid', rows: takeUpTo(usableGrants(ledger, now), ledger.debt) }];
};
