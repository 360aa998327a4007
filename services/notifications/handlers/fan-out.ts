/** Tells all connections of an app the same. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { connections, logger, sendingFanOut, sockets } from '../composition.ts';
import { fanOut } from '../realtime/fan-out.ts';
import { fanOutMessage } from '../realtime/fan-out-message.ts';

const log = logger();

export const handler = queueConsumer(
  log,
  fanOutMessage,
  fanOut({ connections: connections(), sockets: sockets(), send: sendingFanOut(), logger: log }),
);
