import { sandboxLab } from '#apps/sandbox-lab.ts';
import { policyOf } from './policy.ts';
import { epochSeconds } from './state.ts';

const unpaid = sandboxLab.plans.filter(({ price }) => price === null);
const unlimited = { pro: false, jobsPerHour: null, concurrentJobs: null };

test("a policy is what the app's definition says at a moment of its zone", () =>
  expect(policyOf({ ...sandboxLab, plans: unpaid, zone: 'Africa/Cairo' }, '2026-11-30T22:00:00.000Z')).toEqual({
    day: 20_261_201,
    dayEndsAt: epochSeconds('2026-12-01T22:00:00Z'),
    month: 202_612,
    defaultPlan: 'free',
    plans: {
      free: { dailyCredits: 0, dailyCap: null, monthlyCredits: 0, maxRollover: 0, ...unlimited },
      daily: { dailyCredits: 5, dailyCap: 8, monthlyCredits: 0, maxRollover: 0, ...unlimited },
      monthly: { dailyCredits: 0, dailyCap: null, monthlyCredits: 20, maxRollover: 5, ...unlimited },
    },
  }));

test('PP11 a plan is told with its limits', () => {
  const [plan] = sandboxLab.plans;
  if (!plan) throw new Error('there is no plan');
  const plans = [{ ...plan, limits: { jobs_per_hour: 10, concurrent_jobs: 2 } }];
  expect(policyOf({ ...sandboxLab, plans }, '2026-11-30T22:00:00.000Z').plans[plan.id]).toMatchObject({
    jobsPerHour: 10,
    concurrentJobs: 2,
  });
});
