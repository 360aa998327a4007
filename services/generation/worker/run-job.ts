/**
 * Works on one job: claims it, tries its providers in order, and tells the stream what came of it. Whatever stops a worker
 * half-way, its message comes again and the next delivery goes on from what the stream says.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Catalog, Tool } from '#services/catalog/contracts.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import { isEnded, type Job, type JobCommand, jobStream } from '../domain/job.ts';
import type { Claim, JobEvent } from '../domain/job-events.ts';
import type { HandleJob } from '../handle-job.ts';
import { ProviderError } from '../providers/provider.ts';
import { sandbox } from '../providers/sandbox.ts';
import type { Outputs } from '../storage/outputs.ts';
import { type AttemptDeps, attempt, isOrphaned } from './attempt.ts';
import { backoffSeconds, type JobMessage } from './job-message.ts';

export interface RunJobDeps extends AttemptDeps {
  readonly catalog: Catalog;
  readonly store: Pick<EventStore<Job, JobEvent>, 'load'>;
  readonly handleJob: HandleJob;
  readonly outputs: Pick<Outputs, 'put' | 'remove'>;
  /** Apps whose tools run on the sandbox, whatever provider they name. */
  readonly sandboxApps: readonly string[];
  readonly logger: Logger;
  readonly now: () => Date;
}

/** `retry`: the message must come again after this pause. */
export type RunResult = { readonly status: 'done' } | { readonly status: 'retry'; readonly afterSeconds: number };
export type RunJob = (message: JobMessage, claim: Claim, signal: AbortSignal) => Promise<RunResult>;

const done: RunResult = { status: 'done' };
const actor = 'system:generation-worker';

type Untimed<Command> = Command extends JobCommand ? Omit<Command, 'at'> : never;
interface Told {
  readonly job: Exclude<Job, { status: 'pending' }>;
  /** Whether this very command made it so. */
  readonly changed: boolean;
}
type Tell = (command: Untimed<JobCommand>) => Promise<Told>;

/** An app of the sandbox's own names the models that misbehave. */
const runsOnSandbox = ({ providers }: Tool): boolean => providers.some(({ provider }) => provider === sandbox.name);
const sandboxChoice = { provider: sandbox.name, model: 'sandbox-1' };

const missing = (jobId: string): Error => new Error(`${jobId}: there is no such job`);

/** Gives commands to the message's job. */
const teller =
  ({ handleJob, now }: RunJobDeps, message: JobMessage): Tell =>
  async (command) => {
    const { jobId, correlationId, causationId } = message;
    const timed = { ...command, at: now().toISOString() } as JobCommand;
    const handled = await handleJob(jobStream(message, jobId), timed, { actor, correlationId, causationId });
    if (!handled.accepted || handled.state.status === 'pending') throw missing(jobId);
    return { job: handled.state, changed: handled.events.length > 0 };
  };

/** Providers and models in the order in which they are tried. An app that is tried out runs on the sandbox alone. */
const chainOf = ({ providers }: Tool, onSandbox: boolean) =>
  onSandbox
    ? [sandboxChoice]
    : providers.flatMap(({ provider, models }) => models.map((model) => ({ provider, model })));

/** What is not a provider's own verdict is taken for a passing fault, and its text kept from the user. */
const toProviderError = (error: unknown): ProviderError =>
  error instanceof ProviderError
    ? error
    : new ProviderError('transient', 'Something went wrong on our side.', { cause: error });

/** Tells the stream of a failure. Answers what follows: another model, another delivery, or nothing. */
const tellFailure = async (
  tell: Tell,
  claim: Claim,
  { kind, message, retryAfterSeconds = 0 }: ProviderError,
  hasNext: boolean,
): Promise<{ readonly job: Told['job']; readonly result: RunResult | 'next-model' }> => {
  switch (kind) {
    case 'blocked':
    case 'invalid':
    case 'fatal': {
      const reason = kind === 'blocked' ? 'blocked' : 'failed';
      const { job } = await tell({ type: 'FailJob', claim, reason, message });
      return { job, result: done };
    }
    case 'next-model':
    case 'transient': {
      // When no model is left, waiting is all that may help.
      const failure = kind === 'next-model' && hasNext ? kind : 'transient';
      const { job, changed } = await tell({ type: 'FailAttempt', claim, failure, message });
      if (isEnded(job) || !changed) return { job, result: done };
      if (failure === 'next-model') return { job, result: failure };
      const afterSeconds = Math.max(backoffSeconds(job.attempts), retryAfterSeconds);
      return { job, result: { status: 'retry', afterSeconds } };
    }
  }
};

/** Aborts when the function's time or the job's is over. */
const untilDeadline = (signal: AbortSignal, deadline: string, now: Date): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Date.parse(deadline) - now.getTime()))]);

/** Runs the job that a message names. `signal` aborts before the function's own time is over. */
export const runJob =
  (deps: RunJobDeps): RunJob =>
  async (message, claim, signal) => {
    const { catalog, store, outputs, sandboxApps, logger, now } = deps;
    const { jobId } = message;
    const tell = teller(deps, message);
    const known = (await store.load(jobStream(message, jobId)))?.state;
    if (!known || known.status === 'pending') throw missing(jobId);
    if (isEnded(known)) return done;
    const definition = await catalog.app(message.app);
    const tool = definition?.tools.find(({ id }) => id === known.tool);
    if (!tool) {
      await tell({ type: 'FailJob', reason: 'failed', message: 'The tool is not offered any more.' });
      return done;
    }
    const stored = new Set<string>();
    const dropOrphans = async (job: Job) => {
      if (!isOrphaned(job) || stored.size === 0) return;
      await outputs
        .remove([...stored])
        .catch((error: unknown) => logger.warn('outputs of an ended job remain', { jobId, error: error as Error }));
    };
    const chain = chainOf(tool, sandboxApps.includes(message.app) && !runsOnSandbox(tool));
    for (const [index, choice] of chain.entries()) {
      const { job, changed } = await tell({ type: 'StartJob', claim, ...choice });
      if (job.status !== 'processing' || !changed) {
        logger.info('job not claimed', { jobId, status: job.status });
        return done;
      }
      try {
        const onStore = (key: string) => stored.add(key);
        const until = untilDeadline(signal, job.deadline, now());
        const made = await attempt(deps, { message, job, tool, signal: until, onStore });
        const ended = await tell({ type: 'SucceedJob', claim, ...made, cost: job.quote });
        await dropOrphans(ended.job);
        logger.info('job ended', { jobId, tool: tool.id, status: ended.job.status, ...choice });
        return done;
      } catch (cause) {
        const error = toProviderError(cause);
        logger.warn('attempt failed', { jobId, kind: error.kind, error, ...choice });
        const failed = await tellFailure(tell, claim, error, index < chain.length - 1);
        await dropOrphans(failed.job);
        if (failed.result !== 'next-model') return failed.result;
      }
    }
    return done;
  };
