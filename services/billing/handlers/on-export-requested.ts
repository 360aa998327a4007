/** Adds billing's part to a user's export. */
import { exportRequested } from '#services/identity/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { customers, exportParts, logger, paymentRows, subscriptionStore } from '../composition.ts';
import { exportPart } from '../leaving/export-part.ts';

export const handler = busConsumer(
  logger(),
  exportRequested,
  exportPart({
    payments: paymentRows(),
    subscriptions: subscriptionStore(),
    customers: customers(),
    write: exportParts(),
  }),
);
