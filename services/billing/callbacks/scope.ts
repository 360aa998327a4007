/** What the steps of applying one fact share. */
import type { Catalog } from '#services/catalog/contracts.ts';
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { PaymentProvider } from '../contracts.ts';
import type { HandlePayment } from '../handle-payment.ts';
import type { HandleSubscription } from '../handle-subscription.ts';
import type { ProvidersOf, StripeApi } from '../providers/provider.ts';
import type { References } from '../storage/references.ts';
import type { ObserveSubscription } from '../subscriptions/observe.ts';

export interface ApplyFactDeps {
  readonly catalog: Catalog;
  readonly providersOf: ProvidersOf;
  readonly references: References;
  readonly handlePayment: HandlePayment;
  readonly handleSubscription: HandleSubscription;
  readonly observe: ObserveSubscription;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

export interface Scope extends Omit<ApplyFactDeps, 'providersOf'> {
  readonly app: string;
  readonly provider: PaymentProvider;
  readonly meta: EventMeta;
  /** Undefined for what Paymob tells. */
  readonly stripe: StripeApi | undefined;
}

/** @throws ComesAgain while the app's keys are not there */
export const stripeOf = ({ app, stripe }: Scope): StripeApi => {
  if (!stripe) throw new ComesAgain(`${app} has no keys of Stripe`);
  return stripe;
};
