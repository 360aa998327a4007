/** Keeps the lists in step with payments and subscriptions: the events table's stream to their tables. */
import { measuringLag } from '#shared/messaging/projection-lag.ts';
import { streamConsumer } from '#shared/messaging/stream-consumer.ts';
import { logger, metrics, paymentRows, subscriptionRows } from '../composition.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import type { Payment } from '../domain/payment-state.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import type { Subscription } from '../domain/subscription-state.ts';
import { projectEvent, type RecordedBillingEvent } from '../read-models/project-event.ts';

const project = projectEvent({ payments: paymentRows(), subscriptions: subscriptionRows() });

export const handler = measuringLag(
  { metrics: metrics() },
  streamConsumer<PaymentEvent | SubscriptionEvent, Payment | Subscription>(logger(), (recorded) =>
    project(recorded as RecordedBillingEvent),
  ),
);
