/** What a change of plan means: to a dearer one now, for the difference; to a cheaper one from the next period on. */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { paidOfObserved } from '../domain/entitlement.ts';
import type { Observed, Subscription } from '../domain/subscription-state.ts';
import type { Sale } from '../providers/provider.ts';
import { isAfter } from './is-after.ts';
import { type PlanOnSale, planOnSale, planSale, whyUnsold } from './sale-of.ts';
import { standingOf } from './standing.ts';

export interface PlanChange {
  /** The provider's id of it. */
  readonly subscription: string;
  readonly sale: Sale;
  readonly interval: 'month' | 'year';
  readonly upgrade: boolean;
  readonly currency: string;
}

export type Unchangeable =
  | 'subscription-none'
  | 'subscription-unchangeable'
  | 'plan-same'
  | 'plan-unknown'
  | 'plan-not-sold';
export interface NoChange {
  readonly refused: Unchangeable;
  readonly detail?: string;
}

interface Terms {
  readonly amountMinor: number;
  readonly interval: 'month' | 'year';
}

const perYear = ({ amountMinor, interval }: Terms): number => amountMinor * (interval === 'month' ? 12 : 1);
const termsOf = ({ price }: PlanOnSale): Terms => ({ amountMinor: price.amount_minor, interval: price.interval });
const unchangeable = (detail: string): NoChange => ({ refused: 'subscription-unchangeable', detail });

const prepaidDetail =
  'It is paid by the period: buy the other plan by POST /v1/checkout. It counts at once, while the time of this one passes as well.';

/** The plan of the period that runs; another one than the next period's while a change waits. */
const runningPlan = (state: Subscription, { plan }: Observed, at: string): string | null => {
  const paid = paidOfObserved(state);
  return paid && isAfter(paid.until, at) ? paid.plan : plan;
};

/** What the period that runs is paid by; undefined where nobody knows any more. */
const runningTerms = (definition: AppDefinition, observed: Observed, running: string | null): Terms | undefined => {
  if (running === observed.plan) return observed;
  const plan = running === null ? 'plan-unknown' : planOnSale(definition, running);
  return typeof plan === 'string' ? undefined : termsOf(plan);
};

/** The next period's plan is this one. */
const whySame = (
  planId: string,
  { cancelAtPeriodEnd, running }: { readonly cancelAtPeriodEnd: boolean; readonly running: string | null },
): string => {
  if (cancelAtPeriodEnd) return `It is of the plan "${planId}", and ends with the period: resume it to keep the plan.`;
  if (running === planId) return `It is of the plan "${planId}".`;
  return `A change to the plan "${planId}" waits for the end of the period already.`;
};

const whyNot = (
  plan: PlanOnSale,
  running: string | null,
  { status, cancelAtPeriodEnd, plan: next, currency }: Observed,
): NoChange | undefined => {
  if (status !== 'active') return unchangeable(`It is ${status}: only an active one is changed.`);
  if (next === plan.id) return { refused: 'plan-same', detail: whySame(plan.id, { cancelAtPeriodEnd, running }) };
  if (cancelAtPeriodEnd) return unchangeable('It ends with the period: resume it first.');
  if (plan.price.currency !== currency)
    return unchangeable(`It is paid in ${currency}, the plan is sold in ${plan.price.currency}.`);
  return undefined;
};

/**
 * Stripe prorates by the plan that it will bill next, and begins a new period at once where the interval is another one: what
 * would cost the user what they have paid for already is refused.
 */
export const changeOfPlan = (
  state: Subscription,
  definition: AppDefinition,
  { planId, at }: { readonly planId: string; readonly at: string },
): PlanChange | NoChange => {
  const plan = planOnSale(definition, planId);
  if (typeof plan === 'string') return { refused: plan, detail: whyUnsold(definition, planId) };
  const standing = standingOf(state, at);
  if (standing.kind === 'none') return { refused: 'subscription-none' };
  if (standing.kind === 'prepaid') return unchangeable(prepaidDetail);
  const { observed } = standing;
  const running = runningPlan(state, observed, at);
  const no = whyNot(plan, running, observed);
  if (no) return no;
  const current = runningTerms(definition, observed, running);
  const wanted = termsOf(plan);
  const takesBack = running === planId;
  const dearer = current !== undefined && perYear(wanted) > perYear(current);
  if (!takesBack && running !== observed.plan && (current === undefined || dearer))
    return unchangeable(
      'A change waits for the end of the period: take that back first, by a change to the plan of now.',
    );
  const upgrade = dearer && !takesBack;
  if (!upgrade && wanted.interval !== observed.interval)
    return unchangeable('A cheaper plan by another interval begins when this subscription has ended: cancel it first.');
  return {
    subscription: observed.reference,
    sale: planSale(plan),
    interval: wanted.interval,
    upgrade,
    currency: observed.currency,
  };
};
