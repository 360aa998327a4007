/** Commands of an account for tests: say what matters, the rest is filled in. */
import type {
  CloseAccount,
  GrantCredits,
  HoldCredits,
  OpenAccount,
  ReleaseHold,
  SettleHold,
} from '../domain/commands.ts';
import { epochSeconds } from '../domain/state.ts';

/** The moment all tests begin at. */
export const noon = '2026-11-05T12:00:00.000Z';
const day = 20_261_105;
export const seconds = epochSeconds(noon);

/** A moment so many seconds after noon. */
export const later = (byS: number): string => new Date(Date.parse(noon) + byS * 1_000).toISOString();

export const openAccount = (welcomeCredits = 10, at = noon): OpenAccount => ({
  type: 'OpenAccount',
  at,
  welcomeCredits,
});

export const grantCredits = (
  grantId: string,
  credits: number,
  more: Partial<Omit<GrantCredits, 'type'>> = {},
): GrantCredits => ({ type: 'GrantCredits', at: noon, grantId, kind: 'pack', credits, ...more });

export const holdCredits = (
  holdId: string,
  credits: number,
  more: Partial<Omit<HoldCredits, 'type'>> = {},
): HoldCredits => ({
  type: 'HoldCredits',
  at: noon,
  holdId,
  tool: 'photo-filter',
  credits,
  expiresAt: seconds + 3_600,
  day,
  ...more,
});

export const settleHold = (holdId: string, credits: number, at = noon): SettleHold => ({
  type: 'SettleHold',
  at,
  holdId,
  tool: 'photo-filter',
  credits,
});

export const releaseHold = (holdId: string, reason: ReleaseHold['reason'] = 'failed', at = noon): ReleaseHold => ({
  type: 'ReleaseHold',
  at,
  holdId,
  tool: 'photo-filter',
  reason,
});

export const closeAccount = (at = noon): CloseAccount => ({ type: 'CloseAccount', at });
