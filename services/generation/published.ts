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
    case 'JobProgressed':
      return { type: 'JobProgressed', data: { ...job, progress: event.progress } };
    case 'JobSubmitted':
    case 'AttemptFailed':
    case 'LateAnswerRecorded':
      return undefined;
    case 'JobRenamed':
    case 'JobFavoured':
      if (state.status === 'removed') return undefined;
      return {
        type: 'JobChanged',
        data: { ...job, title: state.title ?? null, favourite: state.favourite ?? false },
      };
    case 'JobRemoved':
      return { type: 'JobRemoved', data: job };
    case 'JobSucceeded': {
      const outputs = event.outputs.map(({ kind, contentType, bytes }) => ({ kind, contentType, bytes }));
      const { cost, usage, provider, model, servedFrom } = event;
      const made = { ...(provider ? { provider } : {}), ...(model ? { model } : {}), usage };
      return { type: 'JobSucceeded', data: { ...job, cost, outputs, ...made, cached: servedFrom !== undefined } };
    }
    case 'JobFailed': {
      const { reason, message, provider, model } = event;
      const tried = { ...(provider ? { provider } : {}), ...(model ? { model } : {}) };
      return { type: 'JobFailed', data: { ...job, reason, message, ...tried } };
    }
    case 'JobCancelled':
      return { type: 'JobCancelled', data: job };
  }
};
