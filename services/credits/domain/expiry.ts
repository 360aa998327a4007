/** What is lost by the passing of time: told as an event of its own when a command finds it. */
import { takeFromGrants } from './burn-order.ts';
import type { AccountEvent } from './events.ts';
import { expiredRows, type Ledger, total, usableGrants } from './state.ts';

/** What has expired by now. */
export const expiryDue = (ledger: Ledger, now: number): AccountEvent[] => {
  const rows = expiredRows(ledger, now);
  return total(rows) > 0 ? [{ type: 'GrantsExpired', rows }] : [];
};

/** When a plan's next credits come: what of its earlier ones goes beyond `maxRollover`, those that burn first first. */
export const rolloverExpiry = (ledger: Ledger, maxRollover: number, now: number): AccountEvent[] => {
  const grants = usableGrants(ledger, now).filter(([, { kind }]) => kind === 'plan');
  const left = grants.reduce((sum, [, grant]) => sum + grant.left, 0);
  const rows = left > maxRollover ? takeFromGrants(grants, left - maxRollover) : undefined;
  return rows ? [{ type: 'GrantsExpired', rows }] : [];
};
