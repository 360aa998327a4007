/** Every minute: closes connections whose token has ended. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { connections, logger, sockets } from '../composition.ts';
import { closeExpired, closeMessage } from '../realtime/close-expired.ts';

/** For a round in which nothing answers. */
const reserveMs = 18_000;

const log = logger();
const close = closeExpired({ connections: connections(), sockets: sockets(), logger: log, now: () => new Date() });

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  queueConsumer(log, closeMessage, () => close(() => context.getRemainingTimeInMillis() > reserveMs), {
    oneByOne: true,
  })(event, context);
