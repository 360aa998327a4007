/** What routes and top-ups stand on in tests: stores in memory, an app that sells a pack and plans, and providers made by hand. */
import { definitions } from '#apps';
import type { AppDefinition, Plan } from '#services/catalog/contracts.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { ownerKey } from '#shared/owner.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import type { Payment } from '../domain/payment-state.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import type { Subscription } from '../domain/subscription-state.ts';
import { type PaymentStore, paymentHandler } from '../handle-payment.ts';
import { subscriptionHandler } from '../handle-subscription.ts';
import type { Providers } from '../providers/provider.ts';
import { cursorOf, type PaymentRow, type PaymentRows, paymentRow } from '../read-models/payments.ts';
import type { Customers } from '../storage/customers.ts';
import type { References } from '../storage/references.ts';
import { type RequestKeys, requestRow } from '../storage/request-keys.ts';
import { handMadeProviders } from './hand-made-providers.ts';

const [lab] = definitions;
if (!lab) throw new Error('there is no app');

const planOf = (id: string, price: Plan['price'], more: Partial<Plan> = {}): Plan => ({
  id,
  name: id.toUpperCase(),
  monthly_credits: 100,
  max_rollover: 50,
  daily_credits: 0,
  daily_cap: null,
  pro: false,
  price,
  limits: { jobs_per_hour: null, concurrent_jobs: null },
  ...more,
});
const usd = (amount_minor: number, interval: 'month' | 'year' = 'month') => ({
  amount_minor,
  currency: 'USD',
  interval,
});

export const appDefinition: AppDefinition = {
  ...lab,
  id: 'flirt-studio',
  origins: ['https://app.example', 'http://localhost:3000'],
  payment_providers: ['stripe', 'paymob'],
  urls: {
    checkout_success: 'https://app.example/paid',
    checkout_cancel: 'https://app.example/left',
    billing_return: 'https://app.example/billing',
  },
  default_plan: 'free',
  plans: [
    planOf('free', usd(1)),
    planOf('gift', null),
    planOf('basic', usd(500)),
    planOf('plus', usd(1_000)),
    planOf('pro', usd(2_000)),
    planOf('basic-year', usd(5_000, 'year')),
    planOf('pro-year', usd(20_000, 'year')),
    planOf('cairo', { ...usd(90_000), currency: 'EGP' }),
  ],
  packs: [
    { id: 'small', name: 'Small', credits: 100, bonus_credits: 20, price: { amount_minor: 999, currency: 'USD' } },
  ],
};

const memoryReferences = () => {
  const kept = new Map<string, { readonly app: string; readonly paymentId?: string | undefined }>();
  const references: References = {
    find: async () => undefined,
    async keep(provider, reference, { owner, paymentId }) {
      const key = `${provider}:${reference}`;
      const known = kept.get(key);
      if (known && known.paymentId !== paymentId) throw new Error(`${key} stands for another payment`);
      kept.set(key, { app: owner.app, paymentId });
    },
  };
  return { references, kept };
};

export const memoryCustomers = (): Customers => {
  const kept = new Map<string, string>();
  return {
    find: async (owner) => kept.get(ownerKey(owner)),
    async keep(owner, customer) {
      const first = kept.get(ownerKey(owner)) ?? customer;
      kept.set(ownerKey(owner), first);
      return first;
    },
    async replace(owner, { before, customer }) {
      if (kept.get(ownerKey(owner)) === before) kept.set(ownerKey(owner), customer);
      return kept.get(ownerKey(owner)) ?? customer;
    },
    remove: async (owner) => void kept.delete(ownerKey(owner)),
  };
};

const memoryRows = (): PaymentRows => {
  const rows = new Map<string, PaymentRow>();
  const list = (isOf: (row: PaymentRow) => boolean, { limit, cursor }: { limit: number; cursor?: string }) => {
    const all = [...rows.values()].filter(isOf).toSorted((one, other) => (one.sk < other.sk ? 1 : -1));
    const from = cursor === undefined ? 0 : all.findIndex((row) => cursorOf(row) === cursor) + 1;
    const page = all.slice(from, from + limit);
    const last = page.at(-1);
    return { rows: page, ...(last && from + limit < all.length ? { next: cursorOf(last) } : {}) };
  };
  return {
    write: async (row) => void rows.set(row.id, row),
    find: async (id) => rows.get(id),
    listOfOwner: async (owner, options) => list((row) => row.owner === owner, options),
    listOfApp: async (app, options) => list((row) => row.app === app, options),
  };
};

/** Whoever appends a payment's events finds them in the list at once. */
const projecting = (store: PaymentStore, rows: PaymentRows): PaymentStore => ({
  ...store,
  async append(events, marker) {
    const outcome = await store.append(events, marker);
    const row = events.map((event: RecordedEvent<PaymentEvent, Payment>) => paymentRow(event)).at(-1);
    if (row && outcome.status === 'appended') await rows.write(row);
    return outcome;
  },
});

const memoryRequestKeys = (): RequestKeys => {
  const kept = new Map<string, string>();
  return {
    async claim(owner, name, facts) {
      const { key, request } = requestRow(owner, name, facts);
      const first = kept.get(key) ?? request;
      kept.set(key, first);
      return first === request;
    },
  };
};

export const publicUrl = 'https://api.example';
export const owner = { app: appDefinition.id, user: 'user-1' };
export const meta = { actor: 'system:test', correlationId: 'c-1' };

export const newParts = () => {
  const paymentRows = memoryRows();
  const payments = projecting(memoryEventStore<Payment, PaymentEvent>(), paymentRows);
  const subscriptions = memoryEventStore<Subscription, SubscriptionEvent>();
  const { references, kept } = memoryReferences();
  const { stripe, paymob, calls, script } = handMadeProviders();
  const app: { definition: AppDefinition; providers: Providers } = {
    definition: appDefinition,
    providers: { stripe, paymob },
  };
  return {
    app,
    calls,
    script,
    kept,
    parts: {
      payments,
      handlePayment: paymentHandler(payments),
      subscriptions,
      handleSubscription: subscriptionHandler(subscriptions),
      catalog: { app: async (id: string) => (id === owner.app || id === 'other-app' ? app.definition : undefined) },
      providersOf: async () => app.providers,
      customers: memoryCustomers(),
      references,
      requestKeys: memoryRequestKeys(),
      paymentRows,
      publicUrl,
    },
  };
};
