/** An account at Stripe whose contents tests set by hand: what is not set is unknown there. */
import type { PaidInvoice } from '../../callbacks/facts.ts';
import type { Observed } from '../../domain/subscription-state.ts';
import {
  type PaymentAtProvider,
  ProviderFailure,
  type StripeApi,
  type SubscriptionAtProvider,
} from '../../providers/provider.ts';
import { anObserved, day } from '../../test/subscriptions.ts';
import type { Comparing } from '../comparing.ts';

const isIn = (time: string, since: string, until = '9'): boolean => time >= since && time < until;

const invoiceOfPlan = (id: string): PaidInvoice => ({
  id,
  subscription: `sub-of-${id}`,
  customer: `cus-of-${id}`,
  amountMinor: 1_000,
  currency: 'USD',
  reason: 'create',
  lines: [{ plan: 'plus', amountMinor: 1_000, proration: false, from: day(2), until: day(45) }],
});

export const stripeAccount = () => {
  const intents = new Map<string, PaymentAtProvider>();
  const invoices = new Map<string, PaidInvoice>();
  const subscriptions = new Map<string, SubscriptionAtProvider>();
  /** The invoice that a payment intent pays. */
  const invoiceOf = new Map<string, string>();
  let failure: ProviderFailure | undefined;

  const answer = async <Value>(what: string, value: Value | undefined): Promise<Value> => {
    if (failure) throw failure;
    if (value === undefined) throw new ProviderFailure('unknown-there', `Stripe knows no ${what}`);
    return value;
  };
  const api: Comparing['stripe'] = {
    readPayment: (id) => answer(id, intents.get(id)),
    readInvoice: (id) => answer(id, invoices.get(id)),
    readSubscription: (id) => answer(id, subscriptions.get(id)),
    ownerOfSubscription: async (id) => (await answer(id, subscriptions.get(id))).owner,
    async invoiceOfPayment(id) {
      const invoice = invoiceOf.get(id);
      return invoice === undefined ? undefined : answer(invoice, invoices.get(invoice));
    },
    async *listPayments(since, until) {
      if (failure) throw failure;
      yield* [...intents.values()].filter(({ createdAt }) => isIn(createdAt, since, until)).toReversed();
    },
    async *listPaidInvoices(since, until) {
      if (failure) throw failure;
      const all = [...invoices.values()].filter(({ lines: [line] }) => line && isIn(line.from, since, until));
      yield* all.toReversed();
    },
  };
  return {
    /** What is not here is not to be asked for. */
    api: api as StripeApi,
    fail(error: ProviderFailure) {
      failure = error;
    },
    charge(reference: string, more: Partial<PaymentAtProvider> = {}) {
      intents.set(reference, {
        reference,
        status: 'captured',
        amountMinor: 1_000,
        currency: 'EGP',
        refundedMinor: 0,
        createdAt: day(1),
        ...more,
      });
    },
    /** How a subscription stands there. */
    subscribe(owner: SubscriptionAtProvider['owner'], observed: Partial<Observed> = {}) {
      const of = { observed: anObserved(observed), customer: 'cus_1', item: 'si_1' };
      subscriptions.set(of.observed.reference, { ...of, ...(owner ? { owner } : {}) });
    },
    refund(reference: string, refundedMinor: number) {
      const intent = intents.get(reference);
      if (intent) intents.set(reference, { ...intent, refundedMinor });
    },
    /** An invoice of the user's plan, with the payment that paid it. */
    invoice(id: string, owner: SubscriptionAtProvider['owner'], more: Partial<PaidInvoice> = {}) {
      const { subscription, customer } = invoiceOfPlan(id);
      invoices.set(id, { ...invoiceOfPlan(id), ...more });
      subscriptions.set(subscription, {
        observed: anObserved({ reference: subscription }),
        customer,
        item: 'si_1',
        ...(owner ? { owner } : {}),
      });
      invoiceOf.set(`pi-of-${id}`, id);
      this.charge(`pi-of-${id}`, { amountMinor: 1_000, currency: 'USD', createdAt: day(2) });
    },
  };
};
