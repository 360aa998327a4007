/** Fails jobs whose messages the queue gave up on. */
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { jobStore, logger } from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { failDeadJob } from '../worker/fail-dead-job.ts';
import { jobMessage } from '../worker/job-message.ts';

export const handler = queueConsumer(
  logger,
  jobMessage,
  failDeadJob({ handleJob: jobHandler(jobStore()), logger, now: () => new Date() }),
);
