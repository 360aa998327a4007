/** A user's customer at Stripe, made when it is needed first, and anew when somebody has removed it there. */
import { type Buyer, ProviderFailure, type StripeApi } from '../providers/provider.ts';
import type { Customers } from '../storage/customers.ts';
import type { References } from '../storage/references.ts';

export interface CustomerDeps {
  readonly customers: Pick<Customers, 'find' | 'keep' | 'replace'>;
  readonly references: Pick<References, 'keep'>;
}

type Stripe = Pick<StripeApi, 'createCustomer'>;

/** Callbacks name the customer alone, so whose it is is kept before it is used. Of two that are made at once the first one stays. */
const customerOf = async (
  { customers, references }: CustomerDeps,
  stripe: Stripe,
  buyer: Buyer,
  { gone }: { readonly gone?: string } = {},
): Promise<string> => {
  const known = await customers.find(buyer.owner);
  if (known !== undefined && known !== gone) return known;
  const customer = await stripe.createCustomer(buyer, gone);
  await references.keep('stripe', customer, { owner: buyer.owner });
  return gone === undefined
    ? customers.keep(buyer.owner, customer)
    : customers.replace(buyer.owner, { before: gone, customer });
};

/** Stripe knows no such customer, or knows that they were removed. */
export const isCustomerGone = (error: unknown): boolean =>
  error instanceof ProviderFailure && error.kind === 'unknown-there' && error.param === 'customer';

/**
 * Asks Stripe for something for the user's customer; once more for a new one, where theirs is gone there. The customer belongs into
 * the idempotency key of what is asked: Stripe takes a key for another customer as another request.
 *
 * @throws ProviderFailure
 */
export const withCustomer =
  (deps: CustomerDeps) =>
  async <Answer>(stripe: Stripe, buyer: Buyer, ask: (customer: string) => Promise<Answer>): Promise<Answer> => {
    const customer = await customerOf(deps, stripe, buyer);
    try {
      return await ask(customer);
    } catch (error) {
      if (!isCustomerGone(error)) throw error;
      return ask(await customerOf(deps, stripe, buyer, { gone: customer }));
    }
  };
