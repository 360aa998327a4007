/** What a job's owner may read of each of its events: who did what, when. No parameters, claims, keys or fingerprints. */
import type * as z from 'zod';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { generationEventView } from '../contracts.ts';
import type { Job } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';

export type EventView = z.input<typeof generationEventView>;

const dataOf = (event: JobEvent): EventView['data'] => {
  switch (event.type) {
    case 'JobRequested':
      return { tool: event.tool, quote: event.quote, deadline: event.deadline };
    case 'JobStarted':
      return { attempt: event.attempt, provider: event.provider, model: event.model };
    case 'AttemptFailed': {
      const { attempt, provider, model, failure, message } = event;
      return { attempt, provider, model, failure, message };
    }
    case 'JobSubmitted':
      return { attempt: event.attempt, provider: event.provider, model: event.model };
    case 'JobProgressed':
      return { progress: event.progress };
    case 'JobSucceeded':
      return { cost: event.cost, outputs: event.outputs.length, cached: event.servedFrom !== undefined };
    case 'JobFailed':
      return { reason: event.reason, message: event.message };
    case 'JobRenamed':
      return { title: event.title };
    case 'JobFavoured':
      return { favourite: event.favourite };
    // The reason is for admins.
    case 'JobRefunded':
      return { credits: event.credits };
    case 'JobCancelled':
    case 'LateAnswerRecorded':
    case 'JobRemoved':
    case 'JobImported':
      return {};
  }
};

export const eventView = ({ version, at, event, meta }: RecordedEvent<JobEvent, Job>): EventView => ({
  version,
  type: event.type,
  at,
  actor: meta.actor,
  data: dataOf(event),
});
