/**
 * Between the queue and a job's run. The queue's own visibility time-out is six times the worker's, far too long for a user
 * who waits: so a message is leased for as long as this worker can live, and one that must come again is given its pause.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { ShowAgain } from '#shared/messaging/show-again.ts';
import { backoffSeconds, type JobMessage } from './job-message.ts';
import type { RunJob } from './run-job.ts';
import type { WorkerTime } from './worker-time.ts';

/** The parts of an SQS record that matter here. */
export interface Delivery {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

export const consumeJob =
  ({ run, retryLater, logger }: { run: RunJob; retryLater: ShowAgain; logger: Logger }) =>
  async (message: JobMessage, delivery: Delivery, { signal, leaseSeconds }: WorkerTime): Promise<void> => {
    const { messageId, receiptHandle } = delivery;
    await retryLater(receiptHandle, leaseSeconds);
    const receiveCount = Number(delivery.attributes.ApproximateReceiveCount);
    const result = await run(message, { messageId, receiveCount }, signal).catch(async (error: unknown) => {
      await retryLater(receiptHandle, backoffSeconds(receiveCount)).catch((second: unknown) =>
        logger.warn('pause not set', { jobId: message.jobId, error: second as Error }),
      );
      throw error;
    });
    if (result.status === 'done') return;
    await retryLater(receiptHandle, result.afterSeconds);
    throw new ComesAgain(`${message.jobId}: tried again in ${result.afterSeconds} s`);
  };
