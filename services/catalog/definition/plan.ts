/** What a user has or buys: plans, free allowances, packs of credits. */
import * as z from 'zod';
import { chargeStep, credits, type Fault, price, slug } from './basics.ts';

export const plan = z.strictObject({
  id: slug,
  name: z.string().max(60),
  /** Of the default plan: given each calendar month. Of others: each paid period. */
  monthly_credits: credits,
  /** What may be left of a period's credits when the next period's come; the rest expires. */
  max_rollover: credits,
  /** Given anew each day of the app's zone; what is left expires at midnight. */
  daily_credits: credits,
  /** Most credits that may be spent in a day. */
  daily_cap: credits.nullable(),
  /** Whether it opens pro options. */
  pro: z.boolean(),
  /** Null: not for sale. */
  price: price.extend({ interval: z.enum(['month', 'year']) }).nullable(),
  limits: z.strictObject({
    /** Jobs in any hour; null: no limit. */
    jobs_per_hour: z.int().min(1).max(100_000).nullable(),
    /** Jobs that wait or run at once; null: no limit of the plan's own. */
    concurrent_jobs: z.int().min(1).max(64).nullable(),
  }),
});
export type Plan = z.infer<typeof plan>;

/** Free use of a tool, counted apart from credits. */
export const allowance = z.strictObject({
  tool: slug,
  /** Each use is remembered until the period ends, so that a request sent twice counts once. */
  limit: z.int().min(1).max(1_000),
  /** Of the app's zone. */
  period: z.enum(['day', 'month']),
  /** Whom it is for. */
  plans: z.array(slug).min(1).max(20),
});
export type Allowance = z.infer<typeof allowance>;

export const pack = z.strictObject({
  id: slug,
  name: z.string().max(60),
  credits: credits.min(1),
  bonus_credits: credits,
  price,
});
export type Pack = z.infer<typeof pack>;

interface Sold {
  readonly plans: readonly Pick<Plan, 'price'>[];
  readonly packs: readonly Pick<Pack, 'price'>[];
}

/** A price that could not be charged is found by whoever makes the offer, not by the first who would buy. */
export const priceFaults = (sold: Sold): Fault[] =>
  (['plans', 'packs'] as const).flatMap((list) =>
    sold[list].flatMap(({ price }, index): Fault[] => {
      if (!price) return [];
      const { amount_minor, currency } = price;
      const step = chargeStep(currency);
      if (amount_minor % step === 0) return [];
      return [[[list, index, 'price', 'amount_minor'], `${currency} is charged in multiples of ${step} only`]];
    }),
  );

interface Offered {
  readonly allowances: readonly Allowance[];
  readonly plans: readonly { readonly id: string }[];
  readonly tools: readonly { readonly id: string }[];
}

/** An allowance is of a tool and plans that exist, and a plan has one for a tool: to check and count it is one write. */
export const allowanceFaults = ({ allowances, plans, tools }: Offered): Fault[] => {
  const seen = new Set<string>();
  return allowances.flatMap(({ tool, plans: planIds }, index) => {
    const faults: Fault[] = [];
    if (!tools.some(({ id }) => id === tool))
      faults.push([['allowances', index, 'tool'], `there is no tool "${tool}"`]);
    planIds.forEach((plan, place) => {
      const path = ['allowances', index, 'plans', place];
      if (!plans.some(({ id }) => id === plan)) faults.push([path, `there is no plan "${plan}"`]);
      const key = `${tool} ${plan}`;
      if (seen.has(key)) faults.push([path, `"${plan}" has an allowance of "${tool}" already`]);
      seen.add(key);
    });
    return faults;
  });
};
