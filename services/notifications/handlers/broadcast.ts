/** Sends what an admin tells many, a page for each message. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { broadcastMessage } from '../broadcasts/message.ts';
import { sendPage } from '../broadcasts/send-page.ts';
import { broadcasts, logger, members, notifications, wakeBroadcast } from '../composition.ts';

const log = logger();

export const handler = queueConsumer(
  log,
  broadcastMessage,
  sendPage({
    broadcasts: broadcasts(),
    members: members(),
    notifications: notifications(),
    wake: wakeBroadcast(),
    logger: log,
    now: () => new Date(),
  }),
);
