/** What others know of generations: the events that tell of a job. */
import * as z from 'zod';
import { publishedEvent } from '#shared/messaging/published-event.ts';

const job = { jobId: z.string(), tool: z.string() };
const credits = z.int().min(0).max(1_000_000);

/** Accepted: its credits are held. */
export const jobRequested = publishedEvent('JobRequested', z.object({ ...job, quote: credits }));
/** A worker has taken it. */
export const jobStarted = publishedEvent(
  'JobStarted',
  z.object({ ...job, attempt: z.int(), provider: z.string(), model: z.string() }),
);
/** Done. `cost`: what the job really costs, at most the quote; the hold settles to it. */
export const jobSucceeded = publishedEvent(
  'JobSucceeded',
  z.object({
    ...job,
    cost: credits,
    outputs: z.array(z.object({ kind: z.string(), contentType: z.string(), bytes: z.int() })),
  }),
);
/** Over without a result and without a charge. `blocked`: the provider's moderation refused it. */
export const jobFailed = publishedEvent(
  'JobFailed',
  z.object({ ...job, reason: z.enum(['failed', 'blocked', 'deadline']), message: z.string() }),
);
/** Taken back by its owner, without a charge. */
export const jobCancelled = publishedEvent('JobCancelled', z.object(job));

/** Everything generation publishes. */
export const generationEvent = z.discriminatedUnion('type', [
  jobRequested,
  jobStarted,
  jobSucceeded,
  jobFailed,
  jobCancelled,
]);
/** The events that end a job: each ends its hold. */
export const jobEnded = z.discriminatedUnion('type', [jobSucceeded, jobFailed, jobCancelled]);
