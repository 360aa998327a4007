/**
 * Asks the provider how a subscription stands and records what it says. Callbacks come late and in any order; what is asked behind
 * loading the stream is newer than everything the stream knows, and what was asked before somebody else's answer is not recorded.
 */
import { ContentionError, type Handled } from '#shared/eventsourcing/command-handler.ts';
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import type { Owner } from '#shared/owner.ts';
import { livingSubscription } from '../domain/entitlement.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import { noSubscription, type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import type { HandleSubscription, SubscriptionStore } from '../handle-subscription.ts';
import type { StripeApi } from '../providers/provider.ts';

export interface ObserveDependencies {
  readonly store: Pick<SubscriptionStore, 'load'>;
  readonly handle: HandleSubscription;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

/** `subscription-other`: another one of the user lives, as the provider says too. */
export type ObservedSubscription = Handled<Subscription, SubscriptionEvent, 'subscription-other'>;

/** Questions about one subscription in a row. */
const maxQuestions = 5;

/**
 * An observer that recorded something asks once more. For one that found nothing new leaves no trace in the stream: had the
 * subscription changed and changed back, an answer from between the two could be recorded behind its look.
 *
 * @throws ProviderFailure when the provider cannot be asked, ContentionError when it said something else each time: the message
 * that led here comes again.
 */
export const observeSubscription = ({ store, handle, now }: ObserveDependencies) => {
  type Stripe = Pick<StripeApi, 'readSubscription'>;

  const observe = async (
    owner: Owner,
    stripe: Stripe,
    subscriptionId: string,
    meta: EventMeta,
  ): Promise<ObservedSubscription> => {
    const stream = subscriptionStream(owner);
    for (let question = 0; question < maxQuestions; question += 1) {
      const tail = await store.load(stream);
      const { observations } = tail?.state ?? noSubscription;
      const { observed } = await stripe.readSubscription(subscriptionId);
      // Without the tail: a handler that is given one and has nothing to append pauses and loads again, as with most answers.
      const handled = await handle(stream, { type: 'Observe', at: now(), observed, seen: observations }, meta);
      if (!handled.accepted) {
        const { rejection } = handled;
        if (rejection === 'subscription-other') return { ...handled, rejection };
      } else if (handled.state.observations === observations) return handled;
    }
    throw new ContentionError(
      `subscription ${subscriptionId} was observed by others, or changed, ${maxQuestions} times`,
    );
  };

  return async (
    owner: Owner,
    stripe: Stripe,
    subscriptionId: string,
    meta: EventMeta,
  ): Promise<ObservedSubscription> => {
    const first = await observe(owner, stripe, subscriptionId, meta);
    const living = first.accepted ? undefined : livingSubscription(first.state);
    if (!living) return first;
    // The one that is known may have ended, and its callback not have come yet.
    const known = await observe(owner, stripe, living.reference, meta);
    return livingSubscription(known.state) ? first : observe(owner, stripe, subscriptionId, meta);
  };
};
export type ObserveSubscription = ReturnType<typeof observeSubscription>;
