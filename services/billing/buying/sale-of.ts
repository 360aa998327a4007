/** What can be bought, from the catalog: the price is never the client's. */
import type { AppDefinition, PaymentProvider, Plan } from '#services/catalog/contracts.ts';
import type { Order } from '../domain/payment-state.ts';
import type { Sale } from '../providers/provider.ts';

/** What an order says of the thing that is bought. */
export type Terms = Pick<Order, 'purpose' | 'item' | 'name' | 'amountMinor' | 'currency' | 'credits' | 'period'>;

export type PlanOnSale = Plan & { readonly price: NonNullable<Plan['price']> };

/** Providers show a name, which the catalog may leave empty. */
const nameOf = ({ id, name }: { readonly id: string; readonly name: string }): string => (name === '' ? id : name);

export const packTerms = (definition: AppDefinition, packId: string): Terms | 'pack-unknown' => {
  const pack = definition.packs.find(({ id }) => id === packId);
  if (!pack) return 'pack-unknown';
  return {
    purpose: 'pack',
    item: pack.id,
    name: nameOf(pack),
    amountMinor: pack.price.amount_minor,
    currency: pack.price.currency,
    credits: pack.credits + pack.bonus_credits,
  };
};

/** The default plan is everybody's: nobody pays for it. */
export const planOnSale = (
  definition: AppDefinition,
  planId: string,
): PlanOnSale | 'plan-unknown' | 'plan-not-sold' => {
  const plan = definition.plans.find(({ id }) => id === planId);
  if (!plan) return 'plan-unknown';
  const { price } = plan;
  return price === null || plan.id === definition.default_plan ? 'plan-not-sold' : { ...plan, price };
};

/** For whoever asked for a plan that is not on sale. */
export const whyUnsold = ({ plans, default_plan }: AppDefinition, planId: string): string => {
  if (!plans.some(({ id }) => id === planId)) return `The app has no plan "${planId}".`;
  return planId === default_plan
    ? `The plan "${planId}" is not for sale: every user has it.`
    : `The plan "${planId}" is not for sale: it has no price.`;
};

/** A plan that is paid once, for one period. */
export const prepaidTerms = (plan: PlanOnSale): Terms => ({
  purpose: 'plan',
  item: plan.id,
  name: nameOf(plan),
  amountMinor: plan.price.amount_minor,
  currency: plan.price.currency,
  credits: plan.monthly_credits,
  period: { interval: plan.price.interval, maxRollover: plan.max_rollover },
});

/** A plan that the provider renews. */
export const planSale = (plan: PlanOnSale): Sale => ({
  kind: 'plan',
  id: plan.id,
  name: nameOf(plan),
  amountMinor: plan.price.amount_minor,
  currency: plan.price.currency,
  interval: plan.price.interval,
});

/** As it was ordered, whatever the catalog says by now. */
export const saleOf = ({ purpose, item, name, amountMinor, currency, period }: Terms): Sale => ({
  kind: purpose,
  id: item,
  name,
  amountMinor,
  currency,
  ...(period ? { interval: period.interval } : {}),
});

/** Whom the app's users can pay, the usual one first. */
export const providersOfApp = ({ payment_providers }: AppDefinition): readonly PaymentProvider[] =>
  payment_providers ?? ['stripe'];
