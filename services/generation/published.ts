/** What the bus hears of a job, in the words of `contracts.ts`. Attempts that failed are the service's own affair. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { GenerationEvent } from './contracts.ts';
import { isKnown, type Job, type KnownJob, parseJobStream } from './domain/job.ts';
import type { JobEvent, JobOutput } from './domain/job-events.ts';

type Published = { [Event in GenerationEvent as Event['type']]: Pick<Event, 'type' | 'data'> }[GenerationEvent['type']];

const toldOf = (outputs: readonly JobOutput[]) =>
  outputs.map(({ kind, contentType, bytes }) => ({ kind, contentType, bytes }));

type Standing = NonNullable<Extract<GenerationEvent, { type: 'JobChanged' }>['data']['standing']>;

const standingOf = (job: KnownJob): Standing => {
  const { status, quote } = job;
  switch (job.status) {
    case 'queued':
      return { status, progress: 0, cost: quote, outputs: [], error: null };
    case 'processing':
      return { status, progress: job.working.progress ?? 0, cost: quote, outputs: [], error: null };
    case 'completed':
      return { status, progress: 100, cost: job.cost, outputs: toldOf(job.outputs), error: null };
    case 'failed': {
      const { reason, message } = job;
      return { status, progress: 0, cost: 0, outputs: [], error: { reason, message } };
    }
    case 'cancelled':
      return { status, progress: 0, cost: 0, outputs: [], error: null };
  }
};

export const toPublished = ({ stream, event, state, meta }: RecordedEvent<JobEvent, Job>): Published | undefined => {
  if (state.status === 'pending') return undefined;
  const id = { jobId: parseJobStream(stream).id, tool: state.tool };
  const title = isKnown(state) ? (state.title ?? null) : null;
  const favourite = isKnown(state) && (state.favourite ?? false);
  const job = { ...id, title, favourite };
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
    case 'JobImported':
      return undefined;
    case 'JobRenamed':
    case 'JobFavoured':
      if (!isKnown(state)) return undefined;
      return { type: 'JobChanged', data: { ...job, standing: standingOf(state) } };
    case 'JobRemoved':
      return { type: 'JobRemoved', data: id };
    case 'JobRefunded': {
      const { credits, reason } = event;
      return { type: 'JobRefunded', data: { ...id, credits, reason, by: meta.actor } };
    }
    case 'JobSucceeded': {
      const outputs = toldOf(event.outputs);
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
