/** What a plan gives and limits: the daily allowance, a period's credits, the daily cap, how many jobs. Bought credits are none of its business. */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import type { ChangePlan, GrantPlanCredits } from './commands.ts';
import { type AccountDecision, maxGrants } from './decision.ts';
import type { AccountEvent } from './events.ts';
import { lineOf, rolloverExpiry } from './expiry.ts';
import { dateOf } from './local-day.ts';
import type { PlanRules, Policy } from './policy.ts';
import { type Account, epochSeconds, type Ledger } from './state.ts';

const noRules: PlanRules = {
  dailyCredits: 0,
  dailyCap: null,
  monthlyCredits: 0,
  maxRollover: 0,
  pro: false,
  jobsPerHour: null,
  concurrentJobs: null,
};

/** The account's plan; the default one also where the app no longer has the account's. */
export const planOf = (account: Account, { plans, defaultPlan }: Policy): string => {
  const plan = account.status === 'unopened' ? undefined : account.plan;
  return plan !== undefined && Object.hasOwn(plans, plan) ? plan : defaultPlan;
};

export const rulesOf = (account: Account, policy: Policy): PlanRules =>
  policy.plans[planOf(account, policy)] ?? noRules;

/** Whether holds are counted by the hour: where any plan limits them, for an account may come to that plan at any moment. */
export const countsByHour = ({ plans }: Policy): boolean =>
  Object.values(plans).some(({ jobsPerHour }) => jobsPerHour !== null);

/** The latest day that the account has seen. */
const newestDay = ({ today, dailyDay }: Ledger): number => Math.max(today?.day ?? 0, dailyDay ?? 0);

/** The day a command counts to: a late one, given before a midnight that others have seen pass, counts to theirs. */
export const dayOf = (ledger: Ledger, policy: Policy): number => Math.max(policy.day, newestDay(ledger));

/** Held or spent on the day that a command counts to. */
export const spentToday = (account: Account, policy: Policy): number =>
  account.status !== 'unopened' && account.today?.day === dayOf(account, policy) ? account.today.spent : 0;

const dailyDue = (ledger: Ledger, policy: Policy, now: number): AccountEvent[] => {
  const { dailyCredits } = rulesOf(ledger, policy);
  const wasIssued = (ledger.dailyDay ?? 0) >= policy.day;
  if (dailyCredits === 0 || wasIssued || policy.dayEndsAt <= now) return [];
  return [
    {
      type: 'CreditsGranted',
      grantId: `daily-${dateOf(policy.day)}`,
      kind: 'daily',
      credits: dailyCredits,
      grantedAt: now,
      expiresAt: policy.dayEndsAt,
      day: policy.day,
    },
  ];
};

const monthlyDue = (ledger: Ledger, policy: Policy, now: number): AccountEvent[] => {
  const plan = planOf(ledger, policy);
  const { monthlyCredits, maxRollover } = rulesOf(ledger, policy);
  const wasIssued = (ledger.planMonth ?? 0) >= policy.month;
  if (plan !== policy.defaultPlan || monthlyCredits === 0 || wasIssued) return [];
  return [
    ...rolloverExpiry(ledger, 'calendar', maxRollover, now),
    {
      type: 'CreditsGranted',
      grantId: `plan-${Math.floor(policy.month / 100)}-${String(policy.month % 100).padStart(2, '0')}`,
      kind: 'plan',
      credits: monthlyCredits,
      grantedAt: now,
      month: policy.month,
      plan,
    },
  ];
};

/** Today's allowance and, of the default plan, this month's credits: once each, and never by a command of an earlier day. */
export const allowanceDue = (ledger: Ledger, policy: Policy, now: number): AccountEvent[] => {
  if (ledger.status === 'closed' || policy.day < newestDay(ledger)) return [];
  return [...dailyDue(ledger, policy, now), ...monthlyDue(ledger, policy, now)];
};

export const grantPlanCredits = (command: GrantPlanCredits, ledger: Ledger): AccountDecision => {
  const { periodId, plan, credits, maxRollover, order, at } = command;
  const grantId = `plan-${periodId}`;
  if (lineOf(grantId) === 'calendar') return reject('grant-id-reserved');
  if (Object.hasOwn(ledger.grants, grantId)) return accept();
  if (ledger.status === 'closed') return reject('account-closed');
  if (Object.keys(ledger.grants).length >= maxGrants) return reject('grants-too-many');
  const now = epochSeconds(at);
  // What came of newer periods meanwhile is not left of an older one.
  const isLate = order !== undefined && order < (ledger.periodOrder ?? 0);
  return accept<AccountEvent>(...(isLate ? [] : rolloverExpiry(ledger, 'paid', maxRollover, now)), {
    type: 'CreditsGranted',
    grantId,
    kind: 'plan',
    credits,
    grantedAt: now,
    plan,
    ...(order === undefined ? {} : { order }),
  });
};

export const changePlan = (command: ChangePlan, ledger: Ledger): AccountDecision => {
  const { plan, policy, changeId, reason, order } = command;
  if (ledger.status === 'closed') return reject('account-closed');
  // Also of a plan that the app no longer has: what is late needs nobody.
  if (order !== undefined && order <= (ledger.planOrder ?? 0)) return accept();
  if (!Object.hasOwn(policy.plans, plan)) return reject('plan-unknown');
  // One that has a name or an order leaves it also where it changes nothing: else it, or an older one, could be made later.
  if (planOf(ledger, policy) === plan && changeId === undefined && order === undefined) return accept();
  return accept<AccountEvent>({
    type: 'PlanChanged',
    plan,
    ...(reason === undefined ? {} : { reason }),
    ...(order === undefined ? {} : { order }),
  });
};
