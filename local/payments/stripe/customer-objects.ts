/** Customers, products, checkout and portal pages as Stripe's API shows them. */
import type Stripe from 'stripe';
import { type CheckoutTerms, newId, type StripeAccount } from './account.ts';

type Metadata = Readonly<Record<string, string>>;

export const newCustomer = (
  { now }: StripeAccount,
  terms: {
    readonly email?: string | undefined;
    readonly name?: string | undefined;
    readonly phone?: string | undefined;
    readonly description?: string | undefined;
    readonly metadata?: Metadata | undefined;
  },
): Stripe.Customer => ({
  id: newId('cus'),
  object: 'customer',
  address: null,
  balance: 0,
  created: now(),
  currency: null,
  customer_account: null,
  default_source: null,
  delinquent: false,
  description: terms.description ?? null,
  discount: null,
  email: terms.email ?? null,
  invoice_prefix: newId('x').slice(2, 10).toUpperCase(),
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  livemode: false,
  metadata: { ...terms.metadata },
  name: terms.name ?? null,
  next_invoice_sequence: 1,
  phone: terms.phone ?? null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

export const newProduct = (
  { now }: StripeAccount,
  terms: {
    readonly id?: string | undefined;
    readonly name: string;
    readonly description?: string | undefined;
    readonly metadata?: Metadata | undefined;
  },
): Stripe.Product => ({
  id: terms.id ?? newId('prod'),
  object: 'product',
  active: true,
  created: now(),
  default_price: null,
  description: terms.description ?? null,
  images: [],
  livemode: false,
  marketing_features: [],
  metadata: { ...terms.metadata },
  name: terms.name,
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: null,
  tax_details: null,
  type: 'service',
  unit_label: null,
  updated: now(),
  url: null,
});

export const newSession = (
  { now, url }: StripeAccount,
  terms: CheckoutTerms,
  more: {
    readonly mode: 'payment' | 'subscription';
    readonly customer: Stripe.Customer | undefined;
    readonly clientReferenceId: string | undefined;
    readonly metadata: Metadata | undefined;
    readonly successUrl: string;
    readonly cancelUrl: string | undefined;
    readonly expiresAt: number;
  },
): Stripe.Checkout.Session => {
  const id = newId('cs_test');
  const total = terms.trialDays === undefined ? terms.unitAmount * terms.quantity : 0;
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: more.cancelUrl ?? null,
    client_reference_id: more.clientReferenceId ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: now(),
    currency: terms.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: more.customer?.id ?? null,
    customer_account: null,
    customer_creation: more.customer ? null : 'if_required',
    customer_details: null,
    customer_email: null,
    discounts: [],
    expires_at: more.expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    metadata: { ...more.metadata },
    mode: more.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: more.mode === 'payment' ? 'if_required' : 'always',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: more.successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${url}/checkout/${id}`,
    wallet_options: null,
  };
};

export const newPortalSession = (
  { now, url }: StripeAccount,
  terms: { readonly customer: string; readonly returnUrl: string | undefined },
): Stripe.BillingPortal.Session => {
  const id = newId('bps');
  return {
    id,
    object: 'billing_portal.session',
    configuration: newId('bpc'),
    created: now(),
    customer: terms.customer,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: terms.returnUrl ?? null,
    url: `${url}/portal/${id}`,
  };
};
