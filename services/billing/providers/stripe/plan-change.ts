/** A change of a subscription's plan: what it costs now, and making it. */
import { fromStripeAmount } from '../../domain/money.ts';
import { ProviderFailure, type Sale, type StripeApi } from '../provider.ts';
import type { Account } from './account.ts';
import { answered, ask, understand } from './failure.ts';
import { recurringPriceData, withProduct } from './products.ts';
import { invoicePreview } from './shapes.ts';
import { findSubscription } from './subscriptions.ts';

/** Stripe's list of what a pending update may hold names prices that are there already, and not those made with the call. */
const wantsPriceMade = (error: unknown): boolean =>
  error instanceof Error && /pending_if_incomplete.*price_data/s.test(error.message);

/** The old plan stays until the difference is paid. https://docs.stripe.com/billing/subscriptions/pending-updates-reference */
const upgrade = async (
  { app, client }: Account,
  { id, item, sale, idempotencyKey }: { id: string; item: string; sale: Sale; idempotencyKey: string },
) => {
  const how = { proration_behavior: 'always_invoice', payment_behavior: 'pending_if_incomplete' } as const;
  const data = recurringPriceData(app, sale);
  try {
    return await client.subscriptions.update(
      id,
      { items: [{ id: item, price_data: data }], ...how },
      { idempotencyKey },
    );
  } catch (error) {
    if (!wantsPriceMade(error)) throw error;
    const price = answered(await client.prices.create(data, { idempotencyKey: `${idempotencyKey}:price` }));
    const items = [{ id: item, price: price.id }];
    return client.subscriptions.update(id, { items, ...how }, { idempotencyKey: `${idempotencyKey}:priced` });
  }
};

export const planChangesOf = (account: Account): Pick<StripeApi, 'previewChange' | 'changePlan'> => ({
  /** Sums what the change itself costs: parts of the running period, and a whole one where the change begins a new period. */
  async previewChange(id, sale) {
    const doing = 'previewing a change of plan';
    const { item, currentPeriodEnd } = await findSubscription(account, id);
    const items = [{ id: item.id, price_data: recurringPriceData(account.app, sale) }];
    const answer = await ask(doing, () =>
      withProduct(account, sale, () =>
        account.client.invoices.createPreview({
          subscription: id,
          subscription_details: { items, proration_behavior: 'always_invoice' },
        }),
      ),
    );
    const { currency, lines } = understand(invoicePreview, answer, doing);
    if (lines.has_more) throw new ProviderFailure('refused', `Stripe, ${doing}: it has too many lines`);
    const now = lines.data.filter(({ proration, from }) => proration || from < currentPeriodEnd);
    const amount = now.reduce((sum, line) => sum + line.amount, 0);
    return { amountMinor: fromStripeAmount(amount, currency), currency };
  },

  async changePlan(id, sale, { upgrade: isUpgrade, idempotencyKey: key }) {
    const { item } = await findSubscription(account, id);
    await ask('changing the plan', () =>
      withProduct(account, sale, async (suffix) => {
        const idempotencyKey = `${key}${suffix}`;
        if (isUpgrade) return upgrade(account, { id, item: item.id, sale, idempotencyKey });
        const items = [{ id: item.id, price_data: recurringPriceData(account.app, sale) }];
        return account.client.subscriptions.update(id, { items, proration_behavior: 'none' }, { idempotencyKey });
      }),
    );
  },
});
