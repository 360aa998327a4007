/** Publishes new notifications: the stream of inboxes to the bus. */
import { recordRelay } from '#shared/messaging/record-relay.ts';
import { busName, eventBridge, logger } from '../composition.ts';
import { toPublished } from '../published.ts';

export const handler = recordRelay({
  client: eventBridge(),
  logger: logger(),
  bus: busName(),
  source: 'tessera.notifications',
  toPublished,
});
