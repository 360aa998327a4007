/** Makes a user's export once all parts are there. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { exportBucket, logger, users } from '../composition.ts';
import { partArrived, partCreated } from '../export/part-arrived.ts';

const log = logger();

export const handler = queueConsumer(
  log,
  partCreated,
  partArrived({ users: users(), files: exportBucket(), logger: log, now: () => new Date().toISOString() }),
  // A file is put together in memory, and the parts of one export come together.
  { oneByOne: true },
);
