/** Has an app's endpoints told that a generation is over. */
import { jobEnded } from '#services/generation/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { deliveries, endpoints, logger, wake } from '../composition.ts';
import { tellEndpoints } from '../delivering/tell-endpoints.ts';

export const handler = busConsumer(
  logger(),
  jobEnded,
  tellEndpoints({ endpoints: endpoints(), deliveries: deliveries(), wake: wake(), now: () => new Date() }),
);
