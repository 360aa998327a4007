/** Publishes jobs' events. */
import { relay } from '#shared/messaging/relay.ts';
import { bus, logger } from '../composition.ts';
import { toPublished } from '../published.ts';

export const handler = relay({ ...bus(), logger, source: 'tessera.generation', toPublished });
