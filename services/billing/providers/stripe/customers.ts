/** A user's customer at Stripe, and the page where they look after cards and subscriptions. */
import { fingerprint } from '#shared/ids.ts';
import { ProviderFailure, type StripeApi } from '../provider.ts';
import type { Account } from './account.ts';
import { ask } from './failure.ts';
import { metadataOf } from './metadata.ts';

export const customersOf = ({
  client,
}: Account): Pick<StripeApi, 'createCustomer' | 'removeCustomer' | 'openPortal'> => ({
  /** Two at once make one; the address is part of the key, because the same key with another address is refused. */
  async createCustomer({ owner, email }, replaced) {
    const params = { metadata: metadataOf(owner), ...(email === undefined ? {} : { email }) };
    const before = replaced === undefined ? [] : [replaced];
    const idempotencyKey = ['customer', owner.app, owner.user, fingerprint(email ?? ''), ...before].join(':');
    const { id } = await ask('making a customer', () => client.customers.create(params, { idempotencyKey }));
    return id;
  },

  async removeCustomer(customer) {
    try {
      await ask('removing a customer', () => client.customers.del(customer));
    } catch (error) {
      if (!(error instanceof ProviderFailure && error.kind === 'unknown-there')) throw error;
    }
  },

  async openPortal(customer, returnUrl) {
    const { url } = await ask('opening the portal', () =>
      client.billingPortal.sessions.create({ customer, return_url: returnUrl }),
    );
    return url;
  },
});
