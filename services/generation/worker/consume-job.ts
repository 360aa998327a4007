/** Between the queue and a job's run: a message that must come again is given its pause, so that it does not wait for the queue's long time-out. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { backoffSeconds, type JobMessage, type RetryLater } from './job-message.ts';
import type { RunJob } from './run-job.ts';

/** The parts of an SQS record that matter here. */
export interface Delivery {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/** Reported to the queue as a failure, which is how a message stays in it. */
export class JobRetry extends Error {
  override readonly name = 'JobRetry';
}

export const consumeJob =
  ({ run, retryLater, logger }: { run: RunJob; retryLater: RetryLater; logger: Logger }) =>
  async (message: JobMessage, delivery: Delivery, signal: AbortSignal): Promise<void> => {
    const { messageId, receiptHandle } = delivery;
    const receiveCount = Number(delivery.attributes.ApproximateReceiveCount);
    const result = await run(message, { messageId, receiveCount }, signal).catch(async (error: unknown) => {
      await retryLater(receiptHandle, backoffSeconds(receiveCount)).catch((second: unknown) =>
        logger.warn('pause not set', { jobId: message.jobId, error: second as Error }),
      );
      throw error;
    });
    if (result.status === 'done') return;
    await retryLater(receiptHandle, result.afterSeconds);
    throw new JobRetry(`${message.jobId}: tried again in ${result.afterSeconds} s`);
  };
