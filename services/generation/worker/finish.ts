/** Ends an attempt: its files are stored and the job is done, or the failure is told and something follows from it. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Tool } from '#services/catalog/contracts.ts';
import type { Owner } from '#shared/owner.ts';
import { choiceOf, isOver, type Job, type Processing } from '../domain/job.ts';
import type { Speaker } from '../domain/job-commands.ts';
import { type Finished, ProviderError } from '../providers/provider.ts';
import { inWords, quoted } from '../providers/quoted.ts';
import type { Outputs } from '../storage/outputs.ts';
import type { StoreOutputs } from '../storage/store-outputs.ts';
import { type Choice, nextChoice } from './chain.ts';
import { checkResult } from './check-result.ts';
import { backoffSeconds } from './job-message.ts';
import { meteredCost } from './metered-cost.ts';
import type { Tell } from './tell.ts';

export interface FinishDeps {
  readonly outputs: Pick<Outputs, 'remove'>;
  readonly storeOutputs: StoreOutputs;
  readonly logger: Logger;
}

export interface AttemptAtWork {
  readonly owner: Owner;
  readonly jobId: string;
  readonly tool: Tool;
  readonly job: Processing;
  /** Who speaks for the attempt. */
  readonly by: Speaker;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** Whether a stored file is the job's result. */
const isResult = (job: Job | undefined, key: string): boolean =>
  job?.status === 'completed' && job.outputs.some((output) => output.key === key || output.thumbnail?.key === key);

/** @throws ProviderError for files that cannot be used, or whatever broke on the way. */
export const finish = async (
  { outputs, storeOutputs, logger }: FinishDeps,
  { owner, jobId, tool, job, by, tell, signal }: AttemptAtWork,
  { files, usage }: Finished,
): Promise<Job> => {
  const stored = new Set<string>();
  let after: Job | undefined;
  let isTold = false;
  try {
    const made = await storeOutputs(files, {
      owner,
      // A folder for each storing: two that work on one job at the same time, or one that comes late, touch no file of another.
      folder: `${jobId}/${randomUUID().slice(0, 8)}`,
      kind: tool.output,
      signal,
      onStore: (key) => stored.add(key),
      checkJson: (value) => checkResult(tool, value),
    });
    const cost = meteredCost(tool, { quote: job.quote, usage, outputs: made.length });
    isTold = true;
    after = (await tell({ type: 'SucceedJob', by, outputs: made, usage, cost })).job;
    return after;
  } finally {
    // When the answer to the telling is lost, the files may be the result.
    const left = isTold && !after ? [] : [...stored].filter((key) => !isResult(after, key));
    if (left.length > 0)
      await outputs
        .remove(left)
        .catch((error: unknown) => logger.warn('files that are no result remain', { jobId, error: error as Error }));
  }
};

/** What is not a provider's own verdict is taken for a passing fault, and its text kept from the user. */
export const toProviderError = (error: unknown): ProviderError =>
  error instanceof ProviderError
    ? error
    : new ProviderError('transient', 'Something went wrong on our side.', { cause: error });

/** What admins are told beside the message. A provider's words were cleaned of keys where they came in; of our own faults, the kind alone. */
const causeOf = (error: unknown): { cause?: string } => {
  if (!(error instanceof ProviderError)) return { cause: error instanceof Error ? error.name : typeof error };
  return error.cause === undefined ? {} : { cause: quoted(inWords(error.cause)) };
};

/** `again`: after a pause, in seconds. */
export type Following = 'nothing' | 'next-model' | { readonly again: number };

/** All that a failure rules out for the attempt: a model, or everything of a provider that cannot be used. */
const ruledOut = (kind: ProviderError['kind'], chain: readonly Choice[], job: Processing): string[] =>
  chain
    .filter(
      ({ provider, model }) => provider === job.working.provider && (kind === 'fatal' || model === job.working.model),
    )
    .map(choiceOf);

/** The pause before the job comes again: no longer than it has time, so that one that waited in vain ends at its deadline. */
const pauseOf = ({ attempts, deadline }: Processing, retryAfterSeconds: number, now: Date): number => {
  const leftSeconds = Math.ceil((Date.parse(deadline) - now.getTime()) / 1_000);
  return Math.max(1, Math.min(leftSeconds, Math.max(backoffSeconds(attempts), retryAfterSeconds)));
};

export interface FailureAtWork extends Pick<AttemptAtWork, 'job' | 'by' | 'tell' | 'signal'> {
  readonly now: () => Date;
}

/** Tells the stream of a failure. */
export const tellFailure = async (
  { job, by, tell, signal, now }: FailureAtWork,
  chain: readonly Choice[],
  cause: unknown,
): Promise<{ readonly job: Job; readonly following: Following }> => {
  const { kind, message, retryAfterSeconds = 0 } = toProviderError(cause);
  const passOver = ruledOut(kind, chain, job);
  const hasNext = nextChoice(chain, { ...job, passedOver: [...(job.passedOver ?? []), ...passOver] }) !== undefined;
  const isFinal = kind === 'blocked' || kind === 'invalid' || (kind === 'fatal' && !hasNext);
  if (isFinal) {
    const reason = kind === 'blocked' ? 'blocked' : 'failed';
    const told = await tell({ type: 'FailJob', by, reason, message, ...causeOf(cause) });
    return { job: told.job, following: 'nothing' };
  }
  const pauseSeconds = pauseOf(job, retryAfterSeconds, now());
  // A provider's passing fault that did not pass, or not in time, is no better than a lasting one. Our own follows to any model.
  const lasts = job.attempts > 1 || retryAfterSeconds > pauseSeconds;
  const movesOn = kind !== 'transient' || (lasts && cause instanceof ProviderError && !signal.aborted);
  // When no model is left, waiting is all that may help.
  const failure = movesOn && hasNext ? 'next-model' : 'transient';
  const told = await tell({
    type: 'FailAttempt',
    by,
    failure,
    message,
    ...causeOf(cause),
    passOver,
    pauseSeconds: failure === 'next-model' ? 0 : Math.min(900, pauseSeconds),
  });
  if (isOver(told.job) || !told.changed) return { job: told.job, following: 'nothing' };
  return { job: told.job, following: failure === 'next-model' ? failure : { again: pauseSeconds } };
};
