/** What is lost by the passing of time: told as an event of its own when a command finds it. */
import { takeFromGrants } from './burn-order.ts';
import type { AccountEvent } from './events.ts';
import { expiredRows, type Ledger, total, usableGrants } from './state.ts';

/** What has expired by now. */
export const expiryDue = (ledger: Ledger, now: number): AccountEvent[] => {
  const rows = expiredRows(ledger, now);
  return total(rows) > 0 ? [{ type: 'GrantsExpired', rows }] : [];
};

/** The default plan's own credits, which come by the calendar: `plan-2026-11`. Those of paid periods have other ids. */
const calendarMonth = /^plan-\d{4}-\d{2}$/;
export type PlanLine = 'calendar' | 'paid';
export const lineOf = (grantId: string): PlanLine => (calendarMonth.test(grantId) ? 'calendar' : 'paid');

/**
 * When a plan's next credits come: what of its earlier ones goes beyond `maxRollover`, those that burn first first. Only of its own
 * line: whoever falls back to the free plan keeps what was paid for.
 */
export const rolloverExpiry = (ledger: Ledger, line: PlanLine, maxRollover: number, now: number): AccountEvent[] => {
  const grants = usableGrants(ledger, now).filter(([id, { kind }]) => kind === 'plan' && lineOf(id) === line);
  const left = grants.reduce((sum, [, grant]) => sum + grant.left, 0);
  const rows = left > maxRollover ? takeFromGrants(grants, left - maxRollover) : undefined;
  return rows ? [{ type: 'GrantsExpired', rows }] : [];
};
