/** What can be asked of a user's subscription. */
import type { DomainCommand } from '#shared/eventsourcing/decider.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import type { Observed, PrepaidPeriod, RenewingPeriod } from './subscription-state.ts';

type Facts<Type extends SubscriptionEvent['type']> = Omit<Extract<SubscriptionEvent, { type: Type }>, 'type'>;

export interface OpenSubscriptionCheckout extends DomainCommand {
  readonly type: 'OpenSubscriptionCheckout';
  readonly page: Facts<'SubscriptionCheckoutOpened'>;
}
/**
 * What the provider said when it was asked behind loading the stream: so an observation that is appended is newer than every one
 * before it.
 */
export interface Observe extends DomainCommand {
  readonly type: 'Observe';
  readonly observed: Observed;
  /** How many observations the stream had when it was loaded. */
  readonly seen: number;
}
export interface RecordPeriodPaid extends DomainCommand {
  readonly type: 'RecordPeriodPaid';
  /** Of a prepaid period `from` is when it was paid: it begins then, or where the running one of the same plan ends. */
  readonly paid: RenewingPeriod | (Omit<PrepaidPeriod, 'until'> & { readonly interval: 'month' | 'year' });
}
/** All that was paid for a period went back. */
export interface RevokePeriod extends DomainCommand {
  readonly type: 'RevokePeriod';
  readonly paymentId: string;
}
export interface RecordTrialEnding extends DomainCommand {
  readonly type: 'RecordTrialEnding';
  readonly plan: string;
  readonly endsAt: string;
}
/** Keeps a subscription that runs already, where nothing is known of any but by imports before. */
export interface ImportSubscription extends DomainCommand {
  readonly type: 'ImportSubscription';
  readonly facts: Facts<'SubscriptionImported'>;
}
/** The clock: a period, or the grace of an overdue payment, may be over. */
export interface CheckDue extends DomainCommand {
  readonly type: 'CheckDue';
}

export type SubscriptionCommand =
  | OpenSubscriptionCheckout
  | Observe
  | RecordPeriodPaid
  | RevokePeriod
  | RecordTrialEnding
  | ImportSubscription
  | CheckDue;

export type SubscriptionRejection =
  /** Another subscription of the user is alive: two are paid for, and people look at it. */
  | 'subscription-other'
  /** Somebody observed it meanwhile: load, ask the provider and observe again. */
  | 'observation-stale';
