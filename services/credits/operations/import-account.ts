/**
 * Brings the accounts of an app that moves here. An account is opened without welcome credits, and its balance becomes exactly the
 * exported one. Brought again with another balance, the difference alone is given or taken: what was spent here stays spent.
 */
import type { GrantKind } from '../contracts.ts';
import { accountStream, preview } from '../domain/account.ts';
import type { AccountCommand, AccountRejection } from '../domain/commands.ts';
import { planOf, rulesOf } from '../domain/plans.ts';
import { type Policy, policyOf } from '../domain/policy.ts';
import { type Account, available, epochSeconds, unopened } from '../domain/state.ts';
import { openOnFirstSight } from '../handle-account.ts';
import type { Brought, Pending } from './import-book.ts';
import {
  hasLeft,
  type ImportAccountDeps,
  type Imported,
  importActor,
  reasons,
  refused,
  unchanged,
  written,
} from './import-outcome.ts';
import { comparePlan, importPlan } from './import-plan.ts';

/** Beyond it a balance is a mistake of the export. */
export const maxImportedBalance = 1_000_000;

export interface ImportedBalance {
  readonly user: string;
  readonly balance: number;
}

/** What a balance is made of, by the plan: the allowance that comes anew by itself, a paid plan's credits, and all others. */
export const partsOf = (balance: number, account: Account, policy: Policy) => {
  const { dailyCredits, monthlyCredits } = rulesOf(account, policy);
  const isDefault = planOf(account, policy) === policy.defaultPlan;
  const allowance = dailyCredits + (isDefault ? monthlyCredits : 0);
  const ofAllowance = Math.min(balance, allowance);
  const counted = balance - ofAllowance;
  return { used: allowance - ofAllowance, counted, ofPlan: isDefault ? 0 : Math.min(counted, monthlyCredits) };
};

const metaOf = ({ correlationId }: ImportAccountDeps) => ({ actor: importActor, correlationId });

/** Opens it, without a gift: whoever comes over had theirs. */
const open = (deps: ImportAccountDeps, user: string) => {
  const { handle, definition, now } = deps;
  const stream = accountStream({ app: definition.id, user });
  return openOnFirstSight(handle, stream, { welcome_credits: 0 }, { at: now(), meta: metaOf(deps) });
};

export interface ImportedAccount {
  readonly user: string;
  readonly plan?: string | undefined;
  /** The app had no credits: whoever has paid for a plan begins with what a period of it gives. */
  readonly givesPeriod?: boolean;
}

/** Opens an account and sets its plan. Without a plan nothing is said of it. */
export const importAccount = async (
  deps: ImportAccountDeps,
  { user, plan, givesPeriod = false }: ImportedAccount,
): Promise<Imported> => {
  const { definition, now } = deps;
  const opened = await open(deps, user);
  if (opened.state.status === 'closed') return refused(hasLeft);
  const isWritten = opened.accepted && opened.events.length > 0;
  if (plan === undefined) return isWritten ? written : unchanged;
  const policy = policyOf(definition, now());
  if (!Object.hasOwn(policy.plans, plan)) return refused(`the app has no plan "${plan}"`);
  const stream = accountStream({ app: definition.id, user });
  const set = await importPlan(deps, { stream, plan, policy, givesPeriod });
  return set.status === 'unchanged' && isWritten ? written : set;
};

/** The plan that an export says, beside the account's. */
export const compareAccount = async (
  deps: Pick<ImportAccountDeps, 'store' | 'book' | 'definition' | 'now'>,
  { user, plan }: { readonly user: string; readonly plan: string },
) => {
  const policy = policyOf(deps.definition, deps.now());
  return comparePlan(deps, { stream: accountStream({ app: deps.definition.id, user }), plan, policy });
};

/** What the account was given here as a new user's, where it was opened here before the import. */
const welcomeOf = async ({ store }: ImportAccountDeps, stream: string): Promise<number> => {
  const [, second] = await store.read(stream, { limit: 2 });
  const { event } = second ?? {};
  return event?.type === 'CreditsGranted' && event.kind === 'welcome' ? event.credits : 0;
};

const isFresh = async ({ store }: ImportAccountDeps, stream: string): Promise<boolean> => {
  const [first] = await store.read(stream, { limit: 1 });
  const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
  return [first, newest].every((recorded) => recorded?.meta.actor === importActor);
};

/** What this balance asks for, after what was brought before. */
const planFor = async (
  deps: ImportAccountDeps,
  stream: string,
  { balance, account, before }: { balance: number; account: Account; before: Brought | undefined },
): Promise<Pending> => {
  const policy = policyOf(deps.definition, deps.now());
  const { used, counted, ofPlan } = partsOf(balance, account, policy);
  const fresh = before === undefined && (await isFresh(deps, stream));
  const base = before?.counted ?? (fresh ? 0 : await welcomeOf(deps, stream));
  const change = counted - base;
  const left = available(preview(account, policy, deps.now()), epochSeconds(deps.now()));
  const take = Math.min(Math.max(0, -change), left);
  return {
    exported: balance,
    counted,
    fresh,
    day: policy.day,
    used: fresh ? used : 0,
    ofPlan: fresh ? ofPlan : 0,
    give: Math.max(0, change),
    take,
    short: Math.max(0, -change) - take,
  };
};

/** Each with an id of its own, so that doing them again does nothing. */
const commandsFor = (
  { definition, now }: ImportAccountDeps,
  plan: string,
  { seq, pending }: { readonly seq: number; readonly pending: Pending },
): readonly AccountCommand[] => {
  const at = now();
  const policy = policyOf(definition, at);
  const { exported, counted, fresh, day, used, ofPlan, give, take } = pending;
  const reason = 'imported';
  const kind: GrantKind & ('pack' | 'bonus') = definition.packs.length > 0 ? 'pack' : 'bonus';
  const commands: AccountCommand[] = [];
  // The day's allowance is in the exported balance as far as it was left: it comes first, and what was used of it goes.
  if (fresh && day === policy.day && (used > 0 || exported > counted))
    commands.push(
      used > 0
        ? { type: 'AdjustCredits', at, adjustmentId: `import-day-${day}`, credits: -used, reason, policy }
        : { type: 'IssueDaily', at, policy },
    );
  if (ofPlan > 0) {
    const maxRollover = Number.POSITIVE_INFINITY;
    commands.push({ type: 'GrantPlanCredits', at, periodId: 'import', plan, credits: ofPlan, maxRollover });
  }
  if (give > ofPlan) {
    const grantId = `import-${seq}`;
    commands.push({ type: 'GrantCredits', at, grantId, kind, credits: give - ofPlan, imported: true });
  }
  if (take > 0)
    commands.push({ type: 'AdjustCredits', at, adjustmentId: `import-${seq}`, credits: -take, reason, policy });
  return commands;
};

/** What is taken may have been spent a moment ago: then less is. */
const maxTries = 3;

type Begun = Brought & { readonly pending: Pending };

/** What is left to be taken now, and how much is short of it. */
const lowered = async ({ store, definition, now }: ImportAccountDeps, stream: string, begun: Begun): Promise<Begun> => {
  const account = (await store.load(stream))?.state ?? unopened;
  const at = now();
  const left = available(preview(account, policyOf(definition, at), at), epochSeconds(at));
  const { used, take, short } = begun.pending;
  const [less, lessUsed] = [Math.min(take, left), take > 0 ? used : Math.min(used, left)];
  return {
    ...begun,
    pending: { ...begun.pending, take: less, used: lessUsed, short: short + take - less + used - lessUsed },
  };
};

const carryOut = async (
  deps: ImportAccountDeps,
  stream: string,
  begun: Begun,
): Promise<AccountRejection | undefined> => {
  const { store, handle, definition, now } = deps;
  const account = (await store.load(stream))?.state ?? unopened;
  const plan = planOf(account, policyOf(definition, now()));
  for (const command of commandsFor(deps, plan, begun)) {
    const handled = await handle(stream, command, metaOf(deps));
    if (!handled.accepted) return handled.rejection;
  }
  return undefined;
};

/** Does what was written down, and writes down that it is done. */
const finish = async (deps: ImportAccountDeps, stream: string, begun: Begun): Promise<Imported> => {
  let now = begun;
  let rejection = await carryOut(deps, stream, now);
  for (let tries = 1; rejection === 'credits-insufficient' && tries < maxTries; tries += 1) {
    const next = await lowered(deps, stream, now);
    await deps.book.write(stream, next, now);
    now = next;
    rejection = await carryOut(deps, stream, now);
  }
  if (rejection) return refused(reasons[rejection] ?? rejection);
  const after = await deps.store.load(stream);
  const { pending, seq } = now;
  const { exported, counted } = pending;
  const done: Brought = { seq, exported, counted, version: after?.version ?? 0, short: now.short + pending.short };
  await deps.book.write(stream, done, now);
  return pending.short > 0
    ? refused(`${pending.short} credits that the export says are gone are spent here already`)
    : written;
};

/** Makes the balance the exported one, or adds to it what the export says more or less than the one before. */
export const importBalance = async (deps: ImportAccountDeps, { user, balance }: ImportedBalance): Promise<Imported> => {
  const stream = accountStream({ app: deps.definition.id, user });
  const { state: account } = await open(deps, user);
  if (account.status === 'closed') return refused(hasLeft);
  let before = await deps.book.read(stream);
  if (before?.pending) {
    const finished = await finish(deps, stream, { ...before, pending: before.pending });
    if (finished.status === 'refused') return finished;
    before = await deps.book.read(stream);
  }
  if (before?.exported === balance) return unchanged;
  const pending = await planFor(deps, stream, { balance, account, before });
  const { exported, counted, short } = before ?? { exported: balance, counted: pending.counted, short: 0 };
  const next = { seq: (before?.seq ?? 0) + 1, exported, counted, version: 0, short, pending };
  await deps.book.write(stream, next, before);
  return finish(deps, stream, next);
};

/** An exported balance beside the account's. */
export interface ComparedBalance {
  readonly exported: number;
  readonly here: number;
  /** `moved`: used here since it was brought. */
  readonly verdict: 'equal' | 'moved' | 'different' | 'missing';
}

export const compareBalance = async (
  { store, book, definition, now }: ImportAccountDeps,
  { user, balance }: ImportedBalance,
): Promise<ComparedBalance> => {
  const stream = accountStream({ app: definition.id, user });
  const [account, row] = await Promise.all([store.load(stream), book.read(stream)]);
  if (!account || !row) return { exported: balance, here: 0, verdict: 'missing' };
  const at = now();
  const shown = preview(account.state, policyOf(definition, at), at);
  const here = available(shown, epochSeconds(at));
  if (here === balance) return { exported: balance, here, verdict: 'equal' };
  const hasMoved = account.version > row.version || shown !== account.state;
  const isBrought = row.exported === balance && row.pending === undefined && row.short === 0;
  return { exported: balance, here, verdict: isBrought && hasMoved ? 'moved' : 'different' };
};
