/** Users, balances and the old ledger: who they are, what they have, and what led to it. */

import {
  customerDifference,
  type ImportBillingDeps,
  importCustomer,
} from '#services/billing/operations/import-payment.ts';
import { policyOf } from '#services/credits/domain/policy.ts';
import {
  compareAccount,
  compareBalance,
  importAccount,
  importBalance,
  maxImportedBalance,
} from '#services/credits/operations/import-account.ts';
import type { HistoryImport, OwnedEntry } from '#services/credits/operations/import-history.ts';
import type { ImportAccountDeps } from '#services/credits/operations/import-outcome.ts';
import { importedJobId } from '#services/generation/operations/import-job.ts';
import { type ImportUserDeps, importUser, isUserThere } from '#services/identity/operations/import-user.ts';
import { derivedUuid } from '#shared/ids.ts';
import { ownerKey } from '#shared/owner.ts';
import type { BalanceFacts, LedgerFacts, UserFacts } from '../facts.ts';
import {
  type Compared,
  different,
  inPool,
  missing,
  type Outcome,
  refused,
  type Step,
  there,
  unchanged,
  written,
} from './step.ts';

/** The first that was refused counts; else whether anything was written. */
const together = (outcomes: readonly Outcome[]): Outcome =>
  outcomes.find(({ status }) => status === 'refused') ??
  (outcomes.some(({ status }) => status === 'written') ? written : unchanged);

export interface UserStepDeps {
  readonly app: string;
  readonly account: ImportAccountDeps;
  readonly identity: ImportUserDeps;
  readonly billing: ImportBillingDeps;
  /** The app has balances to bring: paid plans' credits are in them. */
  readonly hasBalances: boolean;
}

const customerOf = ({ app, billing }: UserStepDeps, { user, customer, plan, subscription }: UserFacts) => {
  const isSold = billing.definition.plans.some(({ id, price }) => id === plan && price !== null);
  const running = subscription && plan !== undefined && isSold ? { ...subscription, plan } : undefined;
  return customer === undefined ? undefined : { owner: { app, user }, customer, subscription: running };
};

const defaultPlanOf = ({ account }: UserStepDeps): string => policyOf(account.definition, account.now()).defaultPlan;

const importOne = async (deps: UserStepDeps, facts: UserFacts): Promise<Outcome> => {
  const { app, account, identity, billing, hasBalances } = deps;
  const { user, plan, email, name, username, roles = [], preferences, streak, plays, createdAt } = facts;
  // The account first: a record that begins has one opened, with the welcome credits of a new user.
  const opened = await importAccount(account, { user, plan: plan ?? defaultPlanOf(deps), givesPeriod: !hasBalances });
  if (opened.status === 'refused') return opened;
  const record = { owner: { app, user }, email, name, username, roles, preferences, streak, plays, createdAt };
  const known = await importUser(identity, record);
  if (known === 'user-left') return refused('has left here');
  const customer = customerOf(deps, facts);
  const paying = customer ? await importCustomer(billing, customer) : unchanged;
  return together([opened, { status: known }, paying]);
};

const compareOne = async (deps: UserStepDeps, facts: UserFacts): Promise<Compared> => {
  const { app, account, identity, billing } = deps;
  const standing = await isUserThere(identity.users, { app, user: facts.user });
  if (standing === 'missing') return missing;
  if (standing === 'left') return different('has left here');
  const plan = facts.plan ?? defaultPlanOf(deps);
  const { here, verdict } = await compareAccount(account, { user: facts.user, plan });
  if (verdict === 'different') return different(`is of the plan ${here} here, and not ${plan}`);
  const customer = customerOf(deps, facts);
  const difference = customer ? await customerDifference(billing, customer) : undefined;
  if (difference !== undefined) return different(difference);
  return verdict === 'moved' ? { status: 'moved' } : there;
};

export const userStep = (deps: UserStepDeps): Step<UserFacts> => ({
  once: ({ user }) => user,
  write: (rows) => inPool(rows, (facts) => importOne(deps, facts)),
  compare: (rows) => inPool(rows, (facts) => compareOne(deps, facts)),
});

/** Summed up over the whole file. */
export interface BalanceSums {
  exported: number;
  here: number;
}

/** Nobody spends below nothing, and nobody has a million: such a row is a finding of the export. */
const faultOf = ({ balance }: BalanceFacts): string | undefined => {
  if (balance < 0) return `the balance is below nothing: ${balance}`;
  return balance > maxImportedBalance ? `the balance is beyond ${maxImportedBalance}: ${balance}` : undefined;
};

export const balanceStep = (deps: ImportAccountDeps, sums: BalanceSums): Step<BalanceFacts> => ({
  once: ({ user }) => user,
  write: (rows) =>
    inPool(rows, async (facts) => {
      const opened = await importAccount(deps, facts);
      const fault = faultOf(facts);
      if (fault !== undefined) return refused(fault);
      if (opened.status === 'refused') return opened;
      return together([opened, await importBalance(deps, facts)]);
    }),
  compare: (rows) =>
    inPool(rows, async (facts) => {
      const fault = faultOf(facts);
      if (fault !== undefined) return different(fault);
      const { exported, here, verdict } = await compareBalance(deps, facts);
      sums.exported += exported;
      sums.here += here;
      switch (verdict) {
        case 'equal':
          return there;
        case 'missing':
          return missing;
        case 'moved':
          return { status: 'moved' };
        case 'different':
          return different(`${facts.user}: ${exported} exported, ${here} here`);
      }
    }),
});

/** The id is of the app's own row, so that it is one entry however often it is brought. */
const entryOf =
  (app: string) =>
  ({ user, oldId, oldJob, at, ...entry }: LedgerFacts): OwnedEntry => {
    const owner = { app, user };
    const generation_id = oldJob === undefined ? null : importedJobId(owner, oldJob);
    const id = derivedUuid(app, user, 'import', oldId);
    return { owner: ownerKey(owner), entry: { ...entry, id, generation_id, created_at: at } };
  };

export const ledgerStep = (app: string, history: HistoryImport): Step<LedgerFacts> => ({
  async write(rows) {
    const outcomes: Outcome[] = [];
    const entries = rows.map(entryOf(app));
    const wereThere = await inPool(entries, (entry) => history.isThere(entry));
    await history.write(entries);
    for (const wasThere of wereThere) outcomes.push(wasThere ? unchanged : written);
    return outcomes;
  },
  compare: (rows) =>
    inPool(rows.map(entryOf(app)), async (entry) => ((await history.isThere(entry)) ? there : missing)),
});
