/** What Stripe tells of a subscription is a hint only: it is asked how the subscription stands. */
import type { Owner } from '#shared/owner.ts';
import { subscriptionStream } from '../domain/subscription-state.ts';
import { type Applied, handled, ifThere, mismatched, unmatched } from './applied.ts';
import type { Fact } from './facts.ts';
import { findOwner } from './find-owner.ts';
import { type Scope, stripeOf } from './scope.ts';

/** The subscription as it stands now; refused when another one of the user's lives. */
export const observe = async (scope: Scope, owner: Owner, subscription: string) =>
  (await ifThere(scope.observe(owner, stripeOf(scope), subscription, scope.meta))) ??
  unmatched('subscription-unknown', { owner });

type SubscriptionFact = Extract<Fact, { kind: 'subscription-touched' | 'trial-ending' }>;

export const applyToSubscription = async (scope: Scope, fact: SubscriptionFact): Promise<Applied> => {
  const owner = await findOwner(scope, fact);
  if ('outcome' in owner) return owner;
  const observed = await observe(scope, owner, fact.subscription);
  if ('outcome' in observed) return observed;
  if (!observed.accepted) return mismatched('subscription-other', { owner });
  if (fact.kind === 'subscription-touched') return handled({ owner });
  const { reference, plan } = observed.state.observed ?? {};
  // Of another one that the user has meanwhile, or of a plan that is none of ours: nobody is told.
  if (reference !== fact.subscription || plan === undefined || plan === null) return handled({ owner });
  await scope.handleSubscription(
    subscriptionStream(owner),
    { type: 'RecordTrialEnding', at: scope.now(), plan, endsAt: fact.endsAt },
    scope.meta,
  );
  return handled({ owner });
};
