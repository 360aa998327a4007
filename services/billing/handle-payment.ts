/** The one way commands reach a payment. */
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { payment } from './domain/payment.ts';
import { type PaymentEvent, paymentEvent } from './domain/payment-events.ts';
import type { Payment } from './domain/payment-state.ts';

export type PaymentStore = EventStore<Payment, PaymentEvent>;
export const paymentHandler = (store: PaymentStore) =>
  commandHandler(store, { decider: payment, validate: paymentEvent.parse });
export type HandlePayment = ReturnType<typeof paymentHandler>;
