/** Payments as Stripe's API shows them: intents, charges, refunds, disputes, cards. */
import type Stripe from 'stripe';
import { idOf, newId, type StripeAccount } from './account.ts';

type Metadata = Readonly<Record<string, string>>;

export interface IntentTerms {
  readonly amount: number;
  readonly currency: string;
  readonly customer?: string | undefined;
  readonly metadata?: Metadata | undefined;
  readonly description?: string | undefined;
  readonly savesMethod?: boolean | undefined;
  readonly automaticMethods?: boolean | undefined;
}

export const newIntent = ({ now }: StripeAccount, terms: IntentTerms): Stripe.PaymentIntent => {
  const id = newId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: terms.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: terms.automaticMethods ? { allow_redirects: 'always', enabled: true } : null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${newId('x').slice(2)}`,
    confirmation_method: 'automatic',
    created: now(),
    currency: terms.currency,
    customer: terms.customer ?? null,
    customer_account: null,
    description: terms.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: { ...terms.metadata },
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: terms.savesMethod ? 'off_session' : null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
};

const noDetails = { address: null, email: null, name: null, phone: null, tax_id: null };

/** Behind one that pays is Visa's test card, as at Stripe. */
export const newCard = ({ now }: StripeAccount, last4 = '4242'): Stripe.PaymentMethod => ({
  id: newId('pm'),
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: noDetails,
  card: {
    brand: 'visa',
    checks: null,
    country: 'US',
    display_brand: 'visa',
    exp_month: 12,
    exp_year: new Date(now() * 1_000).getUTCFullYear() + 3,
    funding: 'credit',
    generated_from: null,
    last4,
    networks: null,
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  },
  created: now(),
  customer: null,
  customer_account: null,
  livemode: false,
  metadata: {},
  type: 'card',
});

export interface Decline {
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
}

export const newCharge = (
  { now, url }: StripeAccount,
  intent: Stripe.PaymentIntent,
  method: string | null,
  decline?: Decline,
): Stripe.Charge => {
  const id = newId('ch');
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: decline ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: decline ? null : newId('txn'),
    billing_details: noDetails,
    calculated_statement_descriptor: null,
    captured: !decline,
    created: now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: decline ? 'declined_by_network' : 'approved_by_network',
      reason: decline?.decline_code ?? null,
      seller_message: decline ? 'The bank did not return any further details.' : 'Payment complete.',
      type: decline ? 'issuer_declined' : 'authorized',
    },
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method,
    payment_method_details: { type: 'card' },
    receipt_email: null,
    receipt_number: null,
    receipt_url: decline ? null : `${url}/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: decline ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
};

export const newRefund = (
  { now }: StripeAccount,
  charge: Stripe.Charge,
  terms: { readonly amount: number; readonly reason?: string | undefined; readonly metadata?: Metadata | undefined },
): Stripe.Refund => ({
  id: newId('re'),
  object: 'refund',
  amount: terms.amount,
  balance_transaction: newId('txn'),
  charge: charge.id,
  created: now(),
  currency: charge.currency,
  customer: idOf(charge.customer) ?? null,
  customer_account: null,
  metadata: { ...terms.metadata },
  payment_intent: idOf(charge.payment_intent) ?? null,
  payment_method: charge.payment_method,
  reason: (terms.reason ?? null) as Stripe.Refund['reason'],
  receipt_number: null,
  source_transfer_reversal: null,
  status: 'succeeded',
  transfer_reversal: null,
});

/** The merchant has a week to answer. */
const answerSeconds = 7 * 24 * 3_600;

const noEvidence: Stripe.Dispute['evidence'] = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

export const newDispute = (
  { now }: StripeAccount,
  charge: Stripe.Charge,
  terms: { readonly amount: number; readonly reason: string },
): Stripe.Dispute => ({
  id: newId('du'),
  object: 'dispute',
  amount: terms.amount,
  balance_transactions: [],
  charge: charge.id,
  created: now(),
  currency: charge.currency,
  enhanced_eligibility_types: [],
  evidence: noEvidence,
  evidence_details: {
    due_by: now() + answerSeconds,
    enhanced_eligibility: {},
    has_evidence: false,
    past_due: false,
    submission_count: 0,
    submission_method: 'not_submitted',
  },
  intended_submission_method: null,
  is_charge_refundable: false,
  livemode: false,
  metadata: {},
  payment_intent: idOf(charge.payment_intent) ?? null,
  reason: terms.reason,
  status: 'needs_response',
});
