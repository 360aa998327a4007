/** A plan that Stripe renews: one page to subscribe on is open at a time, so that nobody subscribes twice. */
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import { derivedUuid, newId } from '#shared/ids.ts';
import { noSubscription, type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import type { HandleSubscription, SubscriptionStore } from '../handle-subscription.ts';
import type { Buyer, CheckoutPage, CheckoutRequest, Sale, StripeApi } from '../providers/provider.ts';
import { type CustomerDeps, withCustomer } from './customer-of.ts';
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
const idempotencyKeyOf = (
  { buyer, sale, key, successUrl, cancelUrl }: SubscriptionPurchase,
  customer: string,
): string => {
  if (key === undefined) return newId('sub');
  const { app, user } = buyer.owner;
  const { id, amountMinor, currency, interval = '' } = sale;
  const facts = [id, String(amountMinor), currency, interval, successUrl, cancelUrl, customer];
  return `sub_${derivedUuid(app, user, key, ...facts)}`;
};

/** Known here, and so over, where none lives: whoever paid on its page may subscribe anew. */
const isOver = ({ observed, ended = [] }: Subscription, subscription: string | undefined): boolean =>
  subscription !== undefined && (observed?.reference === subscription || ended.includes(subscription));

/** `paid`: somebody subscribed on it, and nobody told us yet. */
const closePage = async (
  stripe: StripeApi,
  { page, ...state }: Subscription,
  { unless, at }: { readonly unless: string; readonly at: string },
): Promise<'closed' | 'paid'> => {
  if (!page || page.session === unless || !isAfter(page.expiresAt, at)) return 'closed';
  const closed = await stripe.expireCheckout(page.session);
  return closed.outcome === 'complete' && !isOver(state, closed.subscription) ? 'paid' : 'closed';
};

/** Before our event: with the page that another request opened since our look. */
const stateBefore = async (
  { subscriptions }: Pick<SubscribeDeps, 'subscriptions'>,
  stream: string,
  version: number,
): Promise<Subscription> => {
  const [before] = await subscriptions.read(stream, { direction: 'backward', after: version, limit: 1 });
  return before?.state ?? noSubscription;
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
    const asked = { buyer, sale, successUrl, cancelUrl, notificationUrl };
    const page = await withCustomer(deps)(stripe, buyer, (customer) =>
      openFreshPage(stripe, { ...asked, customer, idempotencyKey: idempotencyKeyOf(purchase, customer) }, at),
    );
    const closeNew = async () => {
      await stripe.expireCheckout(page.session);
      return 'subscription-exists' as const;
    };
    // Before the new one is told of: a crash in between leaves a page open that nobody has seen.
    if ((await closePage(stripe, state, { unless: page.session, at })) === 'paid') return closeNew();
    const meta: EventMeta = { actor: buyer.owner.user, correlationId };
    const { session, expiresAt } = page;
    const opened = await deps.handleSubscription(
      stream,
      { type: 'OpenSubscriptionCheckout', at, page: { session, plan: sale.id, expiresAt } },
      meta,
      { tail },
    );
    if (!opened.accepted) throw new Error(`the subscription refused its page: ${opened.rejection}`);
    if (opened.events.length === 0 || opened.version === (tail?.version ?? 0) + 1) return page;
    const before = await stateBefore(deps, stream, opened.version);
    const closed = await closePage(stripe, before, { unless: session, at });
    return closed === 'paid' || standingOf(before, at).kind !== 'none' ? closeNew() : page;
  };
