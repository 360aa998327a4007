/**
 * Tells credits what became of a job: a sweep of old holds must not decide over credits by what a projection says. A job
 * that should have ended long ago is ended here (I9): its message was lost, and nobody else would.
 */
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { type JobStatusAnswer, jobStatusRequest } from '../contracts.ts';
import { type Job, jobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import type { HandleJob } from '../handle-job.ts';

/** A worker that was busy at the deadline has told of it by then. */
const graceSeconds = 120;

/** Its owner removed it: what it cost stays as it was. */
const answerForRemoved = ({ ended }: Extract<Job, { status: 'removed' }>, at: string): JobStatusAnswer => {
  switch (ended.status) {
    case 'completed':
      return { status: 'completed', cost: ended.cost, ended_at: at };
    case 'failed':
      return { status: 'failed', reason: ended.reason };
    case 'cancelled':
      return { status: 'cancelled' };
  }
};

const answerFor = (job: Job | undefined, at: string): JobStatusAnswer => {
  switch (job?.status) {
    case undefined:
    case 'pending':
      return { status: 'unknown' };
    case 'queued':
    case 'processing':
      return { status: 'living' };
    case 'completed':
      return { status: 'completed', cost: job.cost, ended_at: at };
    case 'failed':
      return { status: 'failed', reason: job.reason };
    case 'cancelled':
      return { status: 'cancelled' };
    case 'removed':
      return answerForRemoved(job, at);
  }
};

const isOverdue = (job: Job, now: string): boolean =>
  (job.status === 'queued' || job.status === 'processing') &&
  Date.parse(job.deadline) + graceSeconds * 1_000 <= Date.parse(now);

export interface JobStatusDeps {
  readonly store: Pick<EventStore<Job, JobEvent>, 'load'>;
  readonly handleJob: HandleJob;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

/** @throws ZodError for what is no request. */
export const tellJobStatus =
  ({ store, handleJob, now }: JobStatusDeps) =>
  async (payload: unknown): Promise<JobStatusAnswer> => {
    const { app, user, jobId } = jobStatusRequest.parse(payload);
    const stream = jobStream({ app, user }, jobId);
    const tail = await store.load(stream);
    const at = now();
    if (!tail || !isOverdue(tail.state, at)) return answerFor(tail?.state, tail?.at ?? at);
    const handled = await handleJob(
      stream,
      { type: 'FailJob', at, reason: 'deadline', message: 'The job was not done in time.' },
      { actor: 'system:job-status', correlationId: jobId },
    );
    // Its own end may have come first; the next sweep hears of that.
    return handled.accepted && handled.events.length > 0 ? answerFor(handled.state, at) : { status: 'living' };
  };
