/** The one way commands reach a job. */
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { type Job, job } from './domain/job.ts';
import { type JobEvent, jobEvent } from './domain/job-events.ts';

export const jobHandler = (store: EventStore<Job, JobEvent>) =>
  commandHandler(store, { decider: job, validate: jobEvent.parse });
export type HandleJob = ReturnType<typeof jobHandler>;
