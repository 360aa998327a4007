/**
 * Brings the plan of an account that moves here, and what an export says later of it. A plan is changed as long as imports alone
 * have set it: what was paid for, or set, here stays.
 */
import { planOf } from '../domain/plans.ts';
import type { Policy } from '../domain/policy.ts';
import { type Account, unopened } from '../domain/state.ts';
import type { BroughtPlan } from './import-book.ts';
import {
  type ImportAccountDeps,
  type Imported,
  importActor,
  reasons,
  refused,
  unchanged,
  written,
} from './import-outcome.ts';

/** A change of plan gives first what the plan before had due: of an account that comes over, nothing is. */
const withoutAllowances = (policy: Policy): Policy => ({
  ...policy,
  plans: Object.fromEntries(
    Object.entries(policy.plans).map(([id, rules]) => [id, { ...rules, dailyCredits: 0, monthlyCredits: 0 }]),
  ),
});

/** Whoever was never told of has the default plan. */
const knownOf = (row: BroughtPlan | undefined, { defaultPlan }: Policy): BroughtPlan =>
  row ?? { seq: 0, plan: defaultPlan, told: defaultPlan };

/** Whether nothing but an import has spoken of the account's plan. */
const isByImport = (account: Account, { plan, pending }: BroughtPlan, policy: Policy): boolean => {
  if (account.status !== 'open' || account.planOrder !== undefined) return false;
  const here = planOf(account, policy);
  return here === plan || here === pending;
};

export interface TellPlan {
  readonly stream: string;
  readonly plan: string;
  readonly policy: Policy;
  /** The app had no credits: who has paid for a plan begins with what a period of it gives, once. */
  readonly givesPeriod: boolean;
}

type Move = Pick<ImportAccountDeps, 'handle' | 'now' | 'correlationId'>;

const setPlan = async (
  { handle, now, correlationId }: Move,
  { stream, plan, policy, givesPeriod }: TellPlan,
  { seq, isSet }: { readonly seq: number; readonly isSet: boolean },
): Promise<Imported> => {
  const meta = { actor: importActor, correlationId };
  const at = now();
  const change = { changeId: `import-${seq}`, reason: 'imported', policy: withoutAllowances(policy) } as const;
  const maxRollover = Number.POSITIVE_INFINITY;
  const credits = givesPeriod && plan !== policy.defaultPlan ? (policy.plans[plan]?.monthlyCredits ?? 0) : 0;
  const commands = [
    ...(isSet ? [] : [{ type: 'ChangePlan', at, plan, ...change } as const]),
    ...(credits > 0 ? [{ type: 'GrantPlanCredits', at, periodId: 'import', plan, credits, maxRollover } as const] : []),
  ];
  for (const command of commands) {
    const handled = await handle(stream, command, meta);
    if (!handled.accepted) return refused(reasons[handled.rejection] ?? handled.rejection);
  }
  return written;
};

/** What is about to be done is written down first: a run that is cut off knows its own plan again. */
export const importPlan = async (deps: ImportAccountDeps, told: TellPlan): Promise<Imported> => {
  const { store, book } = deps;
  const { stream, plan, policy } = told;
  const before = await book.readPlan(stream);
  const known = knownOf(before, policy);
  if (known.told === plan && known.pending === undefined) return unchanged;
  const account = (await store.load(stream))?.state ?? unopened;
  const seq = known.seq + 1;
  if (!isByImport(account, known, policy)) {
    await book.writePlan(stream, { seq, plan: known.plan, told: plan }, before);
    return unchanged;
  }
  const here = planOf(account, policy);
  const begun = { seq, plan: here, told: known.told, pending: plan };
  await book.writePlan(stream, begun, before);
  const set = await setPlan(deps, told, { seq, isSet: here === plan });
  if (set.status === 'refused') return set;
  await book.writePlan(stream, { seq, plan, told: plan }, begun);
  return set;
};

/** An exported plan beside the account's. `moved`: it was brought, and another was set here since. */
export const comparePlan = async (
  { store, book }: Pick<ImportAccountDeps, 'store' | 'book'>,
  { stream, plan, policy }: Pick<TellPlan, 'stream' | 'plan' | 'policy'>,
): Promise<{ readonly here: string; readonly verdict: 'equal' | 'moved' | 'different' }> => {
  const [account, row] = await Promise.all([store.load(stream), book.readPlan(stream)]);
  const here = planOf(account?.state ?? unopened, policy);
  if (here === plan) return { here, verdict: 'equal' };
  const { told, pending } = knownOf(row, policy);
  return { here, verdict: told === plan && pending === undefined ? 'moved' : 'different' };
};
