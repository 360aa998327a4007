/** Opens the record of a user whose first request was another service's: an account was opened for them. */
import { accountOpened } from '#services/credits/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { logger, users } from '../composition.ts';
import { openForAccount } from '../users/first-sight.ts';

export const handler = busConsumer(logger(), accountOpened, openForAccount(users()));
