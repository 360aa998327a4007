/**
 * A user's one subscription. Its stream holds all that they ever had, one after the other, so that its versions put every change of
 * what they are entitled to in order.
 */
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { SubscriptionEvent } from './subscription-events.ts';

/** What the provider says of it. */
export type Observed = Omit<Extract<SubscriptionEvent, { type: 'SubscriptionObserved' }>, 'type' | 'overdueSince'>;
type Paid = Omit<Extract<SubscriptionEvent, { type: 'PeriodPaid' }>, 'type'>;
/** Of a subscription at the provider: others follow it by themselves. */
export type RenewingPeriod = Paid & { readonly kind: 'period' | 'upgrade' };
export type PrepaidPeriod = Paid & { readonly kind: 'prepaid' };
/** What one payment gave of a prepaid plan. */
export type PrepaidPart = Pick<Paid, 'paymentId' | 'from' | 'until'>;
/** Of a plan, with the facts of its newest payment. `parts`: one behind the other; absent where there is only that payment's own. */
export type PrepaidSpan = PrepaidPeriod & { readonly parts?: readonly PrepaidPart[] };

export interface Subscription {
  /** At the provider, as it said last; of a prepaid plan there is none. */
  readonly observed?: Observed;
  /** The last 6 that were over when another one followed: a payment of theirs comes late, and not beside another's. */
  readonly ended?: readonly string[];
  /** How often the provider was asked and said something new. */
  readonly observations: number;
  /**
   * The newest paid period of a subscription at the provider. It entitles together with that subscription alone. `revoked`: its money
   * went back whole, and it entitles to nothing.
   */
  readonly paid?: RenewingPeriod & { readonly revoked?: true };
  /** Those that were replaced before their end, by an upgrade or a change of interval: of each plan the last. Absent: none. */
  readonly earlier?: readonly RenewingPeriod[];
  /** Of each plan that was ever prepaid, what runs or ran last, from its beginning to where its last extension ends. */
  readonly prepaid?: readonly PrepaidSpan[];
  /** Payments of periods, the newest last; the last 24. */
  readonly payments: readonly string[];
  /** Since when a payment is overdue. */
  readonly overdueSince?: string;
  /** The end of a trial that was told of last. */
  readonly trialEndTold?: string;
  readonly entitledTo: string | null;
  /** The subscription whose overdue payment took the plan, while nothing else was told since. */
  readonly lapsed?: string;
  /** Nothing is known of it but what imports said: the next one may say more. */
  readonly imported?: true;
  /** A page to subscribe on that may still be open. */
  readonly page?: { readonly session: string; readonly plan: string; readonly expiresAt: string };
}

export const noSubscription: Subscription = { observations: 0, payments: [], entitledTo: null };

export const subscriptionStream = (owner: Owner): string => `${ownerKey(owner)}#subscription`;

/** How long a plan stays though its payment is overdue or not heard of, while the provider tries again. */
export const graceDays = 7;
