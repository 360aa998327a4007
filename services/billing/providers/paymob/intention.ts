/**
 * Paymob's payment page: an intention says what is to be paid, and makes an order whose number its callbacks are matched by.
 * https://developers.paymob.com/paymob-docs/developers/intention-apis/create-intention
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { BillingData, CheckoutPage, CheckoutRequest, Sale } from '../provider.ts';
import { orderReference } from './order-reference.ts';

/** How long the page can be used. */
const expirationSeconds = 3_600;
const maxNameLength = 50;
const unknown = 'NA';

const billing = (given: BillingData, email: string | undefined) => ({
  first_name: given.first_name ?? unknown,
  last_name: given.last_name ?? unknown,
  phone_number: given.phone_number ?? unknown,
  email: given.email ?? email ?? unknown,
  country: given.country ?? unknown,
  city: given.city ?? unknown,
  state: unknown,
  street: unknown,
  building: unknown,
  floor: unknown,
  apartment: unknown,
});

const item = ({ kind, id, name, amountMinor }: Sale) => ({
  name: name.slice(0, maxNameLength),
  amount: amountMinor,
  description: `${kind} ${id}`,
  quantity: 1,
});

/**
 * `special_reference` must differ between intentions. A page may be asked for again after the first answer was lost, so the
 * payment's id alone is not enough. It is for people who look at Paymob's dashboard: nothing is found by it.
 */
export const newIntention = (
  { buyer, sale, billingData, successUrl, notificationUrl }: CheckoutRequest,
  paymentId: string,
  methods: readonly number[],
) => ({
  amount: sale.amountMinor,
  currency: sale.currency,
  payment_methods: methods,
  items: [item(sale)],
  billing_data: billing(billingData ?? {}, buyer.email),
  special_reference: `${paymentId}-${randomBytes(4).toString('hex')}`,
  notification_url: notificationUrl,
  redirection_url: successUrl,
  expiration: expirationSeconds,
});

const orderNumber = z.union([
  z.int().min(1),
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
]);
export const intention = z.object({
  id: z.string().min(1).max(255),
  client_secret: z.string().min(1).max(500),
  intention_order_id: orderNumber,
});

/** Where the user pays. The client's secret opens this page and nothing else. */
export const pageOf = (
  { id, client_secret: clientSecret, intention_order_id: order }: z.infer<typeof intention>,
  { base, publicKey, askedAtMs }: { base: string; publicKey: string; askedAtMs: number },
): CheckoutPage => ({
  session: id,
  url: `${base}/unifiedcheckout/?${new URLSearchParams({ publicKey, clientSecret })}`,
  expiresAt: new Date(askedAtMs + expirationSeconds * 1_000).toISOString(),
  aliases: [orderReference(order)],
});
