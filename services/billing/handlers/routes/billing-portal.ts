/** POST /v1/billing-portal (BM12) */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { isCustomerGone } from '../../buying/customer-of.ts';
import { providersOfApp } from '../../buying/sale-of.ts';
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

const noCustomer = 'Cards and invoices are there once a page of Stripe was opened for the user.';

export const openBillingPortal =
  ({ catalog, providersOf, customers }: PortalDeps) =>
  async ({ user, body }: Input<typeof routes.openBillingPortal>) => {
    const definition = await servedApp(catalog, user.app);
    const { stripe } = await providersOf(user.app);
    const customer = await customers.find(user);
    // Who paid by Stripe once still gets at their cards and invoices when the app is paid elsewhere by now.
    if (!stripe || (customer === undefined && !providersOfApp(definition).includes('stripe')))
      return refuse('provider-unsupported', { detail: 'The app is not paid by Stripe.' });
    const back = returnUrl(definition, {
      given: body.return_url,
      usual: definition.urls?.billing_return,
      pointer: '/body/return_url',
    });
    if (typeof back !== 'string') return back;
    if (customer === undefined) return refuse('customer-none', { detail: noCustomer });
    try {
      return { status: 201 as const, body: { url: await stripe.openPortal(customer, back) } };
    } catch (error) {
      if (!isCustomerGone(error)) throw error;
      return refuse('customer-none', { detail: noCustomer });
    }
  };
