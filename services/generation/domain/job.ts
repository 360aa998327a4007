/**
 * A job: one run of a tool. It is requested, waits in the queue, is worked on in one or more attempts and ends exactly
 * once: completed, failed or cancelled. A worker's claim is the queue message it acts for; whoever lost the claim
 * changes nothing any more. An attempt that the provider does not answer at once becomes a task, which then speaks for it.
 */
import { accept, type Decider, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import { type Owner, ownerKey, parseOwnerKey } from '#shared/owner.ts';
import { evolve } from './evolve.ts';
import type * as commands from './job-commands.ts';
import type { JobCommand, JobRejection, Speaker } from './job-commands.ts';
import type { Claim, JobEvent } from './job-events.ts';
import { type Accepted, choiceOf, isEnded, type Job, type Processing, taskOf } from './job-state.ts';
import { favour, remove, rename } from './library.ts';
import { refund } from './refund.ts';

export type { JobCommand, JobRejection } from './job-commands.ts';
export * from './job-state.ts';

/** Attempts that fail for a passing reason before the job fails for good. */
export const maxAttempts = 3;
/** Progress is recorded in steps of so much. */
const progressStep = 10;

export type JobDecision = Decision<JobEvent, JobRejection>;

const speaks = ({ working }: Processing, by: Speaker): boolean => {
  if ('taskId' in by) return working.taskId === by.taskId;
  const { messageId, receiveCount } = by.claim;
  return (
    working.taskId === undefined && working.claim.messageId === messageId && working.claim.receiveCount === receiveCount
  );
};

const isHeldBy = (job: Job, by: Speaker): job is Processing => job.status === 'processing' && speaks(job, by);

/**
 * The queue shows a message again only when its worker is surely gone (visibility ≥ 6 × the worker's time-out), so a
 * later delivery of the claiming message takes the job over. Another message is a duplicate and is left alone. A task outlives
 * its worker: nobody takes it over.
 */
const takesOver = ({ working }: Processing, { messageId, receiveCount }: Claim): boolean =>
  working.taskId === undefined && working.claim.messageId === messageId && working.claim.receiveCount < receiveCount;

const isLate = ({ deadline }: Accepted, at: string): boolean => Date.parse(at) >= Date.parse(deadline);

/** Who was at work. */
const madeBy = (job: Job) =>
  job.status === 'processing' ? { provider: job.working.provider, model: job.working.model } : {};

const abandonedBy = (job: Job) => {
  const abandoned = taskOf(job);
  return abandoned ? { abandoned } : {};
};

const deadlinePassed = (job: Job, at: string, task: object = abandonedBy(job)): JobEvent => ({
  type: 'JobFailed',
  reason: 'deadline',
  message: 'The job was not done in time.',
  at,
  ...madeBy(job),
  ...task,
});

const request = (command: commands.RequestJob, job: Job): JobDecision => {
  if (job.status !== 'pending')
    return job.fingerprint === command.fingerprint ? accept() : reject('idempotency-mismatch');
  const { type: _, at, served, optionPrompts, inputs, ...facts } = command;
  const requested: JobEvent = {
    type: 'JobRequested',
    tool: facts.tool,
    params: facts.params,
    ...(optionPrompts ? { optionPrompts: { ...optionPrompts } } : {}),
    inputs: [...inputs],
    fingerprint: facts.fingerprint,
    quote: facts.quote,
    remaining: facts.remaining,
    requestedAt: at,
    deadline: facts.deadline,
    ...(facts.cache ? { cache: facts.cache } : {}),
    ...(facts.parent ? { parent: facts.parent } : {}),
    ...(facts.retryOf ? { retryOf: facts.retryOf } : {}),
    ...(facts.paying ? { paying: true } : {}),
    ...(facts.title === undefined ? {} : { title: facts.title }),
    ...(served ? { fromCache: true } : {}),
  };
  if (!served) return accept(requested);
  const { from, outputs, usage } = served;
  return accept<JobEvent>(requested, {
    type: 'JobSucceeded',
    outputs: [...outputs],
    usage,
    cost: 0,
    at,
    servedFrom: from as NonNullable<Extract<JobEvent, { type: 'JobSucceeded' }>['servedFrom']>,
  });
};

const workerLost = ({ working: { attempt, provider, model } }: Processing): JobEvent => ({
  type: 'AttemptFailed',
  attempt,
  provider,
  model,
  failure: 'worker-lost',
  message: 'The worker stopped before it was done.',
});

const start = ({ at, claim, provider, model }: commands.StartJob, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (isEnded(job) || job.status === 'removed') return accept();
  if (job.status === 'processing' && !takesOver(job, claim)) return accept();
  const lost: readonly JobEvent[] = job.status === 'processing' ? [workerLost(job)] : [];
  if (isLate(job, at)) return accept<JobEvent>(...lost, deadlinePassed(job, at));
  if (job.attempts >= maxAttempts)
    return accept<JobEvent>(...lost, {
      type: 'JobFailed',
      reason: 'failed',
      message: `The job was given up after ${maxAttempts} attempts.`,
      at,
    });
  return accept<JobEvent>(...lost, { type: 'JobStarted', attempt: job.attempts + 1, provider, model, claim });
};

const submit = ({ at, by, taskId }: commands.SubmitJob, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (job.status !== 'processing' || job.working.taskId !== undefined) return accept();
  const { attempt, provider, model } = job.working;
  const isOwn =
    'claim' in by ? speaks(job, by) : by.attempt === attempt && by.provider === provider && by.model === model;
  if (!isOwn) return accept();
  const submitted: JobEvent = { type: 'JobSubmitted', attempt, provider, model, taskId };
  // A task for which there is no time left is told to stop.
  if (isLate(job, at))
    return accept<JobEvent>(submitted, deadlinePassed(job, at, { abandoned: { provider, model, taskId } }));
  return accept(submitted);
};

const progress = ({ at, taskId, progress: told }: commands.ReportProgress, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (!isHeldBy(job, { taskId })) return accept();
  if (isLate(job, at)) return accept(deadlinePassed(job, at));
  const step = Math.min(99, Math.floor(told));
  const before = job.working.progress ?? 0;
  return step - before >= progressStep ? accept({ type: 'JobProgressed', progress: step }) : accept();
};

const causeOf = ({ cause }: { readonly cause?: string | undefined }) => (cause === undefined ? {} : { cause });

const failAttempt = (command: commands.FailAttempt, job: Job): JobDecision => {
  const { at, by, failure, message, passOver = [], pauseSeconds } = command;
  if (job.status === 'pending') return reject('job-not-found');
  if (!isHeldBy(job, by)) return accept();
  const { attempt, provider, model } = job.working;
  const failed: JobEvent = {
    type: 'AttemptFailed',
    attempt,
    provider,
    model,
    failure,
    message,
    ...causeOf(command),
    ...(failure === 'next-model' ? { passedOver: [...new Set([choiceOf(job.working), ...passOver])] } : {}),
  };
  if (isLate(job, at)) return accept<JobEvent>(failed, deadlinePassed(job, at, {}));
  if (failure === 'transient' && job.attempts >= maxAttempts)
    return accept<JobEvent>(failed, {
      type: 'JobFailed',
      reason: 'failed',
      message,
      ...causeOf(command),
      at,
      ...madeBy(job),
    });
  // No worker's message comes again for a task.
  return accept('taskId' in by ? { ...failed, againAfterSeconds: pauseSeconds ?? 0 } : failed);
};

const succeed = ({ at, by, outputs, usage, cost }: commands.SucceedJob, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  if (!isHeldBy(job, by)) return accept();
  // The hold may be swept soon after the deadline, so a late result must not be charged to it.
  if (isLate(job, at)) return accept(deadlinePassed(job, at, {}));
  return accept({
    type: 'JobSucceeded',
    outputs: [...outputs],
    usage,
    cost: Math.min(cost, job.quote),
    at,
    ...madeBy(job),
  });
};

const fail = (command: commands.FailJob, job: Job): JobDecision => {
  const { at, by, reason, message } = command;
  if (job.status === 'pending') return reject('job-not-found');
  if (isEnded(job) || job.status === 'removed' || (by && !isHeldBy(job, by))) return accept();
  // A task that says itself that it failed need not be told to stop.
  const failed = { type: 'JobFailed', reason, message, ...causeOf(command), at } as const;
  return accept({ ...failed, ...madeBy(job), ...(by ? {} : abandonedBy(job)) });
};

const cancel = ({ at }: commands.CancelJob, job: Job): JobDecision => {
  switch (job.status) {
    case 'pending':
    case 'removed':
      return reject('job-not-found');
    case 'cancelled':
      return accept();
    case 'completed':
    case 'failed':
      return reject('job-finished');
    case 'queued':
    case 'processing':
      return accept({ type: 'JobCancelled', at, ...abandonedBy(job) });
  }
};

/** Once for a job: a provider that repeats itself says nothing new. */
const recordLate = ({ taskId }: commands.RecordLateAnswer, job: Job): JobDecision =>
  isEnded(job) && !job.lateAnswer ? accept({ type: 'LateAnswerRecorded', taskId }) : accept();

/** Once: a job that is there, or was removed, stays as it is. */
const importJob = ({ facts }: commands.ImportJob, job: Job): JobDecision => {
  if (job.status !== 'pending') return accept();
  const { tool, params, status, outputs, cost, message, title, favourite, requestedAt, endedAt } = facts;
  return accept({
    type: 'JobImported',
    tool,
    params,
    status,
    outputs: [...outputs],
    cost,
    ...(message === undefined ? {} : { message }),
    ...(title === undefined ? {} : { title }),
    ...(favourite === undefined ? {} : { favourite }),
    requestedAt,
    endedAt,
  });
};

export const job: Decider<Job, JobCommand, JobEvent, JobRejection> = {
  initialState: { status: 'pending' },
  decide(command, state) {
    switch (command.type) {
      case 'RequestJob':
        return request(command, state);
      case 'StartJob':
        return start(command, state);
      case 'SubmitJob':
        return submit(command, state);
      case 'ReportProgress':
        return progress(command, state);
      case 'FailAttempt':
        return failAttempt(command, state);
      case 'SucceedJob':
        return succeed(command, state);
      case 'FailJob':
        return fail(command, state);
      case 'CancelJob':
        return cancel(command, state);
      case 'RecordLateAnswer':
        return recordLate(command, state);
      case 'RenameJob':
        return rename(command, state);
      case 'FavourJob':
        return favour(command, state);
      case 'RemoveJob':
        return remove(state);
      case 'RefundJob':
        return refund(command, state);
      case 'ImportJob':
        return importJob(command, state);
    }
  },
  evolve,
};

/** A job's stream begins with its owner, so that nobody else's token leads to it. @example jobStream({ app, user }, 'gen_…') */
export const jobStream = (owner: Owner, id: string): string => `${ownerKey(owner)}#${id}`;

export const parseJobStream = (stream: string): { readonly owner: Owner; readonly id: string } => {
  const { app, user, rest } = parseOwnerKey(stream);
  return { owner: { app, user }, id: rest.join('#') };
};
