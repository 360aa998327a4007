/** How credits come into an account, other than by its plan: the opening, a grant, an adjustment. */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import { takeFromGrants } from './burn-order.ts';
import type { AdjustCredits, GrantCredits, OpenAccount } from './commands.ts';
import { type AccountDecision, maxGrants } from './decision.ts';
import type { AccountEvent } from './events.ts';
import { type Account, epochSeconds, type Ledger, usableGrants } from './state.ts';

/** The grant that opening gives. */
export const welcomeGrantId = 'welcome';

/** Grants of these ids come in their own ways, without the marker of a grant. */
const reserved = /^(welcome|daily-\d{4}-\d{2}-\d{2}|plan-\d{4}-\d{2}|reinstated-.+)$/;

export const open = ({ welcomeCredits, at }: OpenAccount, account: Account): AccountDecision => {
  if (account.status !== 'unopened') return accept();
  const opened: AccountEvent = { type: 'AccountOpened' };
  if (welcomeCredits === 0) return accept(opened);
  return accept<AccountEvent>(opened, {
    type: 'CreditsGranted',
    grantId: welcomeGrantId,
    kind: 'welcome',
    credits: welcomeCredits,
    grantedAt: epochSeconds(at),
  });
};

/** Nothing when a grant of this id may be added. */
const grantConflict = (id: string, kind: GrantCredits['kind'], ledger: Ledger): AccountDecision | undefined => {
  if (reserved.test(id)) return reject('grant-id-reserved');
  const there = Object.hasOwn(ledger.grants, id) ? ledger.grants[id] : undefined;
  if (there) return there.kind === kind ? accept() : reject('grant-id-reserved');
  if (ledger.status === 'closed') return reject('account-closed');
  return Object.keys(ledger.grants).length >= maxGrants ? reject('grants-too-many') : undefined;
};

export const grant = (command: GrantCredits, ledger: Ledger): AccountDecision => {
  const { grantId, kind, credits, expiresAt, priority, imported, at } = command;
  return (
    grantConflict(grantId, kind, ledger) ??
    accept<AccountEvent>({
      type: 'CreditsGranted',
      grantId,
      kind,
      credits,
      grantedAt: epochSeconds(at),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(priority === undefined ? {} : { priority }),
      ...(imported === undefined ? {} : { imported }),
    })
  );
};

export const adjust = ({ adjustmentId, credits, reason, job, at }: AdjustCredits, ledger: Ledger): AccountDecision => {
  const adjustedAt = epochSeconds(at);
  const ofJob = job === undefined ? {} : { job };
  const adjusted = { type: 'CreditsAdjusted', adjustmentId, credits, reason, adjustedAt, ...ofJob } as const;
  if (credits > 0) {
    const conflict = grantConflict(adjustmentId, 'adjustment', ledger);
    return conflict ?? accept<AccountEvent>({ ...adjusted, rows: { [adjustmentId]: credits } });
  }
  if (ledger.status === 'closed') return reject('account-closed');
  const rows = takeFromGrants(usableGrants(ledger, adjustedAt), -credits);
  return rows ? accept<AccountEvent>({ ...adjusted, rows }) : reject('credits-insufficient');
};
