/** A user's subscription: what they are entitled to follows from what was paid for and how it stands at the provider. */
import { accept, type Decider } from '#shared/eventsourcing/decider.ts';
import type { SubscriptionCommand, SubscriptionRejection } from './subscription-commands.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import { noSubscription, type Subscription } from './subscription-state.ts';

export const subscription: Decider<Subscription, SubscriptionCommand, SubscriptionEvent, SubscriptionRejection> = {
  initialState: noSubscription,
  decide: () => accept(),
  evolve: (state) => state,
};
