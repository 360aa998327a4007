/** Checks files that arrive in the uploads bucket. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { assets, logger, uploadBucket } from '../composition.ts';
import { objectCreated, uploadArrived } from './upload-arrived.ts';

export const handler = queueConsumer(
  logger,
  objectCreated,
  uploadArrived({ assets: assets(), uploads: uploadBucket(), logger }),
  // Ten large pictures decoded at once would not fit into memory.
  { oneByOne: true },
);
