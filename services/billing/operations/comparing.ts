/** What comparing one app's payments with Stripe's takes. Everything here only reads. */
import type { Plan } from '#services/catalog/contracts.ts';
import type { Owner } from '#shared/owner.ts';
import { type Payment, paymentStream, unknownPayment } from '../domain/payment-state.ts';
import { noSubscription, type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import type { PaymentStore } from '../handle-payment.ts';
import type { SubscriptionStore } from '../handle-subscription.ts';
import type { StripeApi } from '../providers/provider.ts';
import type { References } from '../storage/references.ts';
import type { Came, Difference } from './compare.ts';

type Asked =
  | 'readPayment'
  | 'readInvoice'
  | 'invoiceOfPayment'
  | 'readSubscription'
  | 'ownerOfSubscription'
  | 'listPayments'
  | 'listPaidInvoices';

export interface Comparing {
  readonly app: string;
  /** As the app sells them now. */
  readonly plans: readonly Plan[];
  readonly stripe: Pick<StripeApi, Asked>;
  readonly payments: Pick<PaymentStore, 'load' | 'read'>;
  readonly subscriptions: Pick<SubscriptionStore, 'load'>;
  readonly references: Pick<References, 'find'>;
  /** What of Stripe's was compared, by its id. */
  readonly seen: Set<string>;
}

/** Whose, and which payment of theirs. */
export type Found = Pick<Came, 'owner' | 'paymentId'>;

export const stateOf = async ({ payments }: Comparing, { owner, paymentId }: Found): Promise<Payment> =>
  (await payments.load(paymentStream(owner, paymentId)))?.state ?? unknownPayment;

export const subscriptionOf = async ({ subscriptions }: Comparing, owner: Owner): Promise<Subscription> =>
  (await subscriptions.load(subscriptionStream(owner)))?.state ?? noSubscription;

export const present = (differences: readonly (Difference | undefined)[]): Difference[] =>
  differences.filter((difference) => difference !== undefined);
