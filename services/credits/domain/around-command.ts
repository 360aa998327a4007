/**
 * What goes before and behind a command's own events, whatever the command: here is the one place of each such rule. A
 * command that changes nothing tells nothing, not even what is due.
 */
import { accept } from '#shared/eventsourcing/decider.ts';
import { alertDue } from './alert.ts';
import { repaymentDue } from './clawback.ts';
import type { AccountCommand } from './commands.ts';
import type { AccountDecision } from './decision.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { expiryDue } from './expiry.ts';
import { allowanceDue } from './plans.ts';
import type { Policy } from './policy.ts';
import { type Account, available, epochSeconds, type Ledger } from './state.ts';
import { topUpDue } from './top-up.ts';

/** What is due in this state at this moment. */
type Rule = (ledger: Ledger, now: number) => readonly AccountEvent[];

interface Progress {
  readonly ledger: Ledger;
  readonly events: readonly AccountEvent[];
}

/** None of these events is an opening, so what is opened stays so. */
const after = (ledger: Ledger, events: readonly AccountEvent[]): Ledger =>
  events.reduce<Account>(evolve, ledger) as Ledger;

/** Each rule sees what the ones before it led to. */
const apply = (rules: readonly Rule[], ledger: Ledger, now: number): Progress =>
  rules.reduce<Progress>(
    (progress, rule) => {
      const events = rule(progress.ledger, now);
      return { ledger: after(progress.ledger, events), events: [...progress.events, ...events] };
    },
    { ledger, events: [] },
  );

/** By the passing of time: nothing that has expired is spent, and today's allowance counts. */
const rulesBefore = (policy: Policy | undefined): Rule[] =>
  policy ? [expiryDue, (ledger, now) => allowanceDue(ledger, policy, now), repaymentDue] : [expiryDue];

/** A hold may have given credits back to a grant that has expired meanwhile; what is owed is repaid first; then the balance is what it is. */
const rulesAfter = (before: number): Rule[] => [
  expiryDue,
  repaymentDue,
  (ledger, now) => alertDue({ ledger, before }, now),
  topUpDue,
];

/** Issuing is what this command is for: so it is not done before it. */
const policyBefore = (command: AccountCommand): Policy | undefined =>
  'policy' in command && command.type !== 'IssueDaily' ? command.policy : undefined;

/** Decides a command on the account as it is at the command's time. */
export const aroundCommand = (
  command: AccountCommand,
  ledger: Ledger,
  decide: (current: Ledger) => AccountDecision,
): AccountDecision => {
  const now = epochSeconds(command.at);
  const before = apply(rulesBefore(policyBefore(command)), ledger, now);
  const decision = decide(before.ledger);
  if (!decision.accepted || decision.events.length === 0) return decision;
  // A threshold set above the balance is crossed by being set.
  const balance =
    command.type === 'SetAlert' ? Number.POSITIVE_INFINITY : Math.max(available(ledger), available(before.ledger));
  const behind = apply(rulesAfter(balance), after(before.ledger, decision.events), now);
  return accept(...before.events, ...decision.events, ...behind.events);
};

/** The account as a command of this moment would find it: nothing expired, today's allowance given. Nothing is written. */
export const preview = (account: Account, policy: Policy, at: string): Account =>
  account.status === 'unopened' ? account : apply(rulesBefore(policy), account, epochSeconds(at)).ledger;
