/**
 * A job: one run of a tool. It is requested, waits in the queue, is worked on in one or more attempts and ends exactly
 * once: completed, failed or cancelled. A worker's claim is the queue message it acts for; whoever lost the claim
 * changes nothing any more.
 */
import { accept, type Decider, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import { type Owner, ownerKey, parseOwnerKey } from '#shared/owner.ts';
import type { AttemptFailure, Claim, FailureReason, JobEvent, JobInput, JobOutput, Usage } from './job-events.ts';

/** Attempts that fail for a passing reason before the job fails for good. */
export const maxAttempts = 3;

/** What was accepted, and what every later status keeps of it. */
interface Accepted {
  readonly tool: string;
  readonly params: Extract<JobEvent, { type: 'JobRequested' }>['params'];
  /** What the provider is told in place of an option's id, by parameter. */
  readonly optionPrompts?: Readonly<Record<string, string>> | undefined;
  readonly inputs: readonly JobInput[];
  readonly fingerprint: string;
  readonly quote: number;
  readonly remaining?: number | undefined;
  readonly requestedAt: string;
  readonly deadline: string;
  /** Attempts that are over or under way. Going on with another model is the same attempt. */
  readonly attempts: number;
}

interface Working {
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly claim: Claim;
}

/** `pending`: nothing was accepted yet. */
export type Job =
  | { readonly status: 'pending' }
  | (Accepted & { readonly status: 'queued' })
  | (Accepted & { readonly status: 'processing'; readonly working: Working })
  | (Accepted & {
      readonly status: 'completed';
      readonly outputs: readonly JobOutput[];
      readonly usage: Usage;
      readonly cost: number;
    })
  | (Accepted & { readonly status: 'failed'; readonly reason: FailureReason; readonly message: string })
  | (Accepted & { readonly status: 'cancelled' });
export type JobStatus = Job['status'];

interface At {
  readonly at: string;
}

export type JobCommand =
  | (At & Omit<Accepted, 'attempts' | 'requestedAt'> & { readonly type: 'RequestJob' })
  | (At & { readonly type: 'StartJob'; readonly claim: Claim; readonly provider: string; readonly model: string })
  | (At & {
      readonly type: 'FailAttempt';
      readonly claim: Claim;
      readonly failure: Exclude<AttemptFailure, 'worker-lost'>;
      readonly message: string;
    })
  | (At & {
      readonly type: 'SucceedJob';
      readonly claim: Claim;
      readonly outputs: readonly JobOutput[];
      readonly usage: Usage;
      readonly cost: number;
    })
  /** Without a claim the system speaks: the job ends whoever works on it. */
  | (At & {
      readonly type: 'FailJob';
      readonly claim?: Claim;
      readonly reason: FailureReason;
      readonly message: string;
    })
  | (At & { readonly type: 'CancelJob' });

export type JobRejection = 'idempotency-mismatch' | 'job-not-found' | 'job-finished';
type JobDecision = Decision<JobEvent, JobRejection>;
type Processing = Extract<Job, { status: 'processing' }>;
type Command<Type extends JobCommand['type']> = Extract<JobCommand, { type: Type }>;

export const isEnded = (job: Job): job is Extract<Job, { status: 'completed' | 'failed' | 'cancelled' }> =>
  job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled';

const holds = (job: Job, { messageId, receiveCount }: Claim): job is Processing =>
  job.status === 'processing' &&
  job.working.claim.messageId === messageId &&
  job.working.claim.receiveCount === receiveCount;

/**
 * The queue shows a message again only when its worker is surely gone (visibility ≥ 6 × the worker's time-out), so a
 * later delivery of the claiming message takes the job over. Another message is a duplicate and is left alone.
 */
const takesOver = ({ working }: Processing, { messageId, receiveCount }: Claim): boolean =>
  working.claim.messageId === messageId && working.claim.receiveCount < receiveCount;

const isOver = ({ deadline }: Accepted, at: string): boolean => Date.parse(at) >= Date.parse(deadline);

const deadlinePassed: JobEvent = {
  type: 'JobFailed',
  reason: 'deadline',
  message: 'The job was not done in time.',
};

const request = (command: Command<'RequestJob'>, job: Job): JobDecision => {
  const { at, tool, params, optionPrompts, inputs, fingerprint, quote, remaining, deadline } = command;
  if (job.status === 'pending')
    return accept({
      type: 'JobRequested',
      tool,
      params,
      ...(optionPrompts ? { optionPrompts: { ...optionPrompts } } : {}),
      inputs: [...inputs],
      fingerprint,
      quote,
      remaining,
      requestedAt: at,
      deadline,
    });
  return job.fingerprint === fingerprint ? accept() : reject('idempotency-mismatch');
};

const start = ({ at, claim, provider, model }: Command<'StartJob'>, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (isEnded(job)) return accept();
  if (job.status === 'processing' && !takesOver(job, claim)) return accept();
  const started: JobEvent = { type: 'JobStarted', attempt: job.attempts + 1, provider, model, claim };
  const lost: readonly JobEvent[] = job.status === 'processing' ? [workerLost(job)] : [];
  if (isOver(job, at)) return accept<JobEvent>(...lost, deadlinePassed);
  if (job.attempts >= maxAttempts)
    return accept<JobEvent>(...lost, {
      type: 'JobFailed',
      reason: 'failed',
      message: `The job was given up after ${maxAttempts} attempts.`,
    });
  return accept(...lost, started);
};

const workerLost = ({ working: { attempt, provider, model } }: Processing): JobEvent => ({
  type: 'AttemptFailed',
  attempt,
  provider,
  model,
  failure: 'worker-lost',
  message: 'The worker stopped before it was done.',
});

const failAttempt = ({ at, claim, failure, message }: Command<'FailAttempt'>, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (!holds(job, claim)) return accept();
  const { attempt, provider, model } = job.working;
  const failed: JobEvent = { type: 'AttemptFailed', attempt, provider, model, failure, message };
  if (isOver(job, at)) return accept<JobEvent>(failed, deadlinePassed);
  if (failure === 'transient' && job.attempts >= maxAttempts)
    return accept<JobEvent>(failed, { type: 'JobFailed', reason: 'failed', message });
  return accept(failed);
};

const succeed = ({ at, claim, outputs, usage, cost }: Command<'SucceedJob'>, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (!holds(job, claim)) return accept();
  // The hold may be swept soon after the deadline, so a late result must not be charged to it.
  if (isOver(job, at)) return accept(deadlinePassed);
  return accept({ type: 'JobSucceeded', outputs: [...outputs], usage, cost: Math.min(cost, job.quote) });
};

const fail = ({ claim, reason, message }: Command<'FailJob'>, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (isEnded(job) || (claim && !holds(job, claim))) return accept();
  return accept({ type: 'JobFailed', reason, message });
};

const cancel = (job: Job): JobDecision => {
  switch (job.status) {
    case 'pending':
      return reject('job-not-found');
    case 'cancelled':
      return accept();
    case 'completed':
    case 'failed':
      return reject('job-finished');
    case 'queued':
    case 'processing':
      return accept({ type: 'JobCancelled' });
  }
};

const accepted = (job: Job): Accepted => {
  if (job.status === 'pending') throw new Error('a job begins with JobRequested');
  const { tool, params, optionPrompts, inputs, fingerprint, quote, remaining, requestedAt, deadline, attempts } = job;
  const prompts = optionPrompts ? { optionPrompts } : {};
  return { tool, params, ...prompts, inputs, fingerprint, quote, remaining, requestedAt, deadline, attempts };
};

export const job: Decider<Job, JobCommand, JobEvent, JobRejection> = {
  initialState: { status: 'pending' },
  decide(command, state) {
    switch (command.type) {
      case 'RequestJob':
        return request(command, state);
      case 'StartJob':
        return start(command, state);
      case 'FailAttempt':
        return failAttempt(command, state);
      case 'SucceedJob':
        return succeed(command, state);
      case 'FailJob':
        return fail(command, state);
      case 'CancelJob':
        return cancel(state);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'JobRequested': {
        const { type: _, ...facts } = event;
        return { status: 'queued', ...facts, attempts: 0 };
      }
      case 'JobStarted': {
        const { attempt, provider, model, claim } = event;
        return {
          ...accepted(state),
          status: 'processing',
          attempts: attempt,
          working: { attempt, provider, model, claim },
        };
      }
      case 'AttemptFailed': {
        const { attempt, failure } = event;
        // Another model goes on within the same attempt, so this start does not count.
        return { ...accepted(state), status: 'queued', attempts: failure === 'next-model' ? attempt - 1 : attempt };
      }
      case 'JobSucceeded': {
        const { outputs, usage, cost } = event;
        return { ...accepted(state), status: 'completed', outputs, usage, cost };
      }
      case 'JobFailed': {
        const { reason, message } = event;
        return { ...accepted(state), status: 'failed', reason, message };
      }
      case 'JobCancelled':
        return { ...accepted(state), status: 'cancelled' };
    }
  },
};

/** A job's stream begins with its owner, so that nobody else's token leads to it. @example jobStream({ app, user }, 'gen_…') */
export const jobStream = (owner: Owner, id: string): string => `${ownerKey(owner)}#${id}`;

export const parseJobStream = (stream: string): { readonly owner: Owner; readonly id: string } => {
  const { app, user, rest } = parseOwnerKey(stream);
  return { owner: { app, user }, id: rest.join('#') };
};
