/** Events of an account for tests: say what matters, the rest is filled in. */
import type { AccountEvent, Rows } from '../domain/events.ts';
import { type Account, epochSeconds, type Ledger } from '../domain/state.ts';
import { seconds } from './commands.ts';

type EventOf<Type extends AccountEvent['type']> = Extract<AccountEvent, { type: Type }>;

export const opened: AccountEvent = { type: 'AccountOpened' };

export const granted = (
  grantId: string,
  credits: number,
  more: Partial<EventOf<'CreditsGranted'>> = {},
): AccountEvent => ({ type: 'CreditsGranted', grantId, kind: 'pack', credits, grantedAt: seconds, ...more });

export const welcome = granted('welcome', 10, { kind: 'welcome' });

/** The allowance of the tests' plan `daily`, of the zone UTC. */
export const daily = (date: string, credits = 5, grantedAt = seconds): AccountEvent =>
  granted(`daily-${date}`, credits, {
    kind: 'daily',
    grantedAt,
    expiresAt: epochSeconds(`${date}T00:00:00Z`) + 86_400,
    day: Number(date.replaceAll('-', '')),
  });

export const heldFor = (holdId: string, rows: Rows, day = 20_261_105): AccountEvent => ({
  type: 'CreditsHeld',
  holdId,
  tool: 'photo-filter',
  rows,
  expiresAt: seconds + 3_600,
  day,
});

export const settled = (holdId: string, spent: Rows, returned?: Rows): AccountEvent => ({
  type: 'HoldSettled',
  holdId,
  tool: 'photo-filter',
  spent,
  ...(returned ? { returned } : {}),
});

export const released = (holdId: string, returned: Rows): AccountEvent => ({
  type: 'HoldReleased',
  holdId,
  tool: 'photo-filter',
  reason: 'failed',
  returned,
});

export const expired = (rows: Rows): AccountEvent => ({ type: 'GrantsExpired', rows });

export const planChanged = (plan: string): AccountEvent => ({ type: 'PlanChanged', plan });

export const revoked = (
  revocationId: string,
  credits: number,
  rows: Rows,
  more: Partial<EventOf<'GrantRevoked'>> = {},
): AccountEvent => ({
  type: 'GrantRevoked',
  revocationId,
  grantId: 'pay_1',
  credits,
  reason: 'refund',
  rows,
  ...more,
});

export const repaid = (rows: Rows): AccountEvent => ({ type: 'DebtRepaid', rows });

export const closed: AccountEvent = { type: 'AccountClosed' };

/** @throws Error for an account that was never opened. */
export const ledgerOf = (state: Account): Ledger => {
  if (state.status === 'unopened') throw new Error('unopened');
  return state;
};
