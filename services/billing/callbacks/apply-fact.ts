/** Applies what a provider told to the aggregates: here callbacks and reconciliation meet. */
import type { Applied, ApplyFact } from './applied.ts';
import { applyInvoiceFailed, applyInvoiceNamed, applyInvoicePaid } from './apply-invoice.ts';
import { applyToPayment } from './apply-to-payment.ts';
import { applyToSubscription } from './apply-to-subscription.ts';
import type { Fact } from './facts.ts';
import type { ApplyFactDeps, Scope } from './scope.ts';

const apply = (scope: Scope, fact: Fact): Promise<Applied> => {
  switch (fact.kind) {
    case 'captured':
    case 'pending':
    case 'failed':
    case 'expired':
    case 'refunded':
    case 'dispute-opened':
    case 'dispute-won':
    case 'dispute-lost':
      return applyToPayment(scope, fact);
    case 'subscription-touched':
    case 'trial-ending':
      return applyToSubscription(scope, fact);
    case 'invoice-paid':
      return applyInvoicePaid(scope, fact.invoice);
    case 'invoice-named':
      return applyInvoiceNamed(scope, fact.invoice);
    case 'invoice-failed':
      return applyInvoiceFailed(scope, fact);
  }
};

/** @throws SourceUnavailable, ProviderFailure, ComesAgain: it is to be tried again */
export const applyFact =
  ({ providersOf, ...deps }: ApplyFactDeps): ApplyFact =>
  async (app, provider, fact, meta) => {
    const stripe = provider === 'stripe' ? (await providersOf(app)).stripe : undefined;
    return apply({ ...deps, app, provider, meta, stripe }, fact);
  };
