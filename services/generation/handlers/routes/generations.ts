/** Routes of generations that exist: list, read, audit trail, cancel. */
import * as z from 'zod';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import type { Owner } from '#shared/owner.ts';
import { type Job, jobStream } from '../../domain/job.ts';
import type { JobEvent } from '../../domain/job-events.ts';
import type { HandleJob } from '../../handle-job.ts';
import { factsOf, type JobFacts, type JobQuery, type JobsReadModel } from '../../read-models/jobs.ts';
import type { routes } from '../../routes.ts';
import type { Trail } from '../../trail/trail-table.ts';
import { type ShowDeps, showGeneration, showGenerations } from '../show-generations.ts';

export type JobStore = Pick<EventStore<Job, JobEvent>, 'read'>;

/** A page of a list of jobs, for its reply. */
export const showPage = async (
  deps: ShowDeps & { readonly jobs: Pick<JobsReadModel, 'list'> },
  { user, query: { limit, cursor }, at }: Pick<Input<typeof routes.listVariations>, 'user' | 'query' | 'at'>,
  filter: Omit<JobQuery, 'limit' | 'after'>,
) => {
  const after = decodeCursor(z.string().max(200), cursor);
  const { jobs, next } = await deps.jobs.list(user, { limit, after, ...filter });
  const data = await showGenerations(deps, user, jobs, at);
  return { status: 200, body: { data, next_cursor: next ? encodeCursor(next) : null } } as const;
};

/** The job from its stream's newest event, so that what was just done is seen. */
export const factsNow = async (store: JobStore, owner: Owner, id: string): Promise<JobFacts | undefined> => {
  const [newest] = await store.read(jobStream(owner, id), { direction: 'backward', limit: 1 });
  return newest && factsOf(newest);
};

/** GET /v1/generations */
export const listGenerations =
  (deps: ShowDeps & { readonly jobs: Pick<JobsReadModel, 'list'> }) =>
  async (request: Input<typeof routes.listGenerations>) => {
    const { status, tool, favourite, text, variation_of: parent } = request.query;
    return showPage(deps, request, { status, tool, favourite: favourite === 'true' || undefined, text, parent });
  };

/** GET /v1/generations/{id} */
export const getGeneration =
  ({ store, ...show }: ShowDeps & { readonly store: JobStore }) =>
  async ({ user, path, at }: Input<typeof routes.getGeneration>) => {
    const facts = await factsNow(store, user, path.id);
    if (!facts) return refuse('job-not-found');
    return { status: 200, body: await showGeneration(show, user, facts, at) } as const;
  };

/** GET /v1/generations/{id}/events: from the trail, which tells of an event a moment after it was, and for 90 days. */
export const listGenerationEvents =
  ({ trail, store }: { trail: Pick<Trail, 'list'>; store: JobStore }) =>
  async ({ user, path, query }: Input<typeof routes.listGenerationEvents>) => {
    const { limit, cursor } = query;
    const after = decodeCursor(z.int().min(1), cursor) ?? 0;
    const { events, next } = await trail.list(user, path.id, { limit, after });
    // Only who asks for a trail that has ended, or for a job of somebody else's, costs a second read.
    if (events.length === 0 && after === 0 && !(await factsNow(store, user, path.id))) return refuse('job-not-found');
    const body = { data: [...events], next_cursor: next ? encodeCursor(next) : null };
    return { status: 200, body } as const;
  };

/** POST /v1/generations/{id}/cancel */
export const cancelGeneration =
  ({ handleJob }: { handleJob: HandleJob }) =>
  async ({ user, path, correlationId, requestId, at }: Input<typeof routes.cancelGeneration>) => {
    const meta = { actor: user.user, correlationId, causationId: requestId };
    const handled = await handleJob(jobStream(user, path.id), { type: 'CancelJob', at }, meta);
    if (!handled.accepted)
      return handled.rejection === 'job-finished'
        ? refuse('job-finished', { detail: `The generation is ${handled.state.status}.` })
        : refuse(handled.rejection);
    return { status: 200, body: { id: path.id, status: 'cancelled' } } as const;
  };
