/**
 * Between the queue and a look at a task. A task at a provider must not be lost sight of while a table is away: the queue would
 * give a look up after some tries, so its last one hands over to a new message, and the looks go on until the job is over.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { ShowAgain } from '#shared/messaging/show-again.ts';
import type { Delivery } from './consume-job.ts';
import { type FollowMessage, lookAfterSeconds, type SendFollow } from './follow-message.ts';
import { backoffSeconds } from './job-message.ts';
import type { WorkerTime } from './worker-time.ts';

/** Below the deliveries that the queue allows a message. */
const lastDelivery = 4;
/** Looks at one task: more than three hours of them, where a job has one at most. */
const maxTries = 200;

export interface ConsumeFollowDeps {
  readonly follow: (message: FollowMessage, signal: AbortSignal) => Promise<void>;
  readonly send: SendFollow;
  readonly retryLater: ShowAgain;
  readonly logger: Logger;
}

/** @throws what broke the look, unless a new message takes its place. */
export const consumeFollow =
  ({ follow, send, retryLater, logger }: ConsumeFollowDeps) =>
  async (message: FollowMessage, delivery: Delivery, { signal, leaseSeconds }: WorkerTime): Promise<void> => {
    const { receiptHandle, attributes } = delivery;
    const { jobId } = message;
    const receiveCount = Number(attributes.ApproximateReceiveCount);
    // As long as this look can last: one that dies with its function must not keep the task unseen for longer.
    await retryLater(receiptHandle, leaseSeconds).catch((error: unknown) =>
      logger.warn('lease not set', { jobId, error: error as Error }),
    );
    try {
      await follow(message, signal);
    } catch (error) {
      if (message.kind === 'told' && receiveCount >= lastDelivery) {
        logger.error('look given up', { jobId, error: error as Error });
        return;
      }
      if (message.kind === 'check' && receiveCount >= lastDelivery && message.tries < maxTries) {
        const tries = message.tries + 1;
        await send({ ...message, tries }, lookAfterSeconds(tries));
        logger.error('look handed over', { jobId, tries, error: error as Error });
        return;
      }
      await retryLater(receiptHandle, backoffSeconds(receiveCount)).catch((second: unknown) =>
        logger.warn('pause not set', { jobId, error: second as Error }),
      );
      throw error;
    }
  };
