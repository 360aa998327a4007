/**
 * Brings what users paid before their app moved here: payments as history, and whose a customer and a subscription at Stripe are, so
 * that what Stripe tells of them is understood. Nothing is granted, and nobody is told.
 */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { derivedId } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import { paymentOfInvoice } from '../callbacks/find-payment.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import { paymentStream } from '../domain/payment-state.ts';
import { type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import type { HandlePayment } from '../handle-payment.ts';
import type { HandleSubscription } from '../handle-subscription.ts';
import type { Customers } from '../storage/customers.ts';
import { type References, ReferenceTaken } from '../storage/references.ts';

export const importActor = 'system:import';

type Facts = Omit<Extract<PaymentEvent, { type: 'PaymentImported' }>, 'type'>;

export interface ImportedPayment extends Facts {
  readonly owner: Owner;
  /** As the old table, or the provider, named it. */
  readonly oldId: string;
  /** Of a subscription's payment: what Stripe asked for it by. */
  readonly invoice?: string | undefined;
}

export interface ImportBillingDeps {
  readonly handlePayment: HandlePayment;
  readonly handleSubscription: HandleSubscription;
  readonly isThere: (stream: string) => Promise<boolean>;
  readonly subscriptionOf: (owner: Owner) => Promise<Subscription | undefined>;
  readonly customers: Pick<Customers, 'find' | 'keep'>;
  readonly references: Pick<References, 'find' | 'keep'>;
  readonly definition: AppDefinition;
  readonly correlationId: string;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

export type ImportedMoney =
  | { readonly status: 'written' | 'unchanged' }
  | { readonly status: 'refused'; readonly reason: string };

const refused = (reason: string): ImportedMoney => ({ status: 'refused', reason });

/** The id that Stripe's invoice leads to, where there is one: told of again, it is the same payment. */
export const importedPaymentId = ({ owner, oldId, invoice }: Pick<ImportedPayment, 'owner' | 'oldId' | 'invoice'>) =>
  invoice === undefined
    ? derivedId('pay', owner.app, owner.user, 'import', oldId)
    : paymentOfInvoice(owner.app, invoice);

export const importPayment = async (deps: ImportBillingDeps, told: ImportedPayment): Promise<ImportedMoney> => {
  const { owner, oldId: _, invoice: __, ...facts } = told;
  const paymentId = importedPaymentId(told);
  const stream = paymentStream(owner, paymentId);
  if (await deps.isThere(stream)) return { status: 'unchanged' };
  const { provider, reference, status } = facts;
  try {
    // First: a refund that is told of in between finds its payment a moment later.
    if (reference !== undefined && status === 'captured')
      await deps.references.keep(provider, reference, { owner, paymentId });
  } catch (error) {
    if (error instanceof ReferenceTaken) return refused(`${provider}'s ${reference} is another payment's here`);
    throw error;
  }
  const meta = { actor: importActor, correlationId: deps.correlationId };
  const handled = await deps.handlePayment(stream, { type: 'ImportPayment', at: deps.now(), facts }, meta);
  return { status: handled.accepted && handled.events.length > 0 ? 'written' : 'unchanged' };
};

export interface ImportedCustomer {
  readonly owner: Owner;
  /** At Stripe. */
  readonly customer: string;
  readonly subscription?:
    | {
        readonly reference: string;
        readonly plan: string;
        readonly periodStart?: string | undefined;
        readonly periodEnd: string;
        readonly cancelAtPeriodEnd: boolean;
      }
    | undefined;
}

const dayMs = 86_400_000;
const daysOf = { month: 31, year: 366 } as const;

const importSubscription = async (
  deps: ImportBillingDeps,
  { owner, subscription }: Pick<ImportedCustomer, 'owner' | 'subscription'>,
): Promise<ImportedMoney> => {
  if (!subscription) return { status: 'unchanged' };
  const { reference, plan: planId, periodStart, periodEnd: currentPeriodEnd, cancelAtPeriodEnd } = subscription;
  const plan = deps.definition.plans.find(({ id }) => id === planId);
  if (!plan?.price) return refused(`"${planId}" is no plan that is sold`);
  const { amount_minor: amountMinor, currency, interval } = plan.price;
  const earliest = new Date(Date.parse(currentPeriodEnd) - daysOf[interval] * dayMs).toISOString();
  const facts = {
    provider: 'stripe',
    reference,
    plan: planId,
    amountMinor,
    currency,
    interval,
    credits: plan.monthly_credits,
    paymentId: derivedId('pay', owner.app, owner.user, 'import', reference, currentPeriodEnd),
    currentPeriodStart: periodStart ?? earliest,
    currentPeriodEnd,
    cancelAtPeriodEnd,
  } as const;
  const meta = { actor: importActor, correlationId: deps.correlationId };
  const stream = subscriptionStream(owner);
  const handled = await deps.handleSubscription(stream, { type: 'ImportSubscription', at: deps.now(), facts }, meta);
  return { status: handled.accepted && handled.events.length > 0 ? 'written' : 'unchanged' };
};

/** Keeps whose they are at Stripe, and the subscription that runs there. */
export const importCustomer = async (deps: ImportBillingDeps, told: ImportedCustomer): Promise<ImportedMoney> => {
  const { owner, customer, subscription } = told;
  let isNew = false;
  try {
    for (const reference of [customer, ...(subscription ? [subscription.reference] : [])]) {
      const known = await deps.references.find(owner.app, 'stripe', reference);
      if (known && known.owner.user !== owner.user) return refused(`Stripe's ${reference} is another user's here`);
      if (known) continue;
      await deps.references.keep('stripe', reference, { owner });
      isNew = true;
    }
  } catch (error) {
    if (error instanceof ReferenceTaken) return refused(error.message);
    throw error;
  }
  const known = await deps.customers.find(owner);
  if (known === undefined) await deps.customers.keep(owner, customer);
  else if (known !== customer) return refused(`is ${known} at Stripe here, and not ${customer}`);
  const kept = await importSubscription(deps, told);
  return kept.status === 'unchanged' && (isNew || known === undefined) ? { status: 'written' } : kept;
};

/** What differs at Stripe from what was exported; undefined: nothing, or what was heard here since. */
export const customerDifference = async (
  deps: Pick<ImportBillingDeps, 'customers' | 'subscriptionOf'>,
  { owner, customer, subscription }: ImportedCustomer,
): Promise<string | undefined> => {
  const known = await deps.customers.find(owner);
  if (known !== customer) return `is ${known ?? 'nobody'} at Stripe here, and not ${customer}`;
  if (!subscription) return undefined;
  const state = await deps.subscriptionOf(owner);
  const { reference, plan, periodEnd, cancelAtPeriodEnd } = subscription;
  const observed = state?.observed;
  if (!observed) return state?.paid || state?.prepaid ? undefined : `the subscription ${reference} is not here`;
  if (!state.imported) return undefined;
  const here = [observed.reference, observed.plan, observed.currentPeriodEnd, observed.cancelAtPeriodEnd];
  const there = [reference, plan, periodEnd, cancelAtPeriodEnd];
  const told = (facts: readonly unknown[]) => facts.slice(0, 3).join(' ') + (facts[3] ? ', ends then' : '');
  return here.every((fact, index) => fact === there[index])
    ? undefined
    : `the subscription is ${told(here)} here, and not ${told(there)}`;
};
