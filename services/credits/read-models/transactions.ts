/**
 * An account's statement, made from its events as they are read. A hold is shown as the spend that it most likely becomes;
 * what does not become one comes back as a refund. So each entry's amount is exactly what changed the balance.
 */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { GrantKind } from '../contracts.ts';
import { reinstatedGrantId } from '../domain/clawback.ts';
import type { AccountEvent, Rows } from '../domain/events.ts';
import { type Account, available, total } from '../domain/state.ts';
import type { Transaction } from '../routes.ts';

const typeOfKind: Readonly<Record<GrantKind, Transaction['type']>> = {
  welcome: 'bonus',
  plan: 'bonus',
  daily: 'bonus',
  pack: 'purchase',
  bonus: 'bonus',
  adjustment: 'adjustment',
};

type Entry = Pick<Transaction, 'type'> & { readonly rows: Rows } & Partial<
    Pick<Transaction, 'tool' | 'generation_id' | 'grant_kind' | 'reason'>
  >;

/** What the event is to the user; nothing when it changes no balance. */
const entryOf = (event: AccountEvent): Entry | undefined => {
  switch (event.type) {
    case 'AccountOpened':
      return undefined;
    case 'CreditsGranted': {
      const { grantId, kind, credits, imported } = event;
      const rows = { [grantId]: credits };
      if (imported) return { type: 'adjustment', rows, grant_kind: kind, reason: 'imported' };
      return { type: typeOfKind[kind], rows, grant_kind: kind };
    }
    case 'CreditsHeld':
      return { type: 'spend', rows: event.rows, tool: event.tool, generation_id: event.holdId };
    case 'HoldSettled': {
      const { tool, holdId, returned } = event;
      return returned && { type: 'refund', rows: returned, tool, generation_id: holdId, reason: 'cost-below-hold' };
    }
    case 'HoldReleased': {
      const { tool, holdId, returned, reason } = event;
      return { type: 'refund', rows: returned, tool, generation_id: holdId, reason };
    }
    case 'GrantsExpired':
      return { type: 'expiry', rows: event.rows };
    case 'AccountClosed':
      return event.forfeited && { type: 'adjustment', rows: event.forfeited, reason: 'account-closed' };
    case 'CreditsAdjusted': {
      const { rows, job } = event;
      const entry = { rows, grant_kind: 'adjustment' } as const;
      if (!job) return { type: 'adjustment', ...entry };
      return { type: 'refund', ...entry, tool: job.tool, generation_id: job.id, reason: 'refunded' };
    }
    case 'GrantRevoked':
      return { type: 'adjustment', rows: event.rows, reason: event.reason };
    case 'DebtRepaid':
      return { type: 'adjustment', rows: event.rows, reason: 'debt-repaid' };
    case 'GrantReinstated': {
      const { revocationId, credits, debtCancelled = 0, kind } = event;
      const rows = { [reinstatedGrantId(revocationId)]: credits - debtCancelled };
      return { type: 'adjustment', rows, grant_kind: kind, reason: 'reinstated' };
    }
    case 'PlanChanged':
    case 'AlertSet':
    case 'LowBalanceReached':
    case 'TopUpSet':
    case 'TopUpRequested':
    case 'TopUpEnded':
      return undefined;
  }
};

const takesAway = (event: AccountEvent): boolean => {
  switch (event.type) {
    case 'CreditsHeld':
    case 'GrantsExpired':
    case 'AccountClosed':
    case 'GrantRevoked':
    case 'DebtRepaid':
      return true;
    case 'CreditsAdjusted':
      return event.credits < 0;
    default:
      return false;
  }
};

/** The event as an entry of the statement, or nothing when it changed no balance. */
export const transactionOf = ({
  id,
  at,
  event,
  state,
}: RecordedEvent<AccountEvent, Account>): Transaction | undefined => {
  const entry = entryOf(event);
  // A free run holds nothing, a revocation may find nothing to take, a reinstatement may only cancel debt.
  if (!entry || total(entry.rows) === 0) return undefined;
  const { type, rows, tool = null, generation_id = null, grant_kind = null, reason = null } = entry;
  return {
    id,
    type,
    amount: takesAway(event) ? -total(rows) : total(rows),
    balance_after: available(state),
    tool,
    generation_id,
    grants: Object.entries(rows).map(([id, credits]) => ({ id, credits })),
    grant_kind,
    reason,
    created_at: at,
  };
};
