/** Looks after tasks that providers work on. One message at a time: storing what was made may take most of its time. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import {
  catalog,
  followRetries,
  jobStore,
  logger,
  outputBucket,
  providers,
  sandboxApps,
  storedOutputs,
  taskFollower,
} from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { consumeFollow } from '../worker/consume-follow.ts';
import { followMessage } from '../worker/follow-message.ts';
import { followTask } from '../worker/follow-task.ts';
import { workerTime } from '../worker/worker-time.ts';

const store = jobStore();
const follow = followTask({
  catalog: catalog(),
  store,
  handleJob: jobHandler(store),
  providersOf: providers(),
  outputs: outputBucket(),
  storeOutputs: storedOutputs(),
  sandboxApps: sandboxApps(),
  send: taskFollower(),
  logger,
  now: () => new Date(),
});
const consume = consumeFollow({ follow, send: taskFollower(), retryLater: followRetries(), logger });

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const time = workerTime(context);
  return queueConsumer(logger, followMessage, (message, record) => {
    logger.appendKeys({ correlationId: message.correlationId, jobId: message.jobId });
    return consume(message, record, time);
  })(event, context);
};
