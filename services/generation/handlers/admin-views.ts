/** Generations as an app's admins see them. */
import type * as z from 'zod';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { Id } from '#shared/ids.ts';
import type { appGenerationEvent, appGenerationRow } from '../admin-shapes.ts';
import type { Job } from '../domain/job.ts';
import type { JobEvent, Usage } from '../domain/job-events.ts';
import type { AppJob } from '../read-models/app-jobs.ts';
import { type EventView, eventView } from '../trail/event-view.ts';

export const retryOf = (id: string | undefined) => (id ?? null) as Id<'gen'> | null;

export const appRowView = (job: AppJob): z.input<typeof appGenerationRow> => ({
  id: job.id as Id<'gen'>,
  user_id: job.user,
  status: job.status,
  tool: job.tool,
  attempts: job.attempts,
  cost_credits: job.costCredits,
  refunded_credits: job.refundedCredits ?? 0,
  error: job.error ?? null,
  created_at: job.createdAt,
  completed_at: job.completedAt ?? null,
  retry_of: retryOf(job.retryOf),
});

/** Without fields that are undefined. */
const present = (usage: Usage) =>
  Object.fromEntries(
    Object.entries(usage).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );

/** What only admins see of an event, where it says so. */
const beside = (event: JobEvent): EventView['data'] => {
  switch (event.type) {
    case 'AttemptFailed':
      return { cause: event.cause ?? null };
    case 'JobFailed':
      return { cause: event.cause ?? null, provider: event.provider ?? null, model: event.model ?? null };
    case 'JobSucceeded':
      return { provider: event.provider ?? null, model: event.model ?? null, usage: present(event.usage) };
    case 'JobSubmitted':
      return { task: event.taskId };
    case 'LateAnswerRecorded':
      return { task: event.taskId };
    case 'JobRefunded':
      return { reason: event.reason };
    case 'JobRequested':
    case 'JobStarted':
    case 'JobProgressed':
    case 'JobCancelled':
    case 'JobRenamed':
    case 'JobFavoured':
    case 'JobRemoved':
    case 'JobImported':
      return {};
  }
};

export const appEventView = (recorded: RecordedEvent<JobEvent, Job>): z.input<typeof appGenerationEvent> => {
  const view = eventView(recorded);
  return {
    ...view,
    correlation_id: recorded.meta.correlationId,
    data: { ...view.data, ...beside(recorded.event) },
  };
};
