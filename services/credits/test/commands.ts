/** Commands of an account for tests: say what matters, the rest is filled in. */
import type {
  AdjustCredits,
  ChangePlan,
  CloseAccount,
  EndTopUp,
  GrantCredits,
  GrantPlanCredits,
  HoldCredits,
  IssueDaily,
  OpenAccount,
  ReinstateGrant,
  ReleaseHold,
  RevokeGrant,
  SetAlert,
  SetTopUp,
  SettleHold,
} from '../domain/commands.ts';
import { type Policy, policyOf } from '../domain/policy.ts';
import { epochSeconds } from '../domain/state.ts';

/** The moment all tests begin at. */
export const noon = '2026-11-05T12:00:00.000Z';
export const seconds = epochSeconds(noon);

/** A moment so many seconds after noon. */
export const later = (byS: number): string => new Date(Date.parse(noon) + byS * 1_000).toISOString();

const plain = { pro: false, price: null, limits: { jobs_per_hour: null, concurrent_jobs: null } };
const plan = { name: 'A plan', monthly_credits: 0, max_rollover: 0, daily_credits: 0, daily_cap: null, ...plain };

/** `free` (the default) gives nothing and limits nothing; `daily` and `monthly` give what they say. */
export const policyAt = (at = noon, more: Partial<Policy> = {}): Policy => ({
  ...policyOf(
    {
      zone: 'UTC',
      default_plan: 'free',
      plans: [
        { ...plan, id: 'free' },
        { ...plan, id: 'daily', daily_credits: 5, daily_cap: 8 },
        { ...plan, id: 'monthly', monthly_credits: 20, max_rollover: 5 },
      ],
    },
    at,
  ),
  ...more,
});

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
  policy: policyAt(more.at),
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

export const closeAccount = (at = noon, reason = 'asked by the user'): CloseAccount => ({
  type: 'CloseAccount',
  at,
  reason,
});

export const issueDaily = (at = noon, policy = policyAt(at)): IssueDaily => ({ type: 'IssueDaily', at, policy });

export const grantPlanCredits = (
  periodId: string,
  credits: number,
  more: Partial<Omit<GrantPlanCredits, 'type'>> = {},
): GrantPlanCredits => ({
  type: 'GrantPlanCredits',
  at: noon,
  periodId,
  plan: 'monthly',
  credits,
  maxRollover: 5,
  ...more,
});

export const changePlan = (plan: string, more: Partial<Omit<ChangePlan, 'type'>> = {}): ChangePlan => ({
  type: 'ChangePlan',
  at: noon,
  plan,
  policy: policyAt(more.at),
  ...more,
});

export const adjustCredits = (
  adjustmentId: string,
  credits: number,
  more: Partial<Omit<AdjustCredits, 'type'>> = {},
): AdjustCredits => ({
  type: 'AdjustCredits',
  at: noon,
  adjustmentId,
  credits,
  reason: 'made good',
  policy: policyAt(more.at),
  ...more,
});

export const revokeGrant = (
  revocationId: string,
  grantId: string,
  credits: number,
  more: Partial<Omit<RevokeGrant, 'type'>> = {},
): RevokeGrant => ({ type: 'RevokeGrant', at: noon, revocationId, grantId, credits, reason: 'refund', ...more });

export const reinstateGrant = (
  revocationId: string,
  grantId: string,
  credits: number,
  more: Partial<Omit<ReinstateGrant, 'type'>> = {},
): ReinstateGrant => ({ type: 'ReinstateGrant', at: noon, revocationId, grantId, credits, kind: 'pack', ...more });

export const setAlert = (below: number | null, at = noon): SetAlert => ({ type: 'SetAlert', at, below });

export const setTopUp = (topUp: SetTopUp['topUp'], at = noon): SetTopUp => ({ type: 'SetTopUp', at, topUp });

export const endTopUp = (topUpId: string, outcome: EndTopUp['outcome'], at = noon): EndTopUp => ({
  type: 'EndTopUp',
  at,
  topUpId,
  outcome,
});
