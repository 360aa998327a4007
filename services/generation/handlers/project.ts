/** The events table's second reader: puts requested jobs into the queue, then keeps the list of jobs and the log of those that failed. */
import { measuringLag } from '#shared/messaging/projection-lag.ts';
import { streamConsumer } from '#shared/messaging/stream-consumer.ts';
import {
  assets,
  failures,
  jobQueue,
  jobRows,
  logger,
  metrics,
  plays,
  removeOutputs,
  results,
  taskFollower,
  trail,
} from '../composition.ts';
import { projectJob } from './project-job.ts';

export const handler = measuringLag(
  { metrics },
  streamConsumer(
    logger,
    projectJob({
      dispatch: jobQueue(),
      follow: taskFollower(),
      rows: jobRows(),
      assets: assets(),
      trail: trail(),
      results: results(),
      failures: failures(),
      plays: plays(),
      removeOutputs: removeOutputs(),
    }),
  ),
);
