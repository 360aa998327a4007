/** The one way commands reach a user's subscription. */
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { subscription } from './domain/subscription.ts';
import { type SubscriptionEvent, subscriptionEvent } from './domain/subscription-events.ts';
import type { Subscription } from './domain/subscription-state.ts';

export type SubscriptionStore = EventStore<Subscription, SubscriptionEvent>;
export const subscriptionHandler = (store: SubscriptionStore) =>
  commandHandler(store, { decider: subscription, validate: subscriptionEvent.parse });
export type HandleSubscription = ReturnType<typeof subscriptionHandler>;
