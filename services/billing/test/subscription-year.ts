/** A year of a user's subscriptions at the provider, at random: what it would say after each step, and what it was paid for. */
import * as fc from 'fast-check';
import type { Observed, RenewingPeriod } from '../domain/subscription-state.ts';
import { anObserved, aPeriod, day } from './subscriptions.ts';

export interface YearStep {
  /** In days. */
  readonly at: number;
  readonly said: Observed;
  readonly paid?: RenewingPeriod;
  /** A subscription began. */
  readonly isFirst: boolean;
}

const plans = ['mini', 'plus', 'pro'] as const;
const acts = ['go-on', 'upgrade', 'downgrade', 'fail', 'give-up', 'cancel', 'resume', 'end'] as const;
const act = fc.record({
  act: fc.constantFrom(...acts, 'go-on' as const),
  plan: fc.constantFrom(...plans),
  hasTrial: fc.boolean(),
  gap: fc.integer({ min: 1, max: 25 }),
});
type Act = (typeof act extends fc.Arbitrary<infer One> ? One : never) & { readonly at: number };

const isOver = (last: YearStep | undefined): boolean => !last || last.said.status === 'canceled';
const reference = (count: number): string => `sub_${count}`;

/** What is paid at a step. Each has a payment of its own. */
const paidAt = ({ at }: Act, said: Observed, plan: string, changes: Partial<RenewingPeriod> = {}): RenewingPeriod =>
  aPeriod({
    paymentId: `pay_${at}`,
    reference: said.reference,
    plan,
    from: day(at),
    until: said.currentPeriodEnd,
    ...changes,
  });

const begin = (step: Act, count: number): YearStep => {
  const { at, plan, hasTrial } = step;
  const base = anObserved({ reference: reference(count), plan, currentPeriodEnd: day(at + (hasTrial ? 14 : 30)) });
  return hasTrial
    ? { at, isFirst: true, said: { ...base, status: 'trialing', trialEnd: base.currentPeriodEnd } }
    : { at, isFirst: true, said: base, paid: paidAt(step, base, plan) };
};

/** Undefined for what cannot be done now. */
const goOn = (step: Act, { said }: YearStep): YearStep | undefined => {
  const { at, plan } = step;
  const next = (changes: Partial<Observed>): YearStep => ({ at, isFirst: false, said: { ...said, ...changes } });
  switch (step.act) {
    case 'go-on': {
      const after: Observed = { ...said, status: 'active', currentPeriodEnd: day(at + 30) };
      return { at, isFirst: false, said: after, paid: paidAt(step, after, said.plan ?? plan) };
    }
    case 'upgrade': {
      if (said.status !== 'active') return undefined;
      const after: Observed = { ...said, plan };
      const paid = paidAt(step, after, plan, { kind: 'upgrade', maxRollover: null });
      return { at, isFirst: false, said: after, paid };
    }
    case 'downgrade':
      return next({ plan });
    case 'fail':
      return said.status === 'active' ? next({ status: 'past_due' }) : undefined;
    case 'give-up':
      return said.status === 'past_due' ? next({ status: 'unpaid' }) : undefined;
    case 'cancel':
      return next({ cancelAtPeriodEnd: true });
    case 'resume':
      return next({ cancelAtPeriodEnd: false });
    case 'end':
      return next({ status: 'canceled' });
  }
};

export const subscriptionYear: fc.Arbitrary<readonly YearStep[]> = fc
  .array(act, { minLength: 1, maxLength: 14 })
  .map((chosen) => {
    const steps: YearStep[] = [];
    let at = 0;
    let begun = 0;
    for (const one of chosen) {
      at += one.gap;
      const last = steps.at(-1);
      if (isOver(last)) begun += 1;
      const step = last && !isOver(last) ? goOn({ ...one, at }, last) : begin({ ...one, at }, begun);
      if (step) steps.push(step);
    }
    return steps;
  });
