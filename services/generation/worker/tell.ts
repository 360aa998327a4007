/** Gives commands to the job that a message names, as the worker. */
import type { Loaded } from '#shared/eventsourcing/command-handler.ts';
import { type Job, type JobCommand, jobStream } from '../domain/job.ts';
import type { HandleJob } from '../handle-job.ts';
import type { JobMessage } from './job-message.ts';

export type Untimed<Command> = Command extends JobCommand ? Omit<Command, 'at'> : never;

export interface Told {
  readonly job: Job;
  /** Whether this very command made it so. */
  readonly changed: boolean;
}
/** `loaded`: the job as it has just been read, which spares reading it again. */
export type Tell = (command: Untimed<JobCommand>, loaded?: Loaded<Job>) => Promise<Told>;

export interface TellDeps {
  readonly handleJob: HandleJob;
  readonly now: () => Date;
}

const actor = 'system:generation-worker';

export const missing = (jobId: string): Error => new Error(`${jobId}: there is no such job`);

export const teller =
  (
    { handleJob, now }: TellDeps,
    message: Pick<JobMessage, 'app' | 'user' | 'jobId' | 'correlationId' | 'causationId'>,
  ): Tell =>
  async (command, loaded) => {
    const { jobId, correlationId, causationId } = message;
    const timed = { ...command, at: now().toISOString() } as JobCommand;
    const handled = await handleJob(jobStream(message, jobId), timed, { actor, correlationId, causationId }, loaded);
    if (!handled.accepted) throw missing(jobId);
    return { job: handled.state, changed: handled.events.length > 0 };
  };
