/** Routes of generations that exist: list, read, audit trail, cancel. */
import * as z from 'zod';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { type Job, jobStream } from '../../domain/job.ts';
import type { JobEvent } from '../../domain/job-events.ts';
import type { HandleJob } from '../../handle-job.ts';
import { factsOf, type JobsReadModel } from '../../read-models/jobs.ts';
import type { routes } from '../../routes.ts';
import type { Outputs } from '../../storage/outputs.ts';
import { eventView, generationView } from '../views.ts';

type JobStore = Pick<EventStore<Job, JobEvent>, 'read'>;
type SignOutputs = Pick<Outputs, 'signedUrl'>;

/** GET /v1/generations */
export const listGenerations =
  ({ jobs, outputs }: { jobs: Pick<JobsReadModel, 'list'>; outputs: SignOutputs }) =>
  async ({ user, query, at }: Input<typeof routes.listGenerations>) => {
    const { limit, cursor, status, tool } = query;
    const after = decodeCursor(z.string().max(200), cursor);
    const page = await jobs.list(user, { limit, after, status, tool });
    const data = await Promise.all(page.jobs.map((facts) => generationView(outputs, facts, at)));
    return { status: 200, body: { data, next_cursor: page.next ? encodeCursor(page.next) : null } } as const;
  };

/** GET /v1/generations/{id}: from the stream's newest event, so that what was just done is seen. */
export const getGeneration =
  ({ store, outputs }: { store: JobStore; outputs: SignOutputs }) =>
  async ({ user, path, at }: Input<typeof routes.getGeneration>) => {
    const [newest] = await store.read(jobStream(user, path.id), { direction: 'backward', limit: 1 });
    const facts = newest && factsOf(newest);
    if (!facts) return refuse('job-not-found');
    return { status: 200, body: await generationView(outputs, facts, at) } as const;
  };

/** GET /v1/generations/{id}/events */
export const listGenerationEvents =
  ({ store }: { store: JobStore }) =>
  async ({ user, path, query }: Input<typeof routes.listGenerationEvents>) => {
    const { limit, cursor } = query;
    const after = decodeCursor(z.int().min(1), cursor) ?? 0;
    const events = await store.read(jobStream(user, path.id), { after, limit });
    if (events.length === 0 && after === 0) return refuse('job-not-found');
    const last = events.length === limit ? events.at(-1) : undefined;
    const body = { data: events.map(eventView), next_cursor: last ? encodeCursor(last.version) : null };
    return { status: 200, body } as const;
  };

/** POST /v1/generations/{id}/cancel */
export const cancelGeneration =
  ({ handleJob }: { handleJob: HandleJob }) =>
  async ({ user, path, correlationId, requestId, at }: Input<typeof routes.cancelGeneration>) => {
    const meta = { actor: user.user, correlationId, causationId: requestId };
    const handled = await handleJob(jobStream(user, path.id), { type: 'CancelJob', at }, meta);
    if (!handled.accepted) return refuse(handled.rejection, { detail: `The generation is ${handled.state.status}.` });
    return { status: 200, body: { id: path.id, status: 'cancelled' } } as const;
  };
