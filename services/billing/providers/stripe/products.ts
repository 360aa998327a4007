/** Products at Stripe have ids that we choose, so that a line of an invoice tells which plan it is of. Prices are sent with each call. */
import type Stripe from 'stripe';
import { toStripeAmount } from '../../domain/money.ts';
import { ProviderFailure, type Sale } from '../provider.ts';
import type { Account } from './account.ts';
import { isCode } from './failure.ts';

/** @example productId('sparky', { kind: 'plan', id: 'pro' }) // tessera_sparky_plan_pro */
export const productId = (app: string, { kind, id }: Pick<Sale, 'kind' | 'id'>): string =>
  `tessera_${app}_${kind}_${id}`;

/** An app's id has no `_`, so what follows it is the plan's. Undefined for what is no plan of this app. */
export const planOfProduct = (app: string, product: string | undefined): string | undefined => {
  const prefix = productId(app, { kind: 'plan', id: '' });
  return product?.startsWith(prefix) && product.length > prefix.length ? product.slice(prefix.length) : undefined;
};

/** @throws ProviderFailure for an amount that Stripe cannot charge */
export const stripeAmount = (amountMinor: number, currency: string): number => {
  const converted = toStripeAmount(amountMinor, currency);
  if (!converted.ok) throw new ProviderFailure('refused', `Stripe cannot charge it: ${converted.why}`);
  return converted.amount;
};

/** @throws ProviderFailure */
export const priceData = (app: string, sale: Sale) => ({
  currency: sale.currency.toLowerCase(),
  unit_amount: stripeAmount(sale.amountMinor, sale.currency),
  product: productId(app, sale),
});

/** @throws ProviderFailure */
export const recurringPriceData = (app: string, sale: Sale) => {
  if (sale.interval === undefined) throw new ProviderFailure('refused', 'Stripe cannot renew it: it has no interval');
  return { ...priceData(app, sale), recurring: { interval: sale.interval } };
};

const isMissingProduct = (error: unknown): boolean =>
  isCode(error, 'resource_missing') && /product/i.test(error.param ?? error.message);

/** Its id makes it one, however often it is made. */
const makeProduct = async (client: Stripe, app: string, sale: Sale): Promise<void> => {
  try {
    await client.products.create({ id: productId(app, sale), name: sale.name, metadata: { tessera_app: app } });
  } catch (error) {
    if (!isCode(error, 'resource_already_exists')) throw error;
  }
};

/**
 * A call that names the sale's product, which is made when it is missing. Stripe answers the same for the same idempotency key,
 * refusals included: the call that is made again is to add `suffix` to its own.
 */
export const withProduct = async <Answer>(
  { app, client }: Account,
  sale: Sale,
  call: (suffix: string) => Promise<Answer>,
): Promise<Answer> => {
  try {
    return await call('');
  } catch (error) {
    if (!isMissingProduct(error)) throw error;
    await makeProduct(client, app, sale);
    return call(':made');
  }
};
