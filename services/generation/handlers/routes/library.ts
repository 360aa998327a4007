/** Routes of what owners do with their generations: name and mark them, remove them, list their variations, count their plays. */
import { type Input, refuse } from '#shared/http/route.ts';
import type { Id } from '#shared/ids.ts';
import { jobStream } from '../../domain/job.ts';
import type { JobCommand } from '../../domain/job-commands.ts';
import type { HandleJob } from '../../handle-job.ts';
import { isPlayable, type JobsReadModel } from '../../read-models/jobs.ts';
import type { routes } from '../../routes.ts';
import type { Plays } from '../../storage/plays.ts';
import { type ShowDeps, showGeneration } from '../show-generations.ts';
import { familyOf } from './create-generation.ts';
import { factsNow, type JobStore, showPage } from './generations.ts';

/** PATCH /v1/generations/{id}: says how it shall be. Interrupted between the two changes, it is whole when it is repeated. */
export const changeGeneration =
  ({ store, handleJob, ...show }: ShowDeps & { readonly store: JobStore; readonly handleJob: HandleJob }) =>
  async ({ user, path, body, correlationId, requestId, at }: Input<typeof routes.changeGeneration>) => {
    const { title, favourite } = body;
    const changes: readonly JobCommand[] = [
      ...(title === undefined ? [] : [{ type: 'RenameJob', at, title } as const]),
      ...(favourite === undefined ? [] : [{ type: 'FavourJob', at, favourite } as const]),
    ];
    const meta = { actor: user.user, correlationId, causationId: requestId };
    for (const change of changes) {
      const handled = await handleJob(jobStream(user, path.id), change, meta);
      if (!handled.accepted) return refuse(handled.rejection);
    }
    const facts = await factsNow(store, user, path.id);
    if (!facts) return refuse('job-not-found');
    return { status: 200, body: await showGeneration(show, user, facts, at) } as const;
  };

/** DELETE /v1/generations/{id}: its files go when the event is told. */
export const deleteGeneration =
  ({ handleJob }: { readonly handleJob: HandleJob }) =>
  async ({ user, path, correlationId, requestId, at }: Input<typeof routes.deleteGeneration>) => {
    const meta = { actor: user.user, correlationId, causationId: requestId };
    const handled = await handleJob(jobStream(user, path.id), { type: 'RemoveJob', at }, meta);
    if (handled.accepted) return { status: 204, body: undefined } as const;
    const { status } = handled.state;
    return handled.rejection === 'job-running'
      ? refuse('job-running', { detail: `The generation is ${status}. Cancel it first.` })
      : refuse(handled.rejection);
  };

/** GET /v1/generations/{id}/variations: the same for each member of a family. */
export const listVariations =
  ({ store, ...deps }: ShowDeps & { readonly store: JobStore; readonly jobs: Pick<JobsReadModel, 'list'> }) =>
  async (request: Input<typeof routes.listVariations>) => {
    const { user, path } = request;
    const facts = await factsNow(store, user, path.id);
    if (!facts) return refuse('job-not-found');
    return showPage(deps, request, { parent: familyOf(path.id, { parent: facts.parent as Id<'gen'> | undefined }) });
  };

/** POST /v1/generations/{id}/plays */
export const recordPlay =
  ({ store, plays }: { readonly store: JobStore; readonly plays: Pick<Plays, 'count'> }) =>
  async ({ user, path, idempotencyKey }: Input<typeof routes.recordPlay>) => {
    const facts = await factsNow(store, user, path.id);
    if (!facts) return refuse('job-not-found');
    if (!isPlayable(facts))
      return refuse('job-not-playable', { detail: 'It has no sound and no film, or is not completed.' });
    return { status: 200, body: { plays: await plays.count(user, path.id, idempotencyKey) } } as const;
  };
