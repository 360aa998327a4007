/** POST /v1/billing-portal (BM12) */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { returnUrl } from '../../buying/urls.ts';
import type { ProvidersOf } from '../../providers/provider.ts';
import type { routes } from '../../routes.ts';
import type { Customers } from '../../storage/customers.ts';
import { servedApp } from './served-app.ts';

export interface PortalDeps {
  readonly catalog: Catalog;
  readonly providersOf: ProvidersOf;
  readonly customers: Pick<Customers, 'find'>;
}

export const openBillingPortal =
  ({ catalog, providersOf, customers }: PortalDeps) =>
  async ({ user, body }: Input<typeof routes.openBillingPortal>) => {
    const definition = await servedApp(catalog, user.app);
    const back = returnUrl(definition, {
      given: body.return_url,
      usual: definition.urls?.billing_return,
      pointer: '/body/return_url',
    });
    if (typeof back !== 'string') return back;
    const { stripe } = await providersOf(user.app);
    if (!stripe) return refuse('provider-unsupported', { detail: 'The app is not paid by Stripe.' });
    const customer = await customers.find(user);
    if (customer === undefined) return refuse('customer-none');
    return { status: 201 as const, body: { url: await stripe.openPortal(customer, back) } };
  };
