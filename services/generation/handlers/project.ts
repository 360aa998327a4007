/** The events table's second reader: puts requested jobs into the queue, then keeps the list of jobs. */
import { streamConsumer } from '#shared/messaging/stream-consumer.ts';
import { jobQueue, jobRows, logger } from '../composition.ts';
import { projectJob } from './project-job.ts';

export const handler = streamConsumer(logger, projectJob({ dispatch: jobQueue(), rows: jobRows() }));
