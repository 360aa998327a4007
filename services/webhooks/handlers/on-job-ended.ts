/** Has an app's endpoints told that a generation is over. */
import { jobEnded } from '#services/generation/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { logger, telling } from '../composition.ts';
import { tellEndpoints } from '../delivering/tell-endpoints.ts';
import { generationMessage } from '../domain/message.ts';

export const handler = busConsumer(logger(), jobEnded, tellEndpoints(telling(), generationMessage));
