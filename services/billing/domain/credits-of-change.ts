/**
 * The credits of a change of plan that is paid at once. What the old plan gave stays, so the new one gives what it has more; and a
 * plan that was paid for in the same time before gave its credits then: changing down and up again brings nothing.
 */
import type { RenewingPeriod } from './subscription-state.ts';

/** A line of an invoice that is of a plan; below zero for what is given back of the old one. */
export interface PlanLine {
  readonly plan: string;
  readonly amountMinor: number;
  readonly proration: boolean;
  readonly from: string;
  readonly until: string;
}

/** What the catalog says of a plan that is sold; its price in the invoice's currency, where it has one. */
export interface KnownPlan {
  readonly credits: number;
  readonly priceMinor: number | undefined;
}
export type FindPlan = (plan: string) => KnownPlan | undefined;

/** The plan that is changed to, at the price that is paid. */
export interface NewPlan {
  readonly id: string;
  readonly credits: number;
  readonly priceMinor: number;
}

/** A period that is paid for: of another payment, or of this one where it is told of again. */
export type EarlierPeriod = Pick<RenewingPeriod, 'plan' | 'from' | 'until'>;

const time = (text: string): number => Date.parse(text);
const runsAt = ({ from, until }: EarlierPeriod, at: string): boolean =>
  time(from) <= time(at) && time(at) < time(until);

/** Part of a plan's credits: `part / whole` of them. */
interface Share {
  readonly credits: number;
  readonly part: number;
  readonly whole: number;
}

/** Exact until the last step, which rounds up: less than one credit in the user's favour. Never below 0. */
const sumOf = (shares: readonly Share[]): number => {
  let [numerator, denominator] = [0n, 1n];
  for (const { credits, part, whole } of shares) {
    numerator = numerator * BigInt(whole) + BigInt(credits) * BigInt(part) * denominator;
    denominator *= BigInt(whole);
  }
  return numerator <= 0n ? 0 : Number((numerator + denominator - 1n) / denominator);
};

/** By plan, what is left when lines of the same one are counted together: changes may have followed each other. */
const sumByPlan = (lines: readonly PlanLine[]): [plan: string, amountMinor: number][] => {
  const sums = new Map<string, number>();
  for (const { plan, amountMinor } of lines) sums.set(plan, (sums.get(plan) ?? 0) + amountMinor);
  return [...sums];
};

/**
 * For the rest of a period, of which `line` pays a part: so much of what the new plan gives more than the old one. Nothing where no
 * old plan is given back, or the catalog does not know it.
 */
export const creditsOfUpgrade = (
  lines: readonly PlanLine[],
  line: PlanLine,
  { id, credits, priceMinor }: NewPlan,
  { find, before }: { readonly find: FindPlan; readonly before: readonly EarlierPeriod[] },
): number => {
  const old = sumByPlan(lines).filter(([plan, amountMinor]) => plan !== id && amountMinor <= 0);
  const given = old.map(([plan]) => find(plan)?.credits);
  if (given.length === 0 || given.includes(undefined) || priceMinor === 0) return 0;
  // One that is not known any more gave what nobody can tell: only the others are compared.
  const earlier = before.filter((period) => runsAt(period, line.from)).map(({ plan }) => find(plan)?.credits ?? 0);
  const most = Math.max(...given.map((one) => one ?? 0), ...earlier);
  return sumOf([{ credits: Math.max(0, credits - most), part: line.amountMinor, whole: priceMinor }]);
};

export interface WholePeriod {
  readonly credits: number;
  /** An old period's rest was given back for it: the plan changed to one of another interval. */
  readonly isChange: boolean;
}

/**
 * For a whole period that begins inside an old one: less the part of the old plan's credits that its money was given back for, and
 * less what is left of a period of the same plan that was given back before. A plan that the catalog does not know counts by the new
 * one's price.
 */
export const creditsOfPeriod = (
  lines: readonly PlanLine[],
  whole: PlanLine,
  { id, credits, priceMinor }: NewPlan,
  { find, before }: { readonly find: FindPlan; readonly before: readonly EarlierPeriod[] },
): WholePeriod => {
  const inside = lines.filter((line) => line.proration && time(line.until) > time(whole.from));
  const back = sumByPlan(inside).filter(([, amountMinor]) => amountMinor < 0);
  if (back.length === 0) return { credits, isChange: false };
  const givenBack = back.map(([plan, amountMinor]): Share => {
    const known = find(plan);
    const { credits: of, priceMinor: price } = known?.priceMinor ? known : { credits, priceMinor };
    const at = Math.max(1, price ?? 0);
    return { credits: -of, part: Math.min(at, -amountMinor), whole: at };
  });
  const again = before
    .filter((period) => period.plan === id && time(period.from) < time(whole.from) && runsAt(period, whole.from))
    .map(
      ({ from, until }): Share => ({
        credits: -credits,
        part: time(until) - time(whole.from),
        whole: time(until) - time(from),
      }),
    );
  return { credits: sumOf([{ credits, part: 1, whole: 1 }, ...givenBack, ...again]), isChange: true };
};
