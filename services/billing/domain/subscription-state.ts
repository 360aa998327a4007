/**
 * A user's one subscription. Its stream holds all that they ever had, one after the other, so that its versions put every change of
 * what they are entitled to in order.
 */
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { SubscriptionEvent } from './subscription-events.ts';

type Observed = Omit<Extract<SubscriptionEvent, { type: 'SubscriptionObserved' }>, 'type'>;
type Paid = Omit<Extract<SubscriptionEvent, { type: 'PeriodPaid' }>, 'type'>;

export interface Subscription {
  /** At the provider, as it said last; of a prepaid plan there is none. */
  readonly observed?: Observed;
  /** How often the provider was asked and said something new. */
  readonly observations: number;
  /** The paid period that lasts longest. */
  readonly paid?: Paid;
  /** Payments of periods, the newest last; the last 24. */
  readonly payments: readonly string[];
  /** Since when a payment is overdue. */
  readonly overdueSince?: string;
  readonly entitledTo: string | null;
  /** A page to subscribe on that may still be open. */
  readonly page?: { readonly session: string; readonly plan: string; readonly expiresAt: string };
}

export const noSubscription: Subscription = { observations: 0, payments: [], entitledTo: null };

export const subscriptionStream = (owner: Owner): string => `${ownerKey(owner)}#subscription`;

/** How long a plan stays though its payment is overdue, while the provider tries again. */
export const graceDays = 7;
