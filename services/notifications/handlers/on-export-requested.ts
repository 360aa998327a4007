/** Adds a user's inbox to their export. */
import { exportRequested } from '#services/identity/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { exportParts, logger, notifications } from '../composition.ts';
import { exportPart } from '../leaving/export-part.ts';

export const handler = busConsumer(
  logger(),
  exportRequested,
  exportPart({ notifications: notifications(), write: exportParts() }),
);
