/**
 * Works on one job: claims it, tries its providers in order, and tells the stream what came of it. Whatever stops a worker
 * half-way, its message comes again and the next delivery goes on from what the stream says.
 */
import type { Catalog, Tool } from '#services/catalog/contracts.ts';
import type { Loaded } from '#shared/eventsourcing/command-handler.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { isOver, type Job, jobStream } from '../domain/job.ts';
import type { Claim, JobEvent } from '../domain/job-events.ts';
import type { ProvidersOf } from '../providers/registry.ts';
import { type AttemptDeps, attempt } from './attempt.ts';
import { type Choice, chainOf, nextChoice } from './chain.ts';
import { type FinishDeps, type Following, finish, tellFailure, toProviderError } from './finish.ts';
import type { JobMessage } from './job-message.ts';
import { missing, type Tell, type TellDeps, teller } from './tell.ts';

export interface RunJobDeps extends AttemptDeps, FinishDeps, TellDeps {
  readonly catalog: Catalog;
  readonly store: Pick<EventStore<Job, JobEvent>, 'load'>;
  readonly providersOf: ProvidersOf;
  /** Apps whose tools run on the sandbox where none of their providers is set up. */
  readonly sandboxApps: readonly string[];
}

/** `retry`: the message must come again after this pause. */
export type RunResult = { readonly status: 'done' } | { readonly status: 'retry'; readonly afterSeconds: number };
export type RunJob = (message: JobMessage, claim: Claim, signal: AbortSignal) => Promise<RunResult>;

const done: RunResult = { status: 'done' };

/** Aborts when the function's time or the job's is over. */
const untilDeadline = (signal: AbortSignal, deadline: string, now: Date): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Date.parse(deadline) - now.getTime()))]);

interface Running {
  readonly message: JobMessage;
  readonly claim: Claim;
  readonly tool: Tool;
  readonly chain: readonly Choice[];
  readonly providers: Awaited<ReturnType<ProvidersOf>>;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** One model of the chain. */
const tryOne = async (
  deps: RunJobDeps,
  running: Running,
  choice: Choice,
  loaded: Loaded<Job> | undefined,
): Promise<{ job: Job; following: Following }> => {
  const { message, claim, tool, chain, providers, tell, signal } = running;
  const { logger, now } = deps;
  const { jobId } = message;
  const { provider, model } = choice;
  const { job, changed } = await tell({ type: 'StartJob', claim, provider, model }, loaded);
  if (job.status !== 'processing' || !changed) {
    logger.info('job not claimed', { jobId, status: job.status });
    return { job, following: 'nothing' };
  }
  const by = { claim };
  const until = untilDeadline(signal, job.deadline, now());
  let taskId: string;
  try {
    const answer = await attempt(deps, { message, job, tool, choice, providers, signal: until });
    if (answer.status === 'finished') {
      const ended = await finish(deps, { owner: message, jobId, tool, job, by, tell, signal: until }, answer);
      logger.info('job ended', { jobId, tool: tool.id, status: ended.status, provider, model });
      return { job: ended, following: 'nothing' };
    }
    taskId = answer.taskId;
  } catch (cause) {
    const error = toProviderError(cause);
    logger.warn('attempt failed', { jobId, kind: error.kind, error, provider, model });
    return tellFailure({ job, by, tell, signal: until, now }, chain, cause);
  }
  // A task that runs is no failed attempt, even if this cannot be told: then its webhook names it.
  const told = await tell({ type: 'SubmitJob', by, taskId });
  logger.info('task submitted', { jobId, tool: tool.id, provider, model, taskId });
  const isAwaited = told.job.status === 'processing' && told.job.working.taskId === taskId;
  // Cancelled while it was submitted, or another task was: nobody will wait for this one.
  if (!isAwaited)
    await providers[provider]?.tasks
      ?.cancel?.({ taskId, model }, signal)
      .catch((error: unknown) => logger.warn('task not stopped', { jobId, taskId, error: error as Error }));
  return { job: told.job, following: 'nothing' };
};

/** Runs the job that a message names. `signal` aborts before the function's own time is over. */
export const runJob =
  (deps: RunJobDeps): RunJob =>
  async (message, claim, signal) => {
    const { catalog, store, providersOf, sandboxApps } = deps;
    const { jobId, app } = message;
    const tell = teller(deps, message);
    const tail = await store.load(jobStream(message, jobId));
    const known = tail?.state;
    if (!known || known.status === 'pending') throw missing(jobId);
    // A task speaks for itself.
    if (isOver(known) || (known.status === 'processing' && known.working.taskId)) return done;
    const definition = await catalog.app(app);
    const tool = definition?.tools.find(({ id }) => id === known.tool);
    if (!tool) {
      await tell({ type: 'FailJob', reason: 'failed', message: 'The tool is not offered any more.' });
      return done;
    }
    const providers = await providersOf(app);
    const chain = chainOf(tool, providers, sandboxApps.includes(app));
    const running: Running = { message, claim, tool, chain, providers, tell, signal };
    let job: Job = known;
    for (let tried = 0; tried < chain.length; tried += 1) {
      const choice = nextChoice(chain, job) ?? chain[0];
      if (!choice) break;
      const { job: after, following } = await tryOne(deps, running, choice, tried === 0 ? { tail } : undefined);
      if (following === 'nothing') return done;
      if (following !== 'next-model') return { status: 'retry', afterSeconds: following.again };
      job = after;
    }
    return done;
  };
