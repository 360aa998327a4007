/** The worker: one message, one job. Two queues feed it; a message's pauses are set in the one that it came from. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import {
  callbackUrls,
  catalog,
  jobRetries,
  jobStore,
  logger,
  outputBucket,
  providers,
  sandboxApps,
  storedOutputs,
  workerUploads,
} from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { consumeJob } from '../worker/consume-job.ts';
import { jobMessage } from '../worker/job-message.ts';
import { runJob } from '../worker/run-job.ts';
import { workerTime } from '../worker/worker-time.ts';

const store = jobStore();
const run = runJob({
  catalog: catalog(),
  store,
  handleJob: jobHandler(store),
  providersOf: providers(),
  uploads: workerUploads(),
  outputs: outputBucket(),
  storeOutputs: storedOutputs(),
  callbackUrl: callbackUrls(),
  sandboxApps: sandboxApps(),
  logger,
  now: () => new Date(),
});
const retries = jobRetries();

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const time = workerTime(context);
  return queueConsumer(logger, jobMessage, (message, record) => {
    logger.appendKeys({ correlationId: message.correlationId, jobId: message.jobId });
    return consumeJob({ run, retryLater: retries(record.eventSourceARN), logger })(message, record, time);
  })(event, context);
};
