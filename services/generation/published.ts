/** What the bus hears of a job, in the words of `contracts.ts`. Attempts that failed are the service's own affair. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { GenerationEvent } from './contracts.ts';
import { type Job, parseJobStream } from './domain/job.ts';
import type { JobEvent } from './domain/job-events.ts';

type Published = { [Event in GenerationEvent as Event['type']]: Pick<Event, 'type' | 'data'> }[GenerationEvent['type']];

export const toPublished = ({ stream, event, state }: RecordedEvent<JobEvent, Job>): Published | undefined => {
  if (state.status === 'pending') return undefined;
  const job = { jobId: parseJobStream(stream).id, tool: state.tool };
  switch (event.type) {
    case 'JobRequested':
      return { type: 'JobRequested', data: { ...job, quote: event.quote } };
    case 'JobStarted': {
      const { attempt, provider, model } = event;
      return { type: 'JobStarted', data: { ...job, attempt, provider, model } };
    }
    case 'AttemptFailed':
      return undefined;
    case 'JobSucceeded': {
      const outputs = event.outputs.map(({ kind, contentType, bytes }) => ({ kind, contentType, bytes }));
      return { type: 'JobSucceeded', data: { ...job, cost: event.cost, outputs } };
    }
    case 'JobFailed':
      return { type: 'JobFailed', data: { ...job, reason: event.reason, message: event.message } };
    case 'JobCancelled':
      return { type: 'JobCancelled', data: job };
  }
};
