/**
 * Follows a task at a provider until its job is over. A webhook only makes the look come sooner: what became of the task is
 * always asked of the provider, so that a webhook that is forged, late, repeated or lost changes nothing.
 */
import type { Catalog, Tool } from '#services/catalog/contracts.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { isOver, type Job, jobStream, type Processing } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import type { TaskState } from '../providers/provider.ts';
import type { Providers, ProvidersOf } from '../providers/registry.ts';
import { chainOf } from './chain.ts';
import { type FinishDeps, finish, tellFailure, toProviderError } from './finish.ts';
import {
  type CheckTask,
  type FollowMessage,
  lookAfterSeconds,
  type SendFollow,
  type StopTask,
  type TaskTold,
} from './follow-message.ts';
import { missing, type TellDeps, teller } from './tell.ts';

export interface FollowTaskDeps extends FinishDeps, TellDeps {
  readonly catalog: Catalog;
  readonly store: Pick<EventStore<Job, JobEvent>, 'load'>;
  readonly providersOf: ProvidersOf;
  readonly sandboxApps: readonly string[];
  readonly send: SendFollow;
}

const tasksOf = (providers: Providers, name: string) =>
  Object.hasOwn(providers, name) ? providers[name]?.tasks : undefined;

/** The task that the job waits for, if it is this one. A task that told before its submission was recorded is recorded now. */
const awaited = async (
  deps: FollowTaskDeps,
  message: CheckTask | TaskTold,
  job: Job,
): Promise<Processing | undefined> => {
  if (job.status !== 'processing') return undefined;
  if (job.working.taskId !== undefined || message.kind === 'check')
    return job.working.taskId === message.taskId ? job : undefined;
  const { attempt, provider, model, taskId } = message;
  const told = await teller(deps, message)({ type: 'SubmitJob', by: { attempt, provider, model }, taskId });
  return told.job.status === 'processing' && told.job.working.taskId === taskId ? told.job : undefined;
};

/** What the provider says of it. When it cannot be asked, the task is taken to go on: its deadline ends it at last. */
const ask = async (
  { providersOf, logger }: FollowTaskDeps,
  { app, jobId, taskId }: CheckTask | TaskTold,
  { working: { provider, model } }: Processing,
  { output }: Pick<Tool, 'output'>,
  signal: AbortSignal,
): Promise<TaskState> => {
  const tasks = tasksOf(await providersOf(app), provider);
  const notAsked = (error: Error): TaskState => {
    logger.warn('task not asked after', { jobId, provider, error });
    return { status: 'running' };
  };
  // Its key may come back, and the task is paid for.
  if (!tasks) return notAsked(new Error('the provider is not set up'));
  return tasks.check({ taskId, model, output }, signal).catch(notAsked);
};

const follow = async (
  deps: FollowTaskDeps,
  message: CheckTask | TaskTold,
  job: Processing,
  signal: AbortSignal,
): Promise<void> => {
  const { catalog, providersOf, sandboxApps, logger, send, now } = deps;
  const { app, jobId, taskId } = message;
  const tell = teller(deps, message);
  if (Date.parse(job.deadline) <= now().getTime()) {
    await tell({ type: 'FailJob', reason: 'deadline', message: 'The job was not done in time.' });
    return;
  }
  const tool = (await catalog.app(app))?.tools.find(({ id }) => id === job.tool);
  if (!tool) {
    await tell({ type: 'FailJob', by: { taskId }, reason: 'failed', message: 'The tool is not offered any more.' });
    return;
  }
  const state = await ask(deps, message, job, tool, signal);
  const by = { taskId };
  if (state.status === 'running') {
    if (state.progress !== undefined) await tell({ type: 'ReportProgress', taskId, progress: state.progress });
    // Looks go on in their own chain; a webhook is one more look.
    if (message.kind === 'check')
      await send({ ...message, tries: message.tries + 1 }, lookAfterSeconds(message.tries + 1));
    return;
  }
  try {
    if (state.status === 'failed') throw state.error;
    const ended = await finish(deps, { owner: message, jobId, tool, job, by, tell, signal }, state);
    logger.info('job ended', { jobId, tool: job.tool, status: ended.status, provider: job.working.provider });
  } catch (cause) {
    const error = toProviderError(cause);
    // It was made and is paid for: what broke on the way to the bucket is tried again, not the task.
    if (state.status === 'finished' && error.kind === 'transient') throw cause;
    logger.warn('task failed', { jobId, kind: error.kind, error, provider: job.working.provider });
    const chain = chainOf(tool, await providersOf(app), sandboxApps.includes(app));
    // Whatever follows is in the event: the stream's reader puts the job into the queue again.
    await tellFailure({ job, by, tell, signal, now }, chain, cause);
  }
};

const stop = async (
  { providersOf, logger }: FollowTaskDeps,
  message: Pick<StopTask, 'app' | 'jobId' | 'task'>,
  signal: AbortSignal,
): Promise<void> => {
  const { app, jobId } = message;
  const { provider, model, taskId } = message.task;
  const tasks = tasksOf(await providersOf(app), provider);
  const stopped = (await tasks?.cancel?.({ taskId, model }, signal)) ?? false;
  logger.info('task told to stop', { jobId, provider, model, taskId, stopped });
};

/** @throws whatever broke on the way: the message comes again. */
export const followTask =
  (deps: FollowTaskDeps) =>
  async (message: FollowMessage, signal: AbortSignal): Promise<void> => {
    if (message.kind === 'stop') return stop(deps, message, signal);
    const { store, logger } = deps;
    const { jobId, taskId } = message;
    const job = (await store.load(jobStream(message, jobId)))?.state;
    if (!job || job.status === 'pending') throw missing(jobId);
    if (isOver(job)) {
      if (message.kind === 'told' && message.isOver) await teller(deps, message)({ type: 'RecordLateAnswer', taskId });
      return;
    }
    const waiting = await awaited(deps, message, job);
    if (waiting) return follow(deps, message, waiting, signal);
    logger.info('task not waited for', { jobId, taskId, status: job.status });
    // One that an earlier attempt left behind, or whose submission nobody heard of, works for nobody.
    if (message.kind === 'told' && !message.isOver) await stop(deps, { ...message, task: message }, signal);
  };
