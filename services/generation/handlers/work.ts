/** The worker: one message, one job. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { queueConsumer } from '#shared/messaging/queue-consumer.ts';
import { catalog, jobRetries, jobStore, logger, outputBucket, sandboxApps, uploadBucket } from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { providers } from '../providers/registry.ts';
import { consumeJob } from '../worker/consume-job.ts';
import { jobMessage } from '../worker/job-message.ts';
import { runJob } from '../worker/run-job.ts';

/** Left for telling the stream what happened, once a provider was given up. */
const reserveMs = 10_000;
/** How long after its end a function's message comes again. */
const leaseMarginSeconds = 10;

const store = jobStore();
const run = runJob({
  catalog: catalog(),
  store,
  handleJob: jobHandler(store),
  providers,
  uploads: uploadBucket(),
  outputs: outputBucket(),
  sandboxApps: sandboxApps(),
  logger,
  now: () => new Date(),
});
const consume = consumeJob({ run, retryLater: jobRetries(), logger });

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const remainingMs = context.getRemainingTimeInMillis();
  const time = {
    signal: AbortSignal.timeout(Math.max(1, remainingMs - reserveMs)),
    leaseSeconds: Math.ceil(remainingMs / 1_000) + leaseMarginSeconds,
  };
  return queueConsumer(logger, jobMessage, (message, record) => {
    logger.appendKeys({ correlationId: message.correlationId, jobId: message.jobId });
    return consume(message, record, time);
  })(event, context);
};
