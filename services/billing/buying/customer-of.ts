/** A user's customer at Stripe, made when it is needed first. */
import type { Buyer, StripeApi } from '../providers/provider.ts';
import type { Customers } from '../storage/customers.ts';
import type { References } from '../storage/references.ts';

export interface CustomerDeps {
  readonly customers: Pick<Customers, 'find' | 'keep'>;
  readonly references: Pick<References, 'keep'>;
}

/**
 * Callbacks name the customer alone, so whose it is is kept before it is used. Of two that are made at once the first one stays.
 *
 * @throws ProviderFailure
 */
export const customerOf =
  ({ customers, references }: CustomerDeps) =>
  async (stripe: Pick<StripeApi, 'createCustomer'>, buyer: Buyer): Promise<string> => {
    const known = await customers.find(buyer.owner);
    if (known !== undefined) return known;
    const customer = await stripe.createCustomer(buyer);
    await references.keep('stripe', customer, { owner: buyer.owner });
    return customers.keep(buyer.owner, customer);
  };
export type CustomerOf = ReturnType<typeof customerOf>;
