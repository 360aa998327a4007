/**
 * What follows from a job's recorded event inside the service. The stream tells it at least once and in the job's order; told
 * twice, a job is sent twice and its claim lets one through, a task is looked at once more, and rows stay as they are.
 */

import type { RemoveObjects } from '#shared/aws/remove-objects.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { Id } from '#shared/ids.ts';
import { type Job, parseJobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import type { JobsReadModel } from '../read-models/jobs.ts';
import type { AssetTable } from '../storage/asset-table.ts';
import type { Failures } from '../storage/failures.ts';
import { outputsPrefix } from '../storage/outputs.ts';
import type { Plays } from '../storage/plays.ts';
import type { ResultCache } from '../storage/result-cache.ts';
import { secondsAfter } from '../time.ts';
import type { Trail } from '../trail/trail-table.ts';
import { lookAfterSeconds, type SendFollow } from '../worker/follow-message.ts';
import type { DispatchJob } from '../worker/job-message.ts';

export interface ProjectJobDeps {
  readonly dispatch: DispatchJob;
  readonly follow: SendFollow;
  readonly rows: Pick<JobsReadModel, 'project'>;
  readonly assets: Pick<AssetTable, 'keep'>;
  readonly trail: Pick<Trail, 'write'>;
  readonly results: Pick<ResultCache, 'put'>;
  readonly failures: Pick<Failures, 'put'>;
  readonly plays: Pick<Plays, 'forget'>;
  readonly removeOutputs: RemoveObjects;
}

type Recorded = RecordedEvent<JobEvent, Job>;

const about = ({ stream, id, meta: { correlationId } }: Recorded) => {
  const { owner, id: jobId } = parseJobStream(stream);
  return { ...owner, jobId: jobId as Id<'gen'>, correlationId, causationId: id };
};

const isPaying = (job: Job): boolean => 'paying' in job && job.paying === true;

/** Puts work into the queues. */
export const queueWork = async (
  { dispatch, follow }: Pick<ProjectJobDeps, 'dispatch' | 'follow'>,
  recorded: Recorded,
): Promise<void> => {
  const { event, state } = recorded;
  const message = about(recorded);
  switch (event.type) {
    case 'JobRequested':
      if (event.fromCache) return;
      return dispatch(message, { paying: isPaying(state), afterSeconds: 0 });
    case 'AttemptFailed':
      if (event.againAfterSeconds === undefined) return;
      return dispatch(message, { paying: isPaying(state), afterSeconds: event.againAfterSeconds });
    case 'JobFailed':
    case 'JobCancelled':
      if (event.abandoned) await follow({ kind: 'stop', ...message, task: event.abandoned }, 0);
      return;
    case 'JobStarted':
    case 'JobSubmitted':
    case 'JobProgressed':
    case 'JobSucceeded':
    case 'LateAnswerRecorded':
    case 'JobRenamed':
    case 'JobFavoured':
    case 'JobRemoved':
    case 'JobImported':
    case 'JobRefunded':
      return;
  }
};

/** Begins the looks at a task. Last of all: whatever failed before it is repeated, and each repetition would begin them once more. */
export const beginLooks = async ({ follow }: Pick<ProjectJobDeps, 'follow'>, recorded: Recorded): Promise<void> => {
  const { event } = recorded;
  if (event.type !== 'JobSubmitted') return;
  await follow({ kind: 'check', ...about(recorded), taskId: event.taskId, tries: 0 }, lookAfterSeconds(0));
};

/** A job shows what it was made of for as long as it is there, so that does not expire any more. */
const keepInputs = async ({ assets }: ProjectJobDeps, { stream, event }: Recorded): Promise<void> => {
  if (event.type !== 'JobRequested') return;
  const { owner } = parseJobStream(stream);
  await Promise.all(event.inputs.map(({ asset }) => assets.keep(owner, asset)));
};

/** Keeps the result for equal requests. One that came from the cache itself is not kept longer for that. */
export const keepResult = async (
  { results }: Pick<ProjectJobDeps, 'results'>,
  { stream, at, event, state }: Recorded,
): Promise<void> => {
  if (event.type !== 'JobSucceeded' || state.status !== 'completed' || !state.cache || event.servedFrom) return;
  const { owner, id } = parseJobStream(stream);
  const { key, seconds } = state.cache;
  await results.put(owner, key, { jobId: id, outputs: event.outputs, usage: event.usage }, secondsAfter(at, seconds));
};

/** Tells the app's admins. */
const logFailure = async ({ failures }: ProjectJobDeps, { stream, at, event, state }: Recorded): Promise<void> => {
  if (event.type !== 'JobFailed' || state.status !== 'failed') return;
  const { owner, id: jobId } = parseJobStream(stream);
  const { reason, message, cause, provider, model } = event;
  const { tool, params, attempts } = state;
  const context = { tool, params, attempts, user: owner.user, at: event.at ?? at };
  await failures.put(owner, { jobId, reason, message, cause, provider, model, ...context });
};

/** What lies beside the events of a removed job goes: its files, whatever they were, and its plays. Told twice, nothing is left to remove. */
const removeFiles = async ({ plays, removeOutputs }: ProjectJobDeps, { stream, event }: Recorded): Promise<void> => {
  if (event.type !== 'JobRemoved') return;
  const { owner, id } = parseJobStream(stream);
  await plays.forget(owner, id);
  // A run has a handful of files: one page.
  await removeOutputs(`${outputsPrefix(owner)}${id}/`, () => true);
};

export const projectJob =
  (deps: ProjectJobDeps) =>
  async (recorded: Recorded): Promise<void> => {
    // The queues first: work that waits matters more than a list that lags.
    await queueWork(deps, recorded);
    await keepInputs(deps, recorded);
    await keepResult(deps, recorded);
    await deps.trail.write(recorded);
    // It changes nothing that is shown, and may come when its owner, and their rows, are gone.
    if (recorded.event.type !== 'LateAnswerRecorded') await deps.rows.project(recorded);
    await logFailure(deps, recorded);
    await removeFiles(deps, recorded);
    await beginLooks(deps, recorded);
  };
