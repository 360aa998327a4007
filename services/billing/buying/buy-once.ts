/** What is paid once: a pack, or a prepaid period of a plan, on the provider's page or by a payment intent. */
import type { PaymentProvider } from '../contracts.ts';
import { type KnownPayment, type OpenPage, type Order, paymentStream } from '../domain/payment-state.ts';
import type {
  BillingData,
  Buyer,
  CheckoutRequest,
  PaymentProviderApi,
  Providers,
  StripeApi,
} from '../providers/provider.ts';
import { type CustomerDeps, withCustomer } from './customer-of.ts';
import { isAfter } from './is-after.ts';
import { openPaymentPage } from './open-page.ts';
import { type RequestDeps, type RequestedPayment, requestPayment } from './request-payment.ts';
import { saleOf, type Terms } from './sale-of.ts';

export type BuyDeps = RequestDeps & CustomerDeps;

export interface Purchase {
  readonly buyer: Buyer;
  readonly terms: Terms;
  readonly key: string | undefined;
  readonly savesMethod: boolean;
  readonly at: string;
  readonly correlationId: string;
}

export interface PagePurchase extends Purchase, Pick<CheckoutRequest, 'successUrl' | 'cancelUrl' | 'notificationUrl'> {
  readonly provider: PaymentProvider;
  readonly providers: Providers;
  readonly billingData: BillingData | undefined;
}

/** `over`: money came for it, or is on its way. */
export type NotBought = 'idempotency-mismatch' | 'provider-unsupported' | { readonly over: RequestedPayment };
type WithUrl = OpenPage & { readonly url: string; readonly expiresAt: string };

const metaOf = ({ buyer, correlationId }: Purchase) => ({ actor: buyer.owner.user, correlationId });

const request = (deps: RequestDeps, purchase: Purchase, how: Pick<Order, 'provider' | 'via'>) => {
  const { buyer, terms, key, at } = purchase;
  return requestPayment(deps)({ owner: buyer.owner, key, order: { ...how, ...terms }, at, meta: metaOf(purchase) });
};

/** Money that came, or is on its way, is not to come twice. */
const isOver = ({ status }: KnownPayment): boolean => status === 'captured' || status === 'mismatched';

const openPageOf = ({ page }: KnownPayment, at: string): WithUrl | undefined => {
  if (page?.url === undefined || page.expiresAt === undefined || !isAfter(page.expiresAt, at)) return undefined;
  return { session: page.session, url: page.url, expiresAt: page.expiresAt };
};

const remember = async (deps: RequestDeps, purchase: Purchase, paymentId: string, page: OpenPage): Promise<void> => {
  const stream = paymentStream(purchase.buyer.owner, paymentId);
  const opened = await deps.handlePayment(stream, { type: 'OpenCheckout', at: purchase.at, page }, metaOf(purchase));
  if (!opened.accepted) throw new Error(`the payment refused its page: ${opened.rejection}`);
};

interface Opening {
  readonly api: PaymentProviderApi;
  readonly stripe: StripeApi | undefined;
}

const openNewPage = async (
  deps: BuyDeps,
  purchase: PagePurchase,
  { paymentId, state }: RequestedPayment,
  { api, stripe }: Opening,
): Promise<WithUrl> => {
  const { buyer, provider, successUrl, cancelUrl, notificationUrl, savesMethod, billingData, at } = purchase;
  const asked = {
    buyer,
    sale: saleOf(state),
    paymentId,
    successUrl,
    cancelUrl,
    notificationUrl,
    idempotencyKey: `${paymentId}:checkout`,
    ...(savesMethod ? { savesMethod } : {}),
    ...(billingData ? { billingData } : {}),
  };
  const open = (request: typeof asked & Pick<CheckoutRequest, 'customer'>) =>
    openPaymentPage(deps)(api, request, { provider, at });
  const opened = stripe
    ? withCustomer(deps)(stripe, buyer, (customer) =>
        open({ ...asked, customer, idempotencyKey: `${asked.idempotencyKey}:${customer}` }),
      )
    : open(asked);
  const { session, url, expiresAt } = await opened;
  const page = { session, url, expiresAt };
  await remember(deps, purchase, paymentId, page);
  return page;
};

/** @throws ProviderFailure */
export const buyOnPage =
  (deps: BuyDeps) =>
  async (
    purchase: PagePurchase,
  ): Promise<{ readonly paymentId: RequestedPayment['paymentId']; readonly page: WithUrl } | NotBought> => {
    const { provider, providers, at } = purchase;
    const api = providers[provider];
    if (!api) return 'provider-unsupported';
    const requested = await request(deps, purchase, { provider, via: 'checkout' });
    if (requested === 'idempotency-mismatch') return requested;
    const { paymentId, state } = requested;
    if (isOver(state)) return { over: requested };
    const open = openPageOf(state, at);
    if (open) return { paymentId, page: open };
    if (state.status === 'pending') return { over: requested };
    const stripe = provider === 'stripe' ? providers.stripe : undefined;
    return { paymentId, page: await openNewPage(deps, purchase, requested, { api, stripe }) };
  };

/** The client's secret is nowhere kept: whoever repeats the request gets it from Stripe. @throws ProviderFailure */
export const buyByIntent =
  (deps: BuyDeps) =>
  async (
    stripe: StripeApi,
    purchase: Purchase,
  ): Promise<(RequestedPayment & { readonly clientSecret: string }) | NotBought> => {
    const requested = await request(deps, purchase, { provider: 'stripe', via: 'intent' });
    if (requested === 'idempotency-mismatch') return requested;
    const { paymentId, state } = requested;
    if (isOver(state)) return { over: requested };
    if (state.page) return { ...requested, clientSecret: await stripe.readClientSecret(state.page.session) };
    const { buyer, savesMethod } = purchase;
    const { reference, clientSecret } = await withCustomer(deps)(stripe, buyer, (customer) =>
      stripe.createPaymentIntent({
        buyer,
        sale: saleOf(state),
        paymentId,
        customer,
        idempotencyKey: `${paymentId}:intent:${customer}`,
        ...(savesMethod ? { savesMethod } : {}),
      }),
    );
    await deps.references.keep('stripe', reference, { owner: buyer.owner, paymentId });
    await remember(deps, purchase, paymentId, { session: reference });
    return { ...requested, clientSecret };
  };
