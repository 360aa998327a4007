/** What an invoice of a subscription paid for: a period, the rest of one for a better plan, or nothing that gives credits. */
import type { Plan } from '#services/catalog/contracts.ts';
import {
  creditsOfPeriod,
  creditsOfUpgrade,
  type EarlierPeriod,
  type FindPlan,
  type PlanLine,
} from './credits-of-change.ts';
import type { Observed, RenewingPeriod } from './subscription-state.ts';

/** `plan`: undefined for what is none of ours. */
type Line = Omit<PlanLine, 'plan'> & { readonly plan: string | undefined };

/** Of a paid invoice, what matters here. */
export interface PlanInvoice {
  readonly currency: string;
  readonly lines: readonly Line[];
}

/** A plan as the catalog sells it. */
export type SoldPlan = Pick<Plan, 'id' | 'monthly_credits' | 'max_rollover' | 'price'>;
/** What the subscription was last seen to cost: prices of before stay with subscriptions of before. */
export type Terms = Pick<Observed, 'plan' | 'amountMinor' | 'currency'>;

export type PeriodFacts = Pick<RenewingPeriod, 'kind' | 'plan' | 'credits' | 'maxRollover' | 'from' | 'until'>;

interface Price {
  readonly amountMinor: number;
  readonly currency: string;
}

export type InvoicePeriod =
  | { readonly outcome: 'paid'; readonly period: PeriodFacts }
  /** A trial's invoice, or one of other things. */
  | { readonly outcome: 'nothing' }
  /** `expected`: what the line should have been of, and `period` what it would have paid for. */
  | {
      readonly outcome: 'mismatched';
      readonly why: 'amount' | 'currency';
      readonly expected: Price;
      readonly period: PeriodFacts;
    }
  | { readonly outcome: 'mismatched'; readonly why: 'plan-unknown'; readonly plan: string };

/** Every price that the plan may be paid by, the catalog's first. */
const pricesOf = ({ id, price }: SoldPlan, terms: Terms | undefined): Price[] => [
  ...(price ? [{ amountMinor: price.amount_minor, currency: price.currency }] : []),
  ...(terms?.plan === id ? [{ amountMinor: terms.amountMinor, currency: terms.currency }] : []),
];

/** What an invoice is read with. */
interface Reading {
  readonly currency: string;
  readonly plans: ReadonlyMap<string, SoldPlan>;
  readonly terms: Terms | undefined;
  readonly before: readonly EarlierPeriod[];
}

/** The old plan of a change is known by the catalog alone: the terms are of the new one by now. */
const finder =
  ({ plans, currency }: Reading): FindPlan =>
  (id) => {
    const plan = plans.get(id);
    if (!plan) return undefined;
    const price = plan.price?.currency === currency ? plan.price.amount_minor : undefined;
    return { credits: plan.monthly_credits, priceMinor: price };
  };

/** More lines than any invoice of ours has. */
const maxLines = 40;

const upgradeOf = (lines: readonly PlanLine[], reading: Reading): InvoicePeriod => {
  const line = lines.findLast(({ amountMinor }) => amountMinor > 0);
  if (!line) return { outcome: 'nothing' };
  const { currency, plans, terms, before } = reading;
  const plan = plans.get(line.plan);
  const prices = plan ? pricesOf(plan, terms) : [];
  const ofCurrency = prices.filter((one) => one.currency === currency);
  const price = ofCurrency.find((one) => line.amountMinor <= one.amountMinor) ?? ofCurrency[0] ?? prices[0];
  if (!plan || !price) return { outcome: 'mismatched', why: 'plan-unknown', plan: line.plan };
  const { id, monthly_credits: credits } = plan;
  const sold = { id, credits, priceMinor: price.amountMinor };
  const period: PeriodFacts = {
    kind: 'upgrade',
    plan: id,
    credits: creditsOfUpgrade(lines, line, sold, { find: finder(reading), before }),
    // The old plan's credits of this period stay.
    maxRollover: null,
    from: line.from,
    until: line.until,
  };
  if (price.currency !== currency) return { outcome: 'mismatched', why: 'currency', expected: price, period };
  if (line.amountMinor > price.amountMinor) return { outcome: 'mismatched', why: 'amount', expected: price, period };
  return { outcome: 'paid', period };
};

const wholePeriodOf = (
  lines: readonly PlanLine[],
  [line, ...others]: readonly [PlanLine, ...PlanLine[]],
  reading: Reading,
): InvoicePeriod => {
  const { currency, plans, terms, before } = reading;
  const plan = plans.get(line.plan);
  const prices = plan ? pricesOf(plan, terms) : [];
  const [expected] = prices;
  if (!plan || !expected) return { outcome: 'mismatched', why: 'plan-unknown', plan: line.plan };
  const { id, monthly_credits, max_rollover } = plan;
  const sold = { id, credits: monthly_credits, priceMinor: line.amountMinor };
  const { credits, isChange } = creditsOfPeriod(lines, line, sold, { find: finder(reading), before });
  const maxRollover = isChange ? null : max_rollover;
  const period: PeriodFacts = { kind: 'period', plan: id, credits, maxRollover, from: line.from, until: line.until };
  const ofCurrency = prices.filter((price) => price.currency === currency);
  if (ofCurrency.length === 0) return { outcome: 'mismatched', why: 'currency', expected, period };
  const isPaid = others.length === 0 && ofCurrency.some(({ amountMinor }) => amountMinor === line.amountMinor);
  return isPaid ? { outcome: 'paid', period } : { outcome: 'mismatched', why: 'amount', expected, period };
};

/**
 * Read off the invoice's lines, for its total may hold a balance of the customer's besides. A line that is no proration is a whole
 * period's, and costs what the catalog says or what the subscription was last seen to cost; credits are the plan's for a period,
 * less what an old period's rest was given back for. `before`: the periods of this subscription that are paid for.
 *
 * @example periodOf(invoice, definition.plans, { terms: state.observed, before: paidPeriods(state) })
 */
export const periodOf = (
  { currency, lines: all }: PlanInvoice,
  sold: readonly SoldPlan[],
  { terms, before = [] }: { readonly terms: Terms | undefined; readonly before?: readonly EarlierPeriod[] },
): InvoicePeriod => {
  const reading: Reading = { currency, plans: new Map(sold.map((plan) => [plan.id, plan])), terms, before };
  const lines = all
    .slice(0, maxLines)
    .filter((line): line is PlanLine => line.plan !== undefined && Date.parse(line.from) < Date.parse(line.until));
  const [line, ...others] = lines.filter(({ proration, amountMinor }) => !proration && amountMinor > 0);
  if (line) return wholePeriodOf(lines, [line, ...others], reading);
  return upgradeOf(
    lines.filter(({ proration }) => proration),
    reading,
  );
};
