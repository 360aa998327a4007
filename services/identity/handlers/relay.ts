/** Publishes what happened to users: the stream of their records to the bus. */
import { recordRelay } from '#shared/messaging/record-relay.ts';
import { busName, eventBridge, logger } from '../composition.ts';
import { toPublished } from '../users/published.ts';

export const handler = recordRelay({
  client: eventBridge(),
  logger: logger(),
  bus: busName(),
  source: 'tessera.identity',
  toPublished,
});
