/** Whose a customer at Stripe is: by what we kept of it, else by the metadata of its subscription. */
import type { Owner } from '#shared/owner.ts';
import { type Applied, ifThere, ofAnotherApp, unmatched } from './applied.ts';
import { type Scope, stripeOf } from './scope.ts';

export const findOwner = async (
  scope: Scope,
  { customer, subscription }: { readonly customer: string; readonly subscription: string },
): Promise<Owner | Applied> => {
  const { app, references } = scope;
  const known = await references.find(app, 'stripe', customer);
  if (known) return known.owner;
  const owner = await ifThere(stripeOf(scope).ownerOfSubscription(subscription));
  if (!owner) return unmatched('customer-unknown');
  if (owner.app !== app) return ofAnotherApp;
  for (const reference of [customer, subscription]) await references.keep('stripe', reference, { owner });
  return owner;
};
