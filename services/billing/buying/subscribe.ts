/** A plan that Stripe renews: one page to subscribe on is open at a time, so that nobody subscribes twice. */
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import { derivedUuid, newId } from '#shared/ids.ts';
import { noSubscription, type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import type { HandleSubscription, SubscriptionStore } from '../handle-subscription.ts';
import type { Buyer, CheckoutPage, CheckoutRequest, Sale, StripeApi } from '../providers/provider.ts';
import { type CustomerDeps, customerOf } from './customer-of.ts';
import { isAfter } from './is-after.ts';
import { openFreshPage } from './open-page.ts';
import { standingOf } from './standing.ts';

export interface SubscribeDeps extends CustomerDeps {
  readonly subscriptions: Pick<SubscriptionStore, 'load' | 'read'>;
  readonly handleSubscription: HandleSubscription;
}

export interface SubscriptionPurchase extends Pick<CheckoutRequest, 'successUrl' | 'cancelUrl' | 'notificationUrl'> {
  readonly buyer: Buyer;
  readonly sale: Sale;
  readonly key: string | undefined;
  readonly at: string;
  readonly correlationId: string;
}

/** All that the page depends on is part of the key: Stripe refuses one that comes again with another request. */
const idempotencyKeyOf = ({ buyer, sale, key, successUrl, cancelUrl }: SubscriptionPurchase): string => {
  if (key === undefined) return newId('sub');
  const { app, user } = buyer.owner;
  const { id, amountMinor, currency, interval = '' } = sale;
  return `sub_${derivedUuid(app, user, key, id, String(amountMinor), currency, interval, successUrl, cancelUrl)}`;
};

const closePage = async (
  stripe: StripeApi,
  page: Subscription['page'],
  { unless, at }: { readonly unless: string; readonly at: string },
): Promise<void> => {
  if (page && page.session !== unless && isAfter(page.expiresAt, at)) await stripe.expireCheckout(page.session);
};

/** The page that another request opened between our look and our event. */
const pageOpenedMeanwhile = async (
  { subscriptions }: Pick<SubscribeDeps, 'subscriptions'>,
  stream: string,
  version: number,
): Promise<Subscription['page']> => {
  const [before] = await subscriptions.read(stream, { direction: 'backward', after: version, limit: 1 });
  return before?.state.page;
};

/** @throws ProviderFailure */
export const subscribe =
  (deps: SubscribeDeps) =>
  async (stripe: StripeApi, purchase: SubscriptionPurchase): Promise<CheckoutPage | 'subscription-exists'> => {
    const { buyer, sale, successUrl, cancelUrl, notificationUrl, at, correlationId } = purchase;
    const stream = subscriptionStream(buyer.owner);
    const tail = await deps.subscriptions.load(stream);
    const state = tail?.state ?? noSubscription;
    if (standingOf(state, at).kind !== 'none') return 'subscription-exists';
    const asked: CheckoutRequest = {
      buyer,
      sale,
      customer: await customerOf(deps)(stripe, buyer),
      successUrl,
      cancelUrl,
      notificationUrl,
      idempotencyKey: idempotencyKeyOf(purchase),
    };
    const page = await openFreshPage(stripe, asked, at);
    // Before the new one is told of: a crash in between leaves a page open that nobody has seen.
    await closePage(stripe, state.page, { unless: page.session, at });
    const meta: EventMeta = { actor: buyer.owner.user, correlationId };
    const { session, expiresAt } = page;
    const opened = await deps.handleSubscription(
      stream,
      { type: 'OpenSubscriptionCheckout', at, page: { session, plan: sale.id, expiresAt } },
      meta,
      { tail },
    );
    if (!opened.accepted) throw new Error(`the subscription refused its page: ${opened.rejection}`);
    if (opened.events.length > 0 && opened.version > (tail?.version ?? 0) + 1)
      await closePage(stripe, await pageOpenedMeanwhile(deps, stream, opened.version), { unless: session, at });
    return page;
  };
