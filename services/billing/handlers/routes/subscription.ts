/** A user's subscription (FS7, NB7): GET /v1/subscription, …/change-preview; POST …/change, …/cancel, …/resume */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Caller, type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { derivedUuid, newId } from '#shared/ids.ts';
import { changeOfPlan, type NoChange, type PlanChange } from '../../buying/change-of-plan.ts';
import { standingOf } from '../../buying/standing.ts';
import { noSubscription, type Subscription, subscriptionStream } from '../../domain/subscription-state.ts';
import type { SubscriptionStore } from '../../handle-subscription.ts';
import type { ProvidersOf, StripeApi } from '../../providers/provider.ts';
import type { routes } from '../../routes.ts';
import type { Customers } from '../../storage/customers.ts';
import { subscriptionView } from '../../subscription-view.ts';
import type { ObserveSubscription } from '../../subscriptions/observe.ts';
import { servedApp } from './served-app.ts';

export interface SubscriptionDeps {
  readonly catalog: Catalog;
  readonly providersOf: ProvidersOf;
  readonly subscriptions: Pick<SubscriptionStore, 'load'>;
  readonly customers: Pick<Customers, 'find'>;
  readonly observe: ObserveSubscription;
}

interface Asked {
  readonly user: Caller;
  readonly at: string;
  readonly correlationId: string;
}

const load = async ({ subscriptions }: SubscriptionDeps, user: Caller): Promise<Subscription> =>
  (await subscriptions.load(subscriptionStream(user)))?.state ?? noSubscription;

const viewOf = async ({ customers }: SubscriptionDeps, user: Caller, state: Subscription, at: string) =>
  subscriptionView(state, at, await customers.find(user));

const stripeOf = async ({ providersOf }: SubscriptionDeps, { app }: Caller) => (await providersOf(app)).stripe;

const unsupported = () => refuse('provider-unsupported', { detail: 'Stripe is set up no more.' });

/** The answer shows what the provider says behind the change, not what was asked for. */
const observed = async (
  deps: SubscriptionDeps,
  stripe: StripeApi,
  subscription: string,
  { user, at, correlationId }: Asked,
) => {
  const owner = { app: user.app, user: user.user };
  const { state } = await deps.observe(owner, stripe, subscription, { actor: user.user, correlationId });
  return viewOf(deps, user, state, at);
};

export const getSubscription =
  (deps: SubscriptionDeps) =>
  async ({ user, at }: Input<typeof routes.getSubscription>) => ({
    status: 200 as const,
    body: await viewOf(deps, user, await load(deps, user), at),
  });

const noChange = ({ refused, detail }: NoChange) => refuse(refused, detail === undefined ? {} : { detail });

const changeFor = async (
  deps: SubscriptionDeps,
  { user, at }: Asked,
  planId: string,
): Promise<
  { readonly change: PlanChange; readonly stripe: StripeApi } | Refusal<NoChange['refused'] | 'provider-unsupported'>
> => {
  const definition = await servedApp(deps.catalog, user.app);
  const change = changeOfPlan(await load(deps, user), definition, { planId, at });
  if ('refused' in change) return noChange(change);
  const stripe = await stripeOf(deps, user);
  return stripe ? { change, stripe } : unsupported();
};

const prorationOf = async (stripe: StripeApi, { upgrade, subscription, sale, currency }: PlanChange) => {
  if (!upgrade) return { amount_minor: 0, currency, takes_effect: 'period_end' as const };
  const { amountMinor, currency: paidIn } = await stripe.previewChange(subscription, sale);
  return { amount_minor: amountMinor, currency: paidIn, takes_effect: 'now' as const };
};

export const previewChange = (deps: SubscriptionDeps) => async (input: Input<typeof routes.previewChange>) => {
  const found = await changeFor(deps, input, input.query.plan_id);
  if ('rejection' in found) return found;
  const { sale, interval } = found.change;
  return {
    status: 200 as const,
    body: {
      plan: sale.id,
      price: { amount_minor: sale.amountMinor, currency: sale.currency, interval },
      proration: await prorationOf(found.stripe, found.change),
    },
  };
};

export const changeSubscription =
  (deps: SubscriptionDeps) => async (input: Input<typeof routes.changeSubscription>) => {
    const found = await changeFor(deps, input, input.body.plan_id);
    if ('rejection' in found) return found;
    const { stripe, change } = found;
    const { user, idempotencyKey: key } = input;
    const proration = await prorationOf(stripe, change);
    await stripe.changePlan(change.subscription, change.sale, {
      upgrade: change.upgrade,
      idempotencyKey: key === undefined ? newId('sub') : `sub_${derivedUuid(user.app, user.user, 'change', key)}`,
    });
    const subscription = await observed(deps, stripe, change.subscription, input);
    return { status: 200 as const, body: { subscription, proration } };
  };

/** Has the provider do something to a subscription that it renews. */
const act = async (
  deps: SubscriptionDeps,
  asked: Asked,
  todo: (stripe: StripeApi, subscription: string) => Promise<void>,
) => {
  const standing = standingOf(await load(deps, asked.user), asked.at);
  if (standing.kind === 'none') return refuse('subscription-none');
  if (standing.kind === 'prepaid')
    return refuse('subscription-unchangeable', {
      detail: 'It is paid by the period and ends by itself.',
    });
  const stripe = await stripeOf(deps, asked.user);
  if (!stripe) return unsupported();
  const { reference } = standing.observed;
  await todo(stripe, reference);
  return { status: 200 as const, body: await observed(deps, stripe, reference, asked) };
};

const whenAtProvider = { now: 'now', period_end: 'period-end' } as const;

export const cancelSubscription = (deps: SubscriptionDeps) => async (input: Input<typeof routes.cancelSubscription>) =>
  act(deps, input, (stripe, subscription) => stripe.cancel(subscription, whenAtProvider[input.body.when]));

/** One that does not end is asked to go on all the same: we may not have heard that it was to end. */
export const resumeSubscription = (deps: SubscriptionDeps) => async (input: Input<typeof routes.resumeSubscription>) =>
  act(deps, input, (stripe, subscription) => stripe.resume(subscription));
