/**
 * The services' own deciders, command handlers and mappings to published events, over stores in memory. What happens to one is told to
 * the others some seconds later, now and then twice, and kept as the bus told it.
 */
import { definitions } from '#apps';
import type { PaymentEvent } from '#services/billing/domain/payment-events.ts';
import type { Payment } from '#services/billing/domain/payment-state.ts';
import type { SubscriptionEvent } from '#services/billing/domain/subscription-events.ts';
import type { Subscription } from '#services/billing/domain/subscription-state.ts';
import { paymentHandler } from '#services/billing/handle-payment.ts';
import { subscriptionHandler } from '#services/billing/handle-subscription.ts';
import { toPublished as publishedByBilling } from '#services/billing/published.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import type { Account } from '#services/credits/domain/state.ts';
import { accountHandler } from '#services/credits/handle-account.ts';
import { toPublished as publishedByCredits } from '#services/credits/published.ts';
import type { Job } from '#services/generation/domain/job.ts';
import { jobHandler } from '#services/generation/handle-job.ts';
import { toPublished as publishedByGeneration } from '#services/generation/published.ts';
import type { DomainEvent } from '#shared/eventsourcing/decider.ts';
import { type EventStore, firstToAppend, type UniqueMarker } from '#shared/eventsourcing/event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { derivedUuid } from '#shared/ids.ts';
import type { PublishedEvent } from '#shared/messaging/published-event.ts';
import { envelope, type ToPublished } from '#shared/messaging/relay.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Agenda } from './agenda.ts';
import type { Random } from './random.ts';

/** As EventBridge carries it. */
export interface Told {
  readonly source: string;
  readonly detail: PublishedEvent;
}

export type Listener = (event: PublishedEvent) => Promise<void>;

export const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  appendKeys: () => undefined,
} as unknown as Logger;

export const catalog: Catalog = { app: async (id) => definitions.find((definition) => definition.id === id) };

const deliveryMs = 400;
const twice = 0.02;

/** Newest state by stream. */
export type States<State> = Map<string, State>;

export const openTown = (agenda: Agenda, random: Random) => {
  const told: Told[] = [];
  const listeners = new Map<string, Listener[]>();

  const tell = (source: string, detail: PublishedEvent): void => {
    told.push({ source: `tessera.${source}`, detail });
    for (const listener of listeners.get(detail.type) ?? [])
      for (let delivery = random.chance(twice) ? 2 : 1; delivery > 0; delivery -= 1)
        agenda.after(delivery * random.skewed(deliveryMs), () => listener(detail));
  };

  /** A store of each stream's newest event, which is all that commands read; what is appended is relayed. */
  const relayed = <State, Event extends DomainEvent>(
    service: string,
    states: States<State>,
    toPublished: ToPublished<Event, State>,
  ): EventStore<State, Event> => {
    const tails = new Map<string, RecordedEvent<Event, State>>();
    const marked = new Set<string>();
    const markOf = (stream: string, { key }: UniqueMarker) => `${stream}#${key}`;
    return {
      load: async (stream) => tails.get(stream),
      isMarked: async (stream, marker) => marked.has(markOf(stream, marker)),
      read: async (stream) => {
        throw new Error(`of ${stream} only the newest event is kept`);
      },
      append: async (events, marker) => {
        const { stream, version } = firstToAppend(events);
        if (marker && marked.has(markOf(stream, marker))) return { status: 'done-before' };
        if ((tails.get(stream)?.version ?? 0) !== version - 1) return { status: 'conflict' };
        if (marker) marked.add(markOf(stream, marker));
        for (const recorded of events) {
          tails.set(stream, recorded);
          states.set(stream, recorded.state);
          const published = toPublished(recorded);
          // The handlers' own ids are made of the clock; the same seed has to give the same.
          const id = derivedUuid(stream, String(recorded.version));
          if (published) tell(service, { ...envelope(recorded, published), id });
        }
        return { status: 'appended', again: false };
      },
    };
  };

  const accounts: States<Account> = new Map();
  const jobs: States<Job> = new Map();
  const payments: States<Payment> = new Map();
  const subscriptions: States<Subscription> = new Map();
  return {
    agenda,
    random,
    told,
    tell,
    listen(types: readonly string[], listener: Listener): void {
      for (const type of types) listeners.set(type, [...(listeners.get(type) ?? []), listener]);
    },
    states: { accounts, jobs, payments, subscriptions },
    handleAccount: accountHandler(relayed('credits', accounts, publishedByCredits)),
    handleJob: jobHandler(relayed('generation', jobs, publishedByGeneration)),
    handlePayment: paymentHandler(relayed<Payment, PaymentEvent>('billing', payments, publishedByBilling)),
    handleSubscription: subscriptionHandler(
      relayed<Subscription, SubscriptionEvent>('billing', subscriptions, publishedByBilling),
    ),
  };
};
export type Town = ReturnType<typeof openTown>;
