/** POST /v1/checkout (FS3, FS7, BM10, SP13) */
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { type BuyDeps, buyOnPage } from '../../buying/buy-once.ts';
import {
  type PlanOnSale,
  packTerms,
  planOnSale,
  planSale,
  prepaidTerms,
  providersOfApp,
  type Terms,
  whyUnsold,
} from '../../buying/sale-of.ts';
import { standingOf } from '../../buying/standing.ts';
import { type SubscribeDeps, subscribe } from '../../buying/subscribe.ts';
import { type AddressFault, refusedField, returnUrl } from '../../buying/urls.ts';
import type { PaymentProvider } from '../../contracts.ts';
import { noSubscription, subscriptionStream } from '../../domain/subscription-state.ts';
import type { BillingRejection } from '../../problems.ts';
import type { CheckoutPage, CheckoutRequest, Providers, ProvidersOf, StripeApi } from '../../providers/provider.ts';
import type { routes } from '../../routes.ts';
import type { RequestKeys } from '../../storage/request-keys.ts';
import { keyTaken, paymentOver } from './refusals.ts';
import { servedApp } from './served-app.ts';

export interface CheckoutDeps extends BuyDeps, SubscribeDeps {
  readonly catalog: Catalog;
  readonly providersOf: ProvidersOf;
  readonly requestKeys: RequestKeys;
  /** The API's own address. */
  readonly publicUrl: string;
}

type Request = Input<typeof routes.createCheckout>;
type Addresses = Pick<CheckoutRequest, 'successUrl' | 'cancelUrl'>;
type Wanted = { readonly kind: 'once'; readonly terms: Terms } | { readonly kind: 'plan'; readonly plan: PlanOnSale };

const isRefusal = (value: object): value is Refusal<BillingRejection> => 'rejection' in value;

const unsold = <Rejection extends BillingRejection>(rejection: Rejection, pointer: string, detail: string) =>
  refuse(rejection, { detail, errors: [{ pointer, detail }] });

const wantedOf = (
  definition: AppDefinition,
  { pack_id, plan_id = '' }: Request['body'],
): Wanted | Refusal<'pack-unknown' | 'plan-unknown' | 'plan-not-sold'> => {
  if (pack_id !== undefined) {
    const terms = packTerms(definition, pack_id);
    return terms === 'pack-unknown'
      ? unsold(terms, '/body/pack_id', `The app sells no pack "${pack_id}".`)
      : { kind: 'once', terms };
  }
  const plan = planOnSale(definition, plan_id);
  return typeof plan === 'string'
    ? unsold(plan, '/body/plan_id', whyUnsold(definition, plan_id))
    : { kind: 'plan', plan };
};

const addressesOf = (definition: AppDefinition, body: Request['body']): Addresses | Refusal<AddressFault> => {
  const { urls } = definition;
  const successUrl = returnUrl(definition, {
    given: body.success_url,
    usual: urls?.checkout_success,
    pointer: '/body/success_url',
  });
  if (typeof successUrl !== 'string') return successUrl;
  const cancelUrl = returnUrl(definition, {
    given: body.cancel_url,
    usual: urls?.checkout_cancel,
    pointer: '/body/cancel_url',
  });
  return typeof cancelUrl === 'string' ? { successUrl, cancelUrl } : cancelUrl;
};

const chosenProvider = (definition: AppDefinition, providers: Providers, wanted: Request['body']['provider']) => {
  const offered = providersOfApp(definition);
  const provider = wanted ?? offered[0] ?? 'stripe';
  return offered.includes(provider) && providers[provider] ? provider : undefined;
};

/** A key stands for all that its page is made of; the price is the catalog's, and stays that of the first request. */
const standsForThis = async (
  { requestKeys }: CheckoutDeps,
  { user, idempotencyKey: key, body }: Request,
  { provider, successUrl, cancelUrl }: Addresses & { readonly provider: PaymentProvider },
): Promise<boolean> => {
  if (key === undefined) return true;
  const { pack_id, plan_id, save_payment_method, billing_data: of } = body;
  const sold = ['checkout', provider, pack_id, plan_id, successUrl, cancelUrl, String(save_payment_method === true)];
  const buyer = [of?.first_name, of?.last_name, of?.phone_number, of?.email, of?.country, of?.city];
  return requestKeys.claim(user, key, [...sold, ...buyer]);
};

/** What would be taken and do nothing is refused: a client that sends it expects something of it. */
const idleField = (
  { plan_id, save_payment_method, billing_data }: Request['body'],
  provider: PaymentProvider,
): Refusal<'request-invalid'> | undefined => {
  const idle = (field: string, detail: string) => refusedField('request-invalid', `/body/${field}`, detail);
  if (plan_id !== undefined && save_payment_method !== undefined)
    return idle('save_payment_method', 'is of packs alone: a subscription keeps its card by itself');
  if (billing_data !== undefined && provider === 'stripe')
    return idle('billing_data', "is of Paymob's page alone: Stripe asks for it itself");
  return undefined;
};

const unsupported = (detail: string) => refuse('provider-unsupported', { detail });

const subscriptionPage = async (
  deps: CheckoutDeps,
  { user, idempotencyKey: key, at, correlationId }: Request,
  { stripe, plan, ...addresses }: Addresses & { stripe: StripeApi; plan: PlanOnSale; notificationUrl: string },
) => {
  const buyer = { owner: { app: user.app, user: user.user }, email: user.email };
  const page = await subscribe(deps)(stripe, { buyer, sale: planSale(plan), key, at, correlationId, ...addresses });
  return page === 'subscription-exists' ? refuse(page) : answer(null, 'stripe', page);
};

const answer = <PaymentId extends `pay_${string}` | null>(
  payment_id: PaymentId,
  provider: 'stripe' | 'paymob',
  { session, url, expiresAt }: Pick<CheckoutPage, 'session' | 'url' | 'expiresAt'>,
) => ({
  status: 201 as const,
  body: { payment_id, provider, session_id: session, checkout_url: url, expires_at: expiresAt },
});

/** A user whose subscription renews itself buys no period beside it. */
const renewsItself = async ({ subscriptions }: CheckoutDeps, { user, at }: Request): Promise<boolean> => {
  const newest = await subscriptions.load(subscriptionStream(user));
  return standingOf(newest?.state ?? noSubscription, at).kind === 'live';
};

export const createCheckout = (deps: CheckoutDeps) => async (input: Request) => {
  const { user, body, idempotencyKey: key, at, correlationId } = input;
  const definition = await servedApp(deps.catalog, user.app);
  const wanted = wantedOf(definition, body);
  if (isRefusal(wanted)) return wanted;
  const addresses = addressesOf(definition, body);
  if (isRefusal(addresses)) return addresses;
  const providers = await deps.providersOf(user.app);
  const provider = chosenProvider(definition, providers, body.provider);
  if (!provider) return unsupported(`The app is paid by ${providersOfApp(definition).join(' or ')}.`);
  const idle = idleField(body, provider);
  if (idle) return idle;
  const savesMethod = body.save_payment_method === true;
  if (savesMethod && provider !== 'stripe') return unsupported('Cards are kept at Stripe only.');
  if (!(await standsForThis(deps, input, { provider, ...addresses }))) return keyTaken();
  const notificationUrl = `${deps.publicUrl}/webhooks/${provider}/${user.app}`;
  if (wanted.kind === 'plan' && provider === 'stripe' && providers.stripe)
    return subscriptionPage(deps, input, {
      stripe: providers.stripe,
      plan: wanted.plan,
      notificationUrl,
      ...addresses,
    });
  if (wanted.kind === 'plan' && (await renewsItself(deps, input))) return refuse('subscription-exists');
  const bought = await buyOnPage(deps)({
    buyer: { owner: { app: user.app, user: user.user }, email: user.email },
    terms: wanted.kind === 'once' ? wanted.terms : prepaidTerms(wanted.plan),
    key,
    savesMethod,
    at,
    correlationId,
    provider,
    providers,
    billingData: body.billing_data,
    notificationUrl,
    ...addresses,
  });
  if (typeof bought === 'string') return refuse(bought);
  return 'over' in bought ? paymentOver(bought.over, at) : answer(bought.paymentId, provider, bought.page);
};
