/** A user's subscription at Stripe: how it stands, ending it and going on. */
import type Stripe from 'stripe';
import { type SubscriptionStatus, subscriptionStatus } from '../../contracts.ts';
import { fromStripeAmount } from '../../domain/money.ts';
import { ProviderFailure, type StripeApi, type SubscriptionAtProvider } from '../provider.ts';
import type { Account } from './account.ts';
import { ask, understand } from './failure.ts';
import { ownerNamed } from './metadata.ts';
import { planOfProduct } from './products.ts';
import { owned, type Subscription, subscription as subscriptionShape } from './shapes.ts';

const knownStatus = subscriptionStatus.exclude(['none']);

const statusOf = (status: string): Exclude<SubscriptionStatus, 'none'> =>
  understand(knownStatus, status, 'reading a subscription');

/** The portal may set the end as a time instead of the flag. */
const endsWithPeriod = ({ cancel_at_period_end, cancel_at, currentPeriodEnd }: Subscription): boolean =>
  cancel_at_period_end || (typeof cancel_at === 'string' && cancel_at <= currentPeriodEnd);

const subscriptionAt = (app: string, found: Subscription): SubscriptionAtProvider => {
  const { price, quantity, id: item } = found.item;
  const owner = ownerNamed(found.metadata);
  return {
    observed: {
      provider: 'stripe',
      reference: found.id,
      status: statusOf(found.status),
      plan: planOfProduct(app, price.product) ?? null,
      amountMinor: fromStripeAmount(price.unit_amount * (quantity ?? 1), price.currency),
      currency: price.currency,
      interval: price.recurring.interval,
      currentPeriodEnd: found.currentPeriodEnd,
      cancelAtPeriodEnd: endsWithPeriod(found),
      ...(found.trial_end ? { trialEnd: found.trial_end } : {}),
    },
    customer: found.customer,
    ...(owner ? { owner } : {}),
    item,
  };
};

/** @throws ProviderFailure */
export const findSubscription = async ({ client }: Account, id: string): Promise<Subscription> => {
  const doing = 'reading a subscription';
  return understand(subscriptionShape, await ask(doing, () => client.subscriptions.retrieve(id)), doing);
};

type Methods = 'readSubscription' | 'ownerOfSubscription' | 'cancel' | 'resume';

export const subscriptionsOf = (account: Account): Pick<StripeApi, Methods> => {
  const { app, client } = account;
  const find = (id: string) => findSubscription(account, id);
  /** The SDK makes a key of its own: a fixed one would let the second of two cancellations have the first one's answer. */
  const update = (doing: string, id: string, params: Stripe.SubscriptionUpdateParams) =>
    ask(doing, () => client.subscriptions.update(id, params));

  return {
    readSubscription: async (id) => subscriptionAt(app, await find(id)),

    /** Another business in the account may sell what no shape of ours has. */
    async ownerOfSubscription(id) {
      const answer = await ask('asking whose a subscription is', () => client.subscriptions.retrieve(id));
      return ownerNamed(owned.parse(answer).metadatas[0]);
    },

    async cancel(id, when) {
      if (when === 'period-end') {
        await update('cancelling at the end of the period', id, { cancel_at_period_end: true });
        return;
      }
      try {
        await ask('cancelling', () => client.subscriptions.cancel(id));
      } catch (error) {
        // One that is over cannot be found for cancelling: an answer of before may have been lost.
        const isMissing = error instanceof ProviderFailure && error.kind === 'unknown-there';
        if (!isMissing || (await find(id)).status !== 'canceled') throw error;
      }
    },

    async resume(id) {
      const { cancel_at_period_end, cancel_at } = await find(id);
      const isTimed = !cancel_at_period_end && typeof cancel_at === 'string';
      await update('resuming', id, isTimed ? { cancel_at: '' } : { cancel_at_period_end: false });
    },
  };
};
