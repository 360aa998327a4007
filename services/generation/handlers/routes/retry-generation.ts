/** POST /v1/admin/generations/{id}/retry: what failed is run once more, and however many admins ask at once, one run comes of it (FS9). */
import { type Input, refuse } from '#shared/http/route.ts';
import { derivedId, type Id } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import { type Job, jobStream, type KnownJob } from '../../domain/job.ts';
import type { AppJobs } from '../../read-models/app-jobs.ts';
import type { routes } from '../../routes.ts';
import { answer, type CreateGenerationDeps, fingerprintOf, type Order, runOrder } from './create-generation.ts';
import { ofOriginal } from './regenerate.ts';

export interface RetryDeps extends CreateGenerationDeps {
  readonly appJobs: Pick<AppJobs, 'ownerOf'>;
}

/** So often a generation, and what came of it, is run again. */
export const maxRetries = 20;

/** What one generation is run again as. An id of a request's key has one part less: no key leads here. */
export const retryIdOf = ({ app, user }: Owner, id: Id<'gen'>): Id<'gen'> => derivedId('gen', app, user, 'retry', id);

type FailedJob = Extract<KnownJob, { status: 'failed' | 'cancelled' }>;

/** The newest that failed, and whose files and words are still there. */
interface Failed {
  readonly id: Id<'gen'>;
  readonly job: FailedJob;
}

const failedOf = (id: Id<'gen'>, job: Job): Failed | undefined =>
  job.status === 'failed' || job.status === 'cancelled' ? { id, job } : undefined;

const orderOf = ({ id, job: { tool, params, inputs, title, parent } }: Failed): Order => {
  const again = { tool, params, inputs: inputs.map(({ asset }) => asset), refresh: true };
  return { body: { ...again, ...(title === undefined ? {} : { title }) }, parent, retryOf: id };
};

const notRetryable = ({ status }: Job) =>
  status === 'pending' || status === 'removed'
    ? refuse('job-not-found')
    : refuse('job-not-retryable', { detail: `The generation is ${status}.` });

/** To whoever asks while a retry lives or is completed; to whom it is their own, for ever. `undefined`: it failed, and the next may come. */
const met = (id: Id<'gen'>, job: Exclude<Job, { status: 'pending' }>, isOwn: boolean) => {
  const { status } = job.status === 'removed' ? job.ended : job;
  if ((status === 'failed' || status === 'cancelled') && !isOwn) return undefined;
  return job.status === 'removed'
    ? refuse('job-removed', { detail: 'It was run again, and its owner removed what came of it.' })
    : answer(id, job);
};

/**
 * On the very path of a new run: what it costs is held anew, by the owner's limits and at today's price. Each id is made of the
 * one that failed before it, so that all who ask at once ask for the same run.
 */
export const retryGeneration =
  (deps: RetryDeps) =>
  async ({ admin, path, idempotencyKey, correlationId, requestId, at }: Input<typeof routes.retryGeneration>) => {
    const user = await deps.appJobs.ownerOf(admin.app, path.id);
    if (!user) return refuse('job-not-found');
    const stateOf = async (id: string): Promise<Job> =>
      (await deps.store.load(jobStream(user, id)))?.state ?? { status: 'pending' };
    const original = await stateOf(path.id);
    const fingerprint = fingerprintOf({ retry: path.id, key: idempotencyKey });
    let failed = failedOf(path.id, original);
    let id = retryIdOf(user, path.id);
    let isRaced = false;
    for (let steps = 0; steps < maxRetries; steps += 1) {
      const job = await stateOf(id);
      if (job.status === 'pending') {
        if (!failed) return notRetryable(original);
        const order = orderOf(failed);
        const asking = { user, actor: admin.actor, correlationId, requestId, at };
        const answered = await runOrder(deps, asking, { id, fingerprint }, async () => order);
        const rejection = 'rejection' in answered ? answered.rejection : undefined;
        if (rejection === 'hold-differs')
          return refuse(rejection, { detail: 'The price has changed while it was asked for. Try again in an hour.' });
        if (rejection !== 'idempotency-mismatch' && rejection !== 'hold-closed') return ofOriginal(answered);
        // Somebody else asked at the same time: what came of that is what was asked for here, also when it failed at once.
        isRaced = rejection === 'idempotency-mismatch';
        if (isRaced) continue;
      } else {
        const reply = met(id, job, isRaced || job.fingerprint === fingerprint);
        if (reply) return reply;
        failed = failedOf(id, job) ?? failed;
      }
      // It failed, or its credits went back before it began.
      id = retryIdOf(user, id);
    }
    return refuse('job-not-retryable', { detail: `It was run again ${maxRetries} times.` });
  };
