/** Erases the key of a user who left. */
import { userDeleted } from '#services/identity/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { logger, pseudonyms } from '../composition.ts';
import { forgetUser } from '../leaving/forget-user.ts';

export const handler = busConsumer(
  logger(),
  userDeleted,
  forgetUser({ pseudonyms: pseudonyms(), now: () => new Date() }),
);
