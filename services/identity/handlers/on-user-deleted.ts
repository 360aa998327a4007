/** Removes the exports of a user who left. */
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { logger, removeFromExports } from '../composition.ts';
import { userDeleted } from '../contracts.ts';
import { removeExports } from '../deletion/remove-exports.ts';

export const handler = busConsumer(logger(), userDeleted, removeExports(removeFromExports()));
