/** Publishes what happened to payments and subscriptions: the events table's stream to the bus. */
import { relay } from '#shared/messaging/relay.ts';
import { busName, eventBridge, logger } from '../composition.ts';
import { toPublished } from '../published.ts';

export const handler = relay({
  client: eventBridge(),
  logger: logger(),
  bus: busName(),
  source: 'tessera.billing',
  toPublished,
});
