/** A job whose message the queue gave up on is failed, so that no job hangs and no credits stay held. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { jobStream } from '../domain/job.ts';
import type { HandleJob } from '../handle-job.ts';
import type { JobMessage } from './job-message.ts';

export const failDeadJob =
  ({ handleJob, logger, now }: { handleJob: HandleJob; logger: Logger; now: () => Date }) =>
  async (message: JobMessage): Promise<void> => {
    const { jobId, correlationId, causationId } = message;
    const handled = await handleJob(
      jobStream(message, jobId),
      {
        type: 'FailJob',
        at: now().toISOString(),
        reason: 'failed',
        message: 'The job could not be worked on.',
      },
      { actor: 'system:generation-dead-job', correlationId, causationId },
    );
    if (!handled.accepted) throw new Error(`${jobId}: ${handled.rejection}`);
    logger.error('job message was given up', { jobId, status: handled.state.status });
  };
