import { sandboxLab } from '#apps/sandbox-lab.ts';
import { policyOf } from './policy.ts';
import { epochSeconds } from './state.ts';

test("a policy is what the app's definition says at a moment of its zone", () =>
  expect(policyOf({ ...sandboxLab, zone: 'Africa/Cairo' }, '2026-11-30T22:00:00.000Z')).toEqual({
    day: 20_261_201,
    dayEndsAt: epochSeconds('2026-12-01T22:00:00Z'),
    month: 202_612,
    defaultPlan: 'free',
    plans: {
      free: { dailyCredits: 0, dailyCap: null, monthlyCredits: 0, maxRollover: 0, pro: false },
      daily: { dailyCredits: 5, dailyCap: 8, monthlyCredits: 0, maxRollover: 0, pro: false },
      monthly: { dailyCredits: 0, dailyCap: null, monthlyCredits: 20, maxRollover: 5, pro: false },
    },
  }));
