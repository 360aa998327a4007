/**
 * Before the clock ends a plan that a subscription at Stripe gave, Stripe is asked how that stands: what it told may have been lost.
 */

import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Owner } from '#shared/owner.ts';
import { entitledTo, livingSubscription, subscriptionEnd } from '../domain/entitlement.ts';
import { graceDays, type Observed, type Subscription } from '../domain/subscription-state.ts';
import { ProviderFailure, type ProvidersOf } from '../providers/provider.ts';
import type { ObserveSubscription } from './observe.ts';

export interface AskBeforeEndDependencies {
  readonly observe: ObserveSubscription;
  readonly providersOf: ProvidersOf;
  readonly logger: Pick<Logger, 'error'>;
}

/** Behind so long without an answer the plan is over all the same: nothing is for good. */
const patienceMs = graceDays * 86_400_000;

interface About {
  readonly owner: Owner;
  readonly state: Subscription;
  readonly at: string;
  readonly meta: EventMeta;
}

/** The subscription whose end would take the plan now. */
const endingNow = ({ state, at }: About): (Observed & { readonly end: string }) | undefined => {
  const living = livingSubscription(state);
  const end = subscriptionEnd(state);
  const isOver = end !== undefined && Date.parse(end) <= Date.parse(at);
  if (!living || !isOver || entitledTo(state, at).plan === state.entitledTo) return undefined;
  return { ...living, end };
};

/** For one page of the clock: who did not answer is not waited for again on it. */
export const askBeforeEnd = ({ observe, providersOf, logger }: AskBeforeEndDependencies) => {
  const silent = new Set<string>();

  const ask = async ({ owner, meta }: About, reference: string): Promise<void> => {
    const { app } = owner;
    if (silent.has(app)) throw new Error(`${app}'s Stripe did not answer a moment ago`);
    const { stripe } = await providersOf(app);
    if (!stripe) throw new Error(`${app} has no keys of Stripe`);
    try {
      await observe(owner, stripe, reference, meta);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      // There is no such subscription: what is known decides.
      if (error.kind === 'unknown-there') return;
      if (error.kind === 'unavailable') silent.add(app);
      throw error;
    }
  };

  /** @throws while Stripe cannot be asked, for a week: the next check tries again */
  return async (about: About): Promise<void> => {
    const ending = endingNow(about);
    if (ending?.provider !== 'stripe') return;
    try {
      await ask(about, ending.reference);
    } catch (error) {
      if (Date.parse(about.at) < Date.parse(ending.end) + patienceMs) throw error;
      logger.error('subscription ends unasked', { ...about.owner, error: error as Error });
    }
  };
};
