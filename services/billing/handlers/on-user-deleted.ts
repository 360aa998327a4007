/** Stops charging a user who left, and removes what names them. */
import { userDeleted } from '#services/identity/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { callbackLog, customers, logger, providers } from '../composition.ts';
import { removeUser } from '../leaving/remove-user.ts';

const log = logger();

export const handler = busConsumer(
  log,
  userDeleted,
  removeUser({ customers: customers(), callbacks: callbackLog(), providersOf: providers(log), logger: log }),
);
