/** Which payment a fact is about: by what we signed on, what we kept, or what Stripe says when it is asked. */
import { derivedId } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import type { StripeApi } from '../providers/provider.ts';
import { type Applied, ifThere, ofAnotherApp, unmatched } from './applied.ts';
import type { PaymentRef } from './facts.ts';
import { findOwner } from './find-owner.ts';
import type { Scope } from './scope.ts';

export interface Found {
  readonly owner: Owner;
  readonly paymentId: string;
}

/** The payment that a subscription's invoice makes. */
export const paymentOfInvoice = (app: string, invoice: string): string => derivedId('pay', app, 'stripe', invoice);

/** A payment that was made elsewhere in the account, an invoice that is not of a user: neither is known. */
const askStripe = async (scope: Scope, stripe: StripeApi, reference: string): Promise<Found | Applied> => {
  const { app } = scope;
  const payment = await ifThere(stripe.readPayment(reference));
  if (!payment) return unmatched('payment-unknown');
  const { owner, paymentId } = payment;
  if (owner && owner.app !== app) return ofAnotherApp;
  if (owner && paymentId !== undefined) return { owner, paymentId };
  const invoice = await ifThere(stripe.invoiceOfPayment(reference));
  if (invoice === 'app-other') return ofAnotherApp;
  if (!invoice) return unmatched('payment-unknown');
  const buyer = await findOwner(scope, invoice);
  return 'outcome' in buyer ? buyer : { owner: buyer, paymentId: paymentOfInvoice(app, invoice.id) };
};

export const findPayment = async (scope: Scope, payment: PaymentRef): Promise<Found | Applied> => {
  const { app, provider, references, stripe } = scope;
  if (payment.by === 'metadata') {
    const { owner, paymentId } = payment;
    return owner.app === app ? { owner, paymentId } : ofAnotherApp;
  }
  const known = await references.find(app, provider, payment.reference);
  if (known?.paymentId !== undefined) return { owner: known.owner, paymentId: known.paymentId };
  // An order of Paymob's is kept before the user gets its page: what is not known then never will be.
  if (!stripe) return unmatched('payment-unknown');
  const found = await askStripe(scope, stripe, payment.reference);
  if (!('outcome' in found)) await references.keep(provider, payment.reference, found);
  return found;
};
