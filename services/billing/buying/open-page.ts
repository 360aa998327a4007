/** Opens a provider's payment page that can still be paid on. */
import type { PaymentProvider } from '../contracts.ts';
import {
  type CheckoutPage,
  type CheckoutRequest,
  type PaymentProviderApi,
  ProviderFailure,
} from '../providers/provider.ts';
import type { References } from '../storage/references.ts';
import { isAfter } from './is-after.ts';

/** Stripe answers a key with the same page for a day, and a page lives no longer than one. */
const maxPages = 3;

/**
 * The key's page; where that has expired already, the page behind it. Which one it is follows from the key alone, so that a
 * request that is repeated meets the same page.
 *
 * @throws ProviderFailure
 */
export const openFreshPage = async (
  { openCheckout }: Pick<PaymentProviderApi, 'openCheckout'>,
  request: CheckoutRequest,
  at: string,
): Promise<CheckoutPage> => {
  let { idempotencyKey } = request;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await openCheckout({ ...request, idempotencyKey });
    if (isAfter(page.expiresAt, at)) return page;
    idempotencyKey = `${request.idempotencyKey}:${page.session}`;
  }
  throw new ProviderFailure('unavailable', `${maxPages} payment pages in a row had expired`);
};

/**
 * The page of a payment. What the provider will call it is kept before anybody sees the page, so that no callback comes too early.
 *
 * @throws ProviderFailure
 */
export const openPaymentPage =
  ({ references }: { readonly references: Pick<References, 'keep'> }) =>
  async (
    api: Pick<PaymentProviderApi, 'openCheckout'>,
    request: CheckoutRequest & { readonly paymentId: string },
    { provider, at }: { readonly provider: PaymentProvider; readonly at: string },
  ): Promise<CheckoutPage> => {
    const page = await openFreshPage(api, request, at);
    const referred = { owner: request.buyer.owner, paymentId: request.paymentId };
    for (const reference of new Set([page.session, ...page.aliases]))
      await references.keep(provider, reference, referred);
    return page;
  };
