/** What an app's secret `tessera/billing/<app>` says: how each provider is called, and what its callbacks are signed with. */
import * as z from 'zod';
import { isPrivateChannel } from '#services/catalog/contracts.ts';

const key = z.string().trim().min(1).max(500);
/** Where the provider's API is, when not at its usual place. */
const baseUrl = z
  .url()
  .refine(isPrivateChannel, 'must be https')
  .transform((url) => url.replace(/\/$/, ''));
/** All that are good now: while one is replaced by another, both are. */
const secrets = z.array(key).min(1).max(5);

export const stripeSetup = z.strictObject({
  secret_key: key,
  /** Of the endpoint `/webhooks/stripe/<app>`: `whsec_…`. */
  webhook_secrets: secrets,
  /** `pk_…`: handed to clients that pay by a payment intent. */
  publishable_key: key.optional(),
  base_url: baseUrl.optional(),
});
export type StripeSetup = z.infer<typeof stripeSetup>;

export const paymobSetup = z.strictObject({
  secret_key: key,
  public_key: key,
  hmac_secrets: secrets,
  /** Numbers of the integrations (cards, wallets) that may be paid by. Callbacks of a payment by another one are not taken. */
  integration_ids: z.array(z.int().min(1)).min(1).max(20),
  /** What each callback of the account says as `owner`. Those that say something else are not taken. */
  owner: z.int().min(1).optional(),
  /** `https://accept.paymob.com` by default, which is Egypt's. */
  base_url: baseUrl.optional(),
});
export type PaymobSetup = z.infer<typeof paymobSetup>;

/** A provider that is not there cannot be paid by. */
export const billingSetup = z.strictObject({ stripe: stripeSetup.optional(), paymob: paymobSetup.optional() });
export type BillingSetup = z.infer<typeof billingSetup>;

/** Name of an app's secret. */
export const setupSecret = (app: string): string => `tessera/billing/${app}`;
