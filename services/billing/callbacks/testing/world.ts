/** Everything that facts are applied to, in memory, beside a Stripe whose answers are set by hand. */
import { expect } from '@jest/globals';
import { definitions } from '#apps';
import type { Catalog, Plan } from '#services/catalog/contracts.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { PaymentProvider } from '../../contracts.ts';
import type { PaymentEvent } from '../../domain/payment-events.ts';
import { type KnownPayment, type Order, type Payment, paymentStream } from '../../domain/payment-state.ts';
import type { SubscriptionEvent } from '../../domain/subscription-events.ts';
import { type Subscription, subscriptionStream } from '../../domain/subscription-state.ts';
import { paymentHandler } from '../../handle-payment.ts';
import { subscriptionHandler } from '../../handle-subscription.ts';
import {
  type PaymentAtProvider,
  ProviderFailure,
  type StripeApi,
  type SubscriptionAtProvider,
} from '../../providers/provider.ts';
import { type References, ReferenceTaken, type Referred } from '../../storage/references.ts';
import { observeSubscription } from '../../subscriptions/observe.ts';
import { anObserved, day, plus } from '../../test/subscriptions.ts';
import type { Applied } from '../applied.ts';
import { applyFact } from '../apply-fact.ts';
import type { Fact, PaidInvoice } from '../facts.ts';

export const owner = { app: 'sparky', user: 'user-1' };
export const at = day(0);
export const meta = { actor: 'system:stripe', correlationId: 'request-1' };
export const paymentId = 'pay_1';

export const memoryReferences = (): References & { readonly kept: ReadonlyMap<string, Referred> } => {
  const kept = new Map<string, Referred>();
  return {
    kept,
    find: async (app, provider, reference) => kept.get(`${app}#${provider}#${reference}`),
    keep: async (provider, reference, referred) => {
      const key = `${referred.owner.app}#${provider}#${reference}`;
      const known = kept.get(key);
      if (known && known.paymentId !== referred.paymentId) throw new ReferenceTaken(`${key} stands for something else`);
      kept.set(key, { ...referred });
    },
  };
};

/** What is not set is unknown there; what is not here is not to be asked for. */
const stripeByHand = () => {
  const said = {
    subscriptions: new Map<string, SubscriptionAtProvider>(),
    payments: new Map<string, PaymentAtProvider>(),
    /** Another app's says nothing of itself but that. */
    invoices: new Map<string, PaidInvoice | 'app-other'>(),
    invoiceOf: new Map<string, string>(),
  };
  const asked: string[] = [];
  let isDown = false;
  const answer = async <Value>(what: string, value: Value | undefined): Promise<Value> => {
    asked.push(what);
    if (isDown) throw new ProviderFailure('unavailable', 'Stripe does not answer');
    if (value === undefined) throw new ProviderFailure('unknown-there', `Stripe knows no ${what}`);
    return value;
  };
  const api = {
    readSubscription: (id: string) => answer(`subscription ${id}`, said.subscriptions.get(id)),
    ownerOfSubscription: async (id: string) =>
      (await answer<Pick<SubscriptionAtProvider, 'owner'>>(`subscription ${id}`, said.subscriptions.get(id))).owner,
    readPayment: (id: string) => answer(`payment ${id}`, said.payments.get(id)),
    readInvoice: (id: string) => answer(`invoice ${id}`, said.invoices.get(id)),
    invoiceOfPayment: async (id: string) => {
      const invoice = said.invoiceOf.get(id);
      return invoice === undefined ? undefined : answer(`invoice of ${id}`, said.invoices.get(invoice));
    },
  } as unknown as StripeApi;
  const fall = (down: boolean) => {
    isDown = down;
  };
  return { ...said, asked, api, fall };
};

/** What a function of ours dies of in the middle of its work. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Lets the functions of stores be counted before and behind their work, and crashes at one of these steps. */
const crashing = (at: number) => {
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps === at) throw new Crash(`at step ${at}`);
  };
  const counted = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(of, name, receiver) {
        const member: unknown = Reflect.get(of, name, receiver);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          step();
          const answer: unknown = await Reflect.apply(member, of, args);
          step();
          return answer;
        };
      },
    });
  return { counted, hasCrashed: () => steps >= at };
};

/** Times that a message comes again at most. */
const maxTries = 200;

/** `crashesAt`: which of its steps, counted from 1, what is applied does not survive. */
export const newWorld = ({ crashesAt = 0 }: { crashesAt?: number } = {}) => {
  const { counted, hasCrashed } = crashing(crashesAt);
  const stripe = stripeByHand();
  const references = counted(memoryReferences());
  const payments = counted(memoryEventStore<Payment, PaymentEvent>());
  const subscriptions = counted(memoryEventStore<Subscription, SubscriptionEvent>());
  const handlePayment = paymentHandler(payments);
  const handleSubscription = subscriptionHandler(subscriptions);
  let clock = at;
  const now = () => clock;
  const sold: { plans: readonly Plan[] } = { plans: [plus] };
  const [lab] = definitions;
  if (!lab) throw new Error('no app is defined');
  const catalog: Catalog = {
    app: async (id) => (id === owner.app ? { ...lab, id, plans: [...sold.plans] } : undefined),
  };
  const applyOf = applyFact({
    catalog,
    providersOf: async () => ({ stripe: stripe.api }),
    references,
    handlePayment,
    handleSubscription,
    observe: observeSubscription({ store: subscriptions, handle: handleSubscription, now }),
    now,
  });
  const apply = (fact: Fact, provider: PaymentProvider = 'stripe'): Promise<Applied> =>
    applyOf(owner.app, provider, fact, meta);
  const eventsOf = async <Event>(read: Promise<readonly { readonly event: Event }[]>) =>
    (await read).map(({ event }) => event);
  return {
    stripe,
    references,
    apply,
    sold,
    hasCrashed,
    /** As a queue does: what cannot be applied yet comes again behind the others. */
    async deliver(facts: readonly Fact[], provider: PaymentProvider = 'stripe'): Promise<void> {
      const waiting = [...facts];
      for (let tries = 0; waiting.length > 0; tries += 1) {
        expect(tries).toBeLessThan(maxTries);
        const [fact] = waiting.splice(0, 1);
        if (!fact) return;
        try {
          await apply(fact, provider);
        } catch (error) {
          if (!(error instanceof ComesAgain || error instanceof Crash)) throw error;
          waiting.push(fact);
        }
      }
    },
    pass(days: number) {
      clock = day(days);
    },
    request: (order: Order, id = paymentId) =>
      handlePayment(paymentStream(owner, id), { type: 'RequestPayment', at, order }, meta),
    open: (session: string, id = paymentId) =>
      handlePayment(paymentStream(owner, id), { type: 'OpenCheckout', at, page: { session } }, meta),
    async payment(id = paymentId): Promise<KnownPayment> {
      const state = (await payments.load(paymentStream(owner, id)))?.state;
      if (!state || state.status === 'unknown') throw new Error(`${id} is not known`);
      return state;
    },
    paymentEvents: (id = paymentId) => eventsOf(payments.read(paymentStream(owner, id), { limit: 100 })),
    subscriptionEvents: () => eventsOf(subscriptions.read(subscriptionStream(owner), { limit: 100 })),
    subscription: async () => (await subscriptions.load(subscriptionStream(owner)))?.state,
  };
};
export type World = ReturnType<typeof newWorld>;

/** A subscription of the owner's as Stripe shows it. */
export const atStripe = (
  reference = 'sub_1',
  observed: Partial<Parameters<typeof anObserved>[0]> = {},
): SubscriptionAtProvider => ({
  observed: anObserved({ reference, ...observed }),
  customer: 'cus_1',
  owner,
  item: 'si_1',
});

export const anInvoice = (change: Partial<PaidInvoice> = {}): PaidInvoice => ({
  id: 'in_1',
  subscription: 'sub_1',
  customer: 'cus_1',
  amountMinor: 1_000,
  currency: 'USD',
  reason: 'create',
  lines: [{ plan: 'plus', amountMinor: 1_000, proration: false, from: day(0), until: day(31) }],
  ...change,
});

/** All orders of a few things; six of them are 720. */
export const ordersOf = <Thing>(things: readonly Thing[]): Thing[][] =>
  things.length < 2
    ? [[...things]]
    : things.flatMap((first, index) => ordersOf(things.toSpliced(index, 1)).map((rest) => [first, ...rest]));
