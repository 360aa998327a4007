/** What an invoice of a subscription paid for: a period, the rest of one for a better plan, or nothing that gives credits. */
import type { Plan } from '#services/catalog/contracts.ts';
import type { Observed, RenewingPeriod } from './subscription-state.ts';

interface Line {
  readonly plan: string | undefined;
  readonly amountMinor: number;
  readonly proration: boolean;
  readonly from: string;
  readonly until: string;
}
/** A line of a plan of ours. */
type PlanLine = Line & { readonly plan: string };

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

const monthsOf = { month: 1, year: 12 } as const;

/** A calendar month or year later, in UTC; the last day of the month where it has no such day. */
export const periodEnd = (from: string, interval: keyof typeof monthsOf): string => {
  const begin = new Date(from);
  const end = new Date(begin);
  end.setUTCMonth(begin.getUTCMonth() + monthsOf[interval]);
  // Beyond the month's end JavaScript goes on into the next one.
  if (end.getUTCDate() !== begin.getUTCDate()) end.setUTCDate(0);
  return end.toISOString();
};

/** Every price that the plan may be paid by, the catalog's first. */
const pricesOf = ({ id, price }: SoldPlan, terms: Terms | undefined): Price[] => [
  ...(price ? [{ amountMinor: price.amount_minor, currency: price.currency }] : []),
  ...(terms?.plan === id ? [{ amountMinor: terms.amountMinor, currency: terms.currency }] : []),
];

const roundUp = (numerator: bigint, denominator: bigint): number =>
  numerator <= 0n ? 0 : Number((numerator + denominator - 1n) / denominator);

/**
 * The credits of what prorated lines paid for, less those of what they gave back: each plan's credits in proportion to its price.
 * Exact until the last step, which rounds up: less than one credit in the user's favour. A plan that has no price any more counts
 * by the new one's.
 */
const proratedCredits = (
  lines: readonly PlanLine[],
  of: (plan: string) => { readonly credits: number; readonly priceMinor: number },
): number => {
  let [numerator, denominator] = [0n, 1n];
  for (const { plan, amountMinor } of lines) {
    const { credits, priceMinor } = of(plan);
    numerator = numerator * BigInt(priceMinor) + BigInt(credits) * BigInt(amountMinor) * denominator;
    denominator *= BigInt(priceMinor);
  }
  return roundUp(numerator, denominator);
};

/** More lines than any invoice of ours has. */
const maxLines = 40;

const upgradeOf = (
  lines: readonly PlanLine[],
  { currency, plans, terms }: { currency: string; plans: ReadonlyMap<string, SoldPlan>; terms: Terms | undefined },
): InvoicePeriod => {
  const line = lines.findLast(({ amountMinor }) => amountMinor > 0);
  if (!line) return { outcome: 'nothing' };
  const plan = plans.get(line.plan);
  const prices = plan ? pricesOf(plan, terms) : [];
  const ofCurrency = prices.filter((one) => one.currency === currency);
  const price = ofCurrency.find((one) => line.amountMinor <= one.amountMinor) ?? ofCurrency[0] ?? prices[0];
  if (!plan || !price) return { outcome: 'mismatched', why: 'plan-unknown', plan: line.plan };
  const priceOf = (id: string): { credits: number; priceMinor: number } => {
    const of = plans.get(id);
    const known = of && id !== plan.id ? pricesOf(of, undefined).find((one) => one.currency === currency) : undefined;
    return of && known
      ? { credits: of.monthly_credits, priceMinor: known.amountMinor }
      : { credits: plan.monthly_credits, priceMinor: price.amountMinor };
  };
  const period: PeriodFacts = {
    kind: 'upgrade',
    plan: plan.id,
    credits: price.amountMinor === 0 ? 0 : proratedCredits(lines, priceOf),
    // The old plan's credits of this period stay.
    maxRollover: null,
    from: line.from,
    until: line.until,
  };
  if (price.currency !== currency) return { outcome: 'mismatched', why: 'currency', expected: price, period };
  if (line.amountMinor > price.amountMinor) return { outcome: 'mismatched', why: 'amount', expected: price, period };
  return { outcome: 'paid', period };
};

/**
 * Read off the invoice's lines, for its total may hold a balance of the customer's besides. A line that is no proration is a whole
 * period's, and costs what the catalog says or what the subscription was last seen to cost; credits are the plan's for a period.
 *
 * @example periodOf(invoice, definition.plans, state.observed)
 */
export const periodOf = (invoice: PlanInvoice, plans: readonly SoldPlan[], terms: Terms | undefined): InvoicePeriod => {
  const planById = new Map(plans.map((plan) => [plan.id, plan]));
  const { currency } = invoice;
  const lines = invoice.lines
    .slice(0, maxLines)
    .filter((line): line is PlanLine => line.plan !== undefined && Date.parse(line.from) < Date.parse(line.until));
  const whole = lines.filter(({ proration, amountMinor }) => !proration && amountMinor > 0);
  const [line] = whole;
  if (!line) {
    const prorations = lines.filter(({ proration }) => proration);
    return upgradeOf(prorations, { currency, plans: planById, terms });
  }
  const plan = planById.get(line.plan);
  const prices = plan ? pricesOf(plan, terms) : [];
  const [expected] = prices;
  if (!plan || !expected) return { outcome: 'mismatched', why: 'plan-unknown', plan: line.plan };
  const { id, monthly_credits: credits, max_rollover: maxRollover } = plan;
  const period: PeriodFacts = { kind: 'period', plan: id, credits, maxRollover, from: line.from, until: line.until };
  const ofCurrency = prices.filter((price) => price.currency === currency);
  if (ofCurrency.length === 0) return { outcome: 'mismatched', why: 'currency', expected, period };
  const isPaid = whole.length === 1 && ofCurrency.some(({ amountMinor }) => amountMinor === line.amountMinor);
  return isPaid ? { outcome: 'paid', period } : { outcome: 'mismatched', why: 'amount', expected, period };
};
