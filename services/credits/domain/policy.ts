/**
 * What an app's definition says of credits at a moment: its day, its month and its plans. Commands that depend on it carry
 * it, so that deciding twice gives the same answer.
 */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { dayEndsAt, localDay, monthOf } from './local-day.ts';

export interface PlanRules {
  /** Given anew each day; what is left of it expires at midnight. 0: none. */
  readonly dailyCredits: number;
  /** Most credits that may be held or spent in a day; null: no limit. */
  readonly dailyCap: number | null;
  readonly monthlyCredits: number;
  /** What may be left of a period's credits when the next period's come. */
  readonly maxRollover: number;
  /** Whether it opens pro options. */
  readonly pro: boolean;
  /** Most holds that may be made in any hour; null: no limit. */
  readonly jobsPerHour: number | null;
  /** Most holds that may be open at once; null: no limit of the plan. */
  readonly concurrentJobs: number | null;
}

export interface Policy {
  /** Today in the app's zone, as in 20261120. */
  readonly day: number;
  /** The next local midnight, in epoch seconds. */
  readonly dayEndsAt: number;
  /** As in 202611. */
  readonly month: number;
  /** The plan of an account that never changed it. */
  readonly defaultPlan: string;
  readonly plans: Readonly<Record<string, PlanRules>>;
}

/** @param at ISO-8601 UTC. */
export const policyOf = (
  { zone, default_plan, plans }: Pick<AppDefinition, 'zone' | 'default_plan' | 'plans'>,
  at: string,
): Policy => {
  const day = localDay(at, zone);
  return {
    day,
    dayEndsAt: dayEndsAt(at, zone),
    month: monthOf(day),
    defaultPlan: default_plan,
    plans: Object.fromEntries(
      plans.map(({ id, daily_credits, daily_cap, monthly_credits, max_rollover, pro, limits }) => [
        id,
        {
          dailyCredits: daily_credits,
          dailyCap: daily_cap,
          monthlyCredits: monthly_credits,
          maxRollover: max_rollover,
          pro,
          jobsPerHour: limits.jobs_per_hour,
          concurrentJobs: limits.concurrent_jobs,
        },
      ]),
    ),
  };
};
