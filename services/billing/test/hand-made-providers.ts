/** Providers made by hand: they note what they are asked, and answer by a script that tests change. */
import type { Observed } from '../domain/subscription-state.ts';
import {
  type ChargeOutcome,
  type CheckoutPage,
  type ClosedPage,
  type PaymentProviderApi,
  ProviderFailure,
  type StripeApi,
} from '../providers/provider.ts';

export interface Call {
  readonly method: string;
  readonly asked: readonly unknown[];
}

export interface Script {
  /** Thrown by these methods. */
  readonly failing: Map<string, ProviderFailure>;
  /** How long the next pages live, an hour where nothing is said; below zero: it is one of before. */
  readonly pageLivesMs: number[];
  charge: ChargeOutcome | undefined;
  /** What was charged before, when somebody looks. */
  found: ChargeOutcome | undefined;
  /** Customers who are gone there. */
  readonly lost: Set<string>;
  /** Pages that are not merely closed when they are to be. */
  readonly closed: Map<string, ClosedPage>;
  subscription: Observed | undefined;
  receiptUrl: string | undefined;
}

const hourMs = 3_600_000;

const unused = async (): Promise<never> => {
  throw new Error('not part of these tests');
};

export const handMadeProviders = () => {
  const calls: Call[] = [];
  const script: Script = {
    failing: new Map(),
    pageLivesMs: [],
    charge: undefined,
    found: undefined,
    lost: new Set(),
    closed: new Map(),
    subscription: undefined,
    receiptUrl: undefined,
  };
  const pages = new Map<string, CheckoutPage>();
  const note = async (method: string, ...asked: readonly unknown[]): Promise<void> => {
    calls.push({ method, asked });
    const failure = script.failing.get(method);
    if (failure) throw failure;
  };
  const findCustomer = (customer: string | undefined) => {
    if (customer !== undefined && script.lost.has(customer))
      throw new ProviderFailure('unknown-there', 'no such customer', { param: 'customer' });
  };
  const change = (changes: Partial<Observed>) => {
    if (script.subscription) script.subscription = { ...script.subscription, ...changes };
  };

  const openCheckout =
    (prefix: string, aliases: (n: number) => readonly string[]): PaymentProviderApi['openCheckout'] =>
    async (request) => {
      await note('openCheckout', request);
      findCustomer(request.customer);
      const session = `${prefix}${pages.size + 1}`;
      const known = pages.get(request.idempotencyKey);
      const page = known ?? {
        session,
        url: `https://pay.example/${session}`,
        expiresAt: new Date(Date.now() + (script.pageLivesMs.shift() ?? hourMs)).toISOString(),
        aliases: aliases(pages.size + 1),
      };
      pages.set(request.idempotencyKey, page);
      return page;
    };

  const paymob: PaymentProviderApi = {
    readCallback: () => ({ fault: 'forged' }),
    openCheckout: openCheckout('int_', (n) => [`order-${n}`]),
    refund: (...asked) => note('refund', ...asked),
  };
  const stripe: StripeApi = {
    readCallback: () => ({ fault: 'forged' }),
    openCheckout: openCheckout('cs_', (n) => [`cs_${n}`, `pi_${n}`]),
    refund: (...asked) => note('refund', ...asked),
    publishableKey: 'pk_test_1',
    async createCustomer({ owner }, replaced) {
      await note('createCustomer', owner, ...(replaced === undefined ? [] : [replaced]));
      return replaced === undefined ? `cus_${owner.user}` : `${replaced}-again`;
    },
    removeCustomer: (customer) => note('removeCustomer', customer),
    async createPaymentIntent(request) {
      await note('createPaymentIntent', request);
      findCustomer(request.customer);
      return { reference: `pi_${request.paymentId}`, clientSecret: `pi_${request.paymentId}_secret` };
    },
    async readClientSecret(reference) {
      await note('readClientSecret', reference);
      return `${reference}_secret`;
    },
    async chargeSavedMethod(request) {
      await note('chargeSavedMethod', request);
      return script.charge;
    },
    async findCharge(...asked) {
      await note('findCharge', ...asked);
      return script.found;
    },
    async expireCheckout(session) {
      await note('expireCheckout', session);
      return script.closed.get(session) ?? { outcome: 'expired' };
    },
    async openPortal(customer, returnUrl) {
      await note('openPortal', customer, returnUrl);
      findCustomer(customer);
      return `https://portal.example/${customer}`;
    },
    async readSubscription(subscription) {
      await note('readSubscription', subscription);
      if (!script.subscription) throw new ProviderFailure('unknown-there', 'no such subscription');
      return { observed: script.subscription, customer: 'cus_user-1', item: 'si_1' };
    },
    ownerOfSubscription: unused,
    async previewChange(...asked) {
      await note('previewChange', ...asked);
      return { amountMinor: 321, currency: 'USD' };
    },
    async changePlan(subscription, sale, how) {
      await note('changePlan', subscription, sale, how);
      change({ plan: sale.id, amountMinor: sale.amountMinor, interval: sale.interval ?? 'month' });
    },
    async cancel(subscription, when) {
      await note('cancel', subscription, when);
      change(when === 'now' ? { status: 'canceled' } : { cancelAtPeriodEnd: true });
    },
    async resume(subscription) {
      await note('resume', subscription);
      change({ cancelAtPeriodEnd: false });
    },
    async readPayment(reference) {
      await note('readPayment', reference);
      const { receiptUrl } = script;
      return {
        reference,
        status: 'captured',
        amountMinor: 999,
        currency: 'USD',
        refundedMinor: 0,
        createdAt: '2026-11-21T12:00:00Z',
        ...(receiptUrl === undefined ? {} : { receiptUrl }),
      };
    },
    invoiceOfPayment: unused,
    readInvoice: unused,
    async *listPayments() {},
    async *listPaidInvoices() {},
  };
  return { stripe, paymob, calls, script };
};
