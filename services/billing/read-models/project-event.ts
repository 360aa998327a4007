/** What an event of billing means for the lists: a payment's row, or a subscription's place among those that the clock changes. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import type { Payment } from '../domain/payment-state.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import { type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import { type DueTable, subscriptionRow } from '../subscriptions/due-table.ts';
import { type PaymentRows, paymentRow } from './payments.ts';

type RecordedPayment = RecordedEvent<PaymentEvent, Payment>;
type RecordedSubscription = RecordedEvent<SubscriptionEvent, Subscription>;
export type RecordedBillingEvent = RecordedPayment | RecordedSubscription;

/** One table holds both kinds of stream; their names tell them apart. */
const isOfSubscription = (recorded: RecordedBillingEvent): recorded is RecordedSubscription =>
  recorded.stream === subscriptionStream(parseOwnerKey(recorded.stream));

export const projectEvent =
  ({
    payments,
    subscriptions,
  }: {
    readonly payments: Pick<PaymentRows, 'write'>;
    readonly subscriptions: Pick<DueTable, 'write'>;
  }) =>
  async (recorded: RecordedBillingEvent): Promise<void> => {
    if (isOfSubscription(recorded)) return subscriptions.write(subscriptionRow(recorded));
    const row = paymentRow(recorded as RecordedPayment);
    if (row) await payments.write(row);
  };
