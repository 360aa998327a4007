/** Random histories of an account for property tests: few ids, so that they meet often, and time that only goes on. */
import fc from 'fast-check';
import type { AccountCommand } from '../domain/commands.ts';
import type { PlanRules, Policy } from '../domain/policy.ts';
import {
  adjustCredits,
  changePlan,
  closeAccount,
  endTopUp,
  grantCredits,
  grantPlanCredits,
  holdCredits,
  issueDaily,
  later,
  openAccount,
  policyAt,
  reinstateGrant,
  releaseHold,
  revokeGrant,
  seconds,
  setAlert,
  setTopUp,
  settleHold,
} from './commands.ts';

const giveNothing: PlanRules = {
  dailyCredits: 0,
  dailyCap: null,
  monthlyCredits: 0,
  maxRollover: 0,
  pro: false,
  jobsPerHour: null,
  concurrentJobs: null,
};
/** Small numbers, so that caps, rollovers, limits and debts are met. */
export const randomPlans: Readonly<Record<'free' | 'daily' | 'paid', PlanRules>> = {
  free: { ...giveNothing, monthlyCredits: 6, maxRollover: 2, concurrentJobs: 2 },
  daily: { ...giveNothing, dailyCredits: 5, dailyCap: 12, jobsPerHour: 4 },
  paid: { ...giveNothing, dailyCredits: 3, dailyCap: 20, monthlyCredits: 30, maxRollover: 10, jobsPerHour: 6 },
};

export const randomPolicyAt = (afterS: number): Policy => policyAt(later(afterS), { plans: randomPlans });

/** Makes a command that is given so many seconds after noon. */
type Make = (afterS: number) => AccountCommand;

const number = (min: number, max: number) => fc.integer({ min, max });
const named = (prefix: string, count: number) => number(1, count).map((index) => `${prefix}${index}`);
const holdId = named('gen_', 6);
const grantId = named('grant-', 8);
/** Some adjustments have the id of a grant. */
const adjustmentId = fc.oneof({ weight: 4, arbitrary: named('adj-', 5) }, grantId);
const revocationId = named('re_', 4);
const planId = fc.constantFrom('free', 'daily', 'paid');
/** Most commands know what day it is; some come late, with an earlier day. */
const lagS = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, number(1, 100_000));

const grant = fc
  .record({
    id: grantId,
    kind: fc.constantFrom('plan', 'daily', 'pack', 'bonus', 'adjustment'),
    credits: number(1, 40),
    livesS: fc.option(number(-5, 200), { nil: undefined }),
    priority: fc.option(number(0, 60), { nil: undefined }),
  })
  .map(
    ({ id, kind, credits, livesS, priority }): Make =>
      (afterS) =>
        grantCredits(id, credits, {
          at: later(afterS),
          kind,
          ...(livesS === undefined ? {} : { expiresAt: seconds + afterS + livesS }),
          ...(priority === undefined ? {} : { priority }),
        }),
  );

/** Some are free runs. */
const hold = fc.tuple(holdId, number(0, 12), lagS).map(
  ([id, credits, lag]): Make =>
    (afterS) =>
      holdCredits(id, credits, {
        at: later(afterS),
        expiresAt: seconds + afterS + 60,
        policy: randomPolicyAt(afterS - lag),
      }),
);

const settle = fc.tuple(holdId, number(0, 12)).map(
  ([id, credits]): Make =>
    (afterS) =>
      settleHold(id, credits, later(afterS)),
);

const release = fc.tuple(holdId, fc.constantFrom('failed', 'cancelled', 'blocked', 'expired')).map(
  ([id, reason]): Make =>
    (afterS) =>
      releaseHold(id, reason, later(afterS)),
);

const issue = lagS.map(
  (lag): Make =>
    (afterS) =>
      issueDaily(later(afterS), randomPolicyAt(afterS - lag)),
);

const grantPeriod = fc.tuple(named('sub-', 5), number(1, 40), number(0, 20)).map(
  ([periodId, credits, maxRollover]): Make =>
    (afterS) =>
      grantPlanCredits(periodId, credits, { at: later(afterS), plan: 'paid', maxRollover }),
);

const change = fc.tuple(planId, named('change-', 6), lagS).map(
  ([plan, changeId, lag]): Make =>
    (afterS) =>
      changePlan(plan, { at: later(afterS), changeId, policy: randomPolicyAt(afterS - lag) }),
);

/** As billing tells of them: numbered, in any order. */
const entitle = fc.tuple(planId, number(1, 8)).map(
  ([plan, order]): Make =>
    (afterS) =>
      changePlan(plan, { at: later(afterS), order, policy: randomPolicyAt(afterS) }),
);

const adjust = fc
  .tuple(
    adjustmentId,
    number(-20, 20).filter((credits) => credits !== 0),
    lagS,
  )
  .map(
    ([id, credits, lag]): Make =>
      (afterS) =>
        adjustCredits(id, credits, { at: later(afterS), policy: randomPolicyAt(afterS - lag) }),
  );

const revoke = fc.tuple(revocationId, grantId, number(1, 60), fc.constantFrom('refund', 'dispute')).map(
  ([id, grant, credits, reason]): Make =>
    (afterS) =>
      revokeGrant(id, grant, credits, { at: later(afterS), reason }),
);

const reinstate = fc.tuple(revocationId, grantId, number(1, 60)).map(
  ([id, grant, credits]): Make =>
    (afterS) =>
      reinstateGrant(id, grant, credits, { at: later(afterS) }),
);

const alert = fc.option(number(1, 30)).map(
  (below): Make =>
    (afterS) =>
      setAlert(below, later(afterS)),
);

const topUp = fc.option(fc.record({ below: number(1, 30), packId: planId, maxPerMonth: number(1, 3) })).map(
  (settings): Make =>
    (afterS) =>
      setTopUp(settings, later(afterS)),
);

/** Of the month the history begins in, or the one after. */
const topUpEnd = fc.tuple(fc.constantFrom(202_611, 202_612), number(1, 3), fc.constantFrom('paid', 'declined')).map(
  ([month, index, outcome]): Make =>
    (afterS) =>
      endTopUp(`topup-${month}-${index}`, outcome, later(afterS)),
);

const open = fc.constant<Make>((afterS) => openAccount(10, later(afterS)));

const step = fc.oneof(
  { weight: 4, arbitrary: grant },
  { weight: 7, arbitrary: hold },
  { weight: 4, arbitrary: settle },
  { weight: 3, arbitrary: release },
  { weight: 2, arbitrary: issue },
  { weight: 1, arbitrary: grantPeriod },
  { weight: 2, arbitrary: change },
  { weight: 1, arbitrary: entitle },
  { weight: 2, arbitrary: adjust },
  { weight: 2, arbitrary: revoke },
  { weight: 2, arbitrary: reinstate },
  { weight: 1, arbitrary: alert },
  { weight: 1, arbitrary: topUp },
  { weight: 2, arbitrary: topUpEnd },
  { weight: 1, arbitrary: open },
);

const elapsedS = fc.oneof(
  { weight: 18, arbitrary: number(0, 30) },
  { weight: 4, arbitrary: number(31, 90_000) },
  { weight: 1, arbitrary: number(90_001, 20 * 86_400) },
);

/** An opening, up to 60 commands and perhaps a closing, each at or after the one before. */
export const randomCommands: fc.Arbitrary<AccountCommand[]> = fc
  .tuple(fc.array(fc.tuple(step, elapsedS), { maxLength: 60, size: 'max' }), number(0, 20), fc.boolean())
  .map(([steps, welcomeCredits, closes]) => {
    let afterS = 0;
    const commands: AccountCommand[] = [openAccount(welcomeCredits)];
    for (const [make, elapsed] of steps) {
      afterS += elapsed;
      commands.push(make(afterS));
    }
    return closes ? [...commands, closeAccount(later(afterS))] : commands;
  });
