/** What follows from a job's recorded event inside the service. Repeated events send a job twice; the claim lets one through. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { Id } from '#shared/ids.ts';
import { type Job, parseJobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import type { JobsReadModel } from '../read-models/jobs.ts';
import type { DispatchJob } from '../worker/job-message.ts';

export const projectJob =
  ({ dispatch, rows }: { dispatch: DispatchJob; rows: Pick<JobsReadModel, 'project'> }) =>
  async (recorded: RecordedEvent<JobEvent, Job>): Promise<void> => {
    // The queue first: work that waits matters more than a list that lags.
    if (recorded.event.type === 'JobRequested') {
      const { owner, id } = parseJobStream(recorded.stream);
      const { correlationId } = recorded.meta;
      await dispatch({ ...owner, jobId: id as Id<'gen'>, correlationId, causationId: recorded.id });
    }
    await rows.project(recorded);
  };
