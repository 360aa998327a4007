/** Writes down what admins and operators did. */
import { auditMessage } from '#shared/http/audit.ts';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { acts, logger } from '../composition.ts';

const table = acts();

export const handler = queueConsumer(logger(), auditMessage, (message) => table.add(message));
