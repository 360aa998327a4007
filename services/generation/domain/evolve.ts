/** A job after one more of its events. */
import type { JobEvent } from './job-events.ts';
import { type Accepted, type EndedJob, importedFingerprint, isEnded, type Job, type KnownJob } from './job-state.ts';

const known = (job: Job): KnownJob => {
  if (job.status === 'pending' || job.status === 'removed')
    throw new Error(`nothing happens to a job that is ${job.status}`);
  return job;
};

/** What is left when a status's own facts are dropped. */
const accepted = (job: Job): Accepted => {
  const {
    tool,
    params,
    optionPrompts,
    inputs,
    fingerprint,
    quote,
    remaining,
    requestedAt,
    deadline,
    cache,
    parent,
    retryOf,
    paying,
    attempts,
    passedOver,
    title,
    favourite,
    changes,
  } = known(job);
  // What is absent stays absent: a state is compared with the fold of its events.
  return {
    tool,
    params,
    inputs,
    fingerprint,
    quote,
    remaining,
    requestedAt,
    deadline,
    attempts,
    ...(optionPrompts ? { optionPrompts } : {}),
    ...(cache ? { cache } : {}),
    ...(parent ? { parent } : {}),
    ...(retryOf ? { retryOf } : {}),
    ...(paying ? { paying } : {}),
    ...(passedOver ? { passedOver } : {}),
    ...(title === undefined ? {} : { title }),
    ...(favourite ? { favourite } : {}),
    ...(changes ? { changes } : {}),
  };
};

const changed = (job: Job) => ({ changes: (known(job).changes ?? 0) + 1 });

const ended = (job: Job): EndedJob => {
  if (!isEnded(job)) throw new Error(`a job that is ${job.status} has not ended`);
  return job;
};

const afterFailedAttempt = (job: Job, event: Extract<JobEvent, { type: 'AttemptFailed' }>): Job => {
  const { attempt, failure, passedOver = [] } = event;
  const { passedOver: before = [], ...facts } = accepted(job);
  // Another model goes on within the same attempt, so this start does not count.
  const all = [...new Set([...before, ...passedOver])];
  if (failure === 'next-model')
    return { ...facts, status: 'queued', attempts: attempt - 1, ...(all.length > 0 ? { passedOver: all } : {}) };
  // A worker that was lost says nothing about the models; after a pause every one may do again.
  const kept = failure === 'worker-lost' && before.length > 0 ? { passedOver: before } : {};
  return { ...facts, status: 'queued', attempts: attempt, ...kept };
};

const removed = (job: EndedJob): Job => {
  const { tool, fingerprint, requestedAt, status } = job;
  const facts = { status: 'removed', tool, fingerprint, requestedAt } as const;
  if (status === 'failed') return { ...facts, ended: { status, cost: 0, reason: job.reason } };
  if (status === 'cancelled') return { ...facts, ended: { status, cost: 0 } };
  return { ...facts, ended: { status, cost: job.cost, ...(job.refunded ? { refunded: job.refunded } : {}) } };
};

const refunded = (job: Job, { credits, at }: Extract<JobEvent, { type: 'JobRefunded' }>): Job => {
  const given = { refunded: { credits, at } };
  if (job.status === 'completed') return { ...job, ...given };
  if (job.status === 'removed' && job.ended.status === 'completed')
    return { ...job, ended: { ...job.ended, ...given } };
  throw new Error(`a job that is ${job.status} cost nothing`);
};

const withWork = (job: Job, change: { readonly taskId: string } | { readonly progress: number }): Job => {
  if (job.status !== 'processing') throw new Error(`a job that is ${job.status} is not worked on`);
  return { ...job, working: { ...job.working, ...change } };
};

const succeeded = (job: Job, event: Extract<JobEvent, { type: 'JobSucceeded' }>): Job => {
  const { outputs, usage, cost, at, provider, model, servedFrom } = event;
  const { passedOver: _, ...facts } = accepted(job);
  return {
    ...facts,
    status: 'completed',
    outputs,
    usage,
    cost,
    ...(provider ? { provider } : {}),
    ...(model ? { model } : {}),
    ...(at ? { endedAt: at } : {}),
    ...(servedFrom ? { servedFrom } : {}),
  };
};

const imported = (event: Extract<JobEvent, { type: 'JobImported' }>): Job => {
  const { tool, params, status, outputs, cost, message = 'It failed.', title, favourite, requestedAt, endedAt } = event;
  const facts: Accepted & { endedAt: string } = {
    tool,
    params,
    inputs: [],
    fingerprint: importedFingerprint,
    quote: cost,
    requestedAt,
    deadline: endedAt,
    attempts: 0,
    endedAt,
    ...(title === undefined ? {} : { title }),
    ...(favourite ? { favourite } : {}),
  };
  switch (status) {
    case 'completed':
      return { ...facts, status, outputs, usage: {}, cost };
    case 'failed':
      return { ...facts, status, reason: 'failed', message };
    case 'cancelled':
      return { ...facts, status };
  }
};

export const evolve = (job: Job, event: JobEvent): Job => {
  switch (event.type) {
    case 'JobRequested': {
      const { type: _, fromCache: __, ...facts } = event;
      return { status: 'queued', ...facts, attempts: 0 };
    }
    case 'JobStarted': {
      const { attempt, provider, model, claim } = event;
      return {
        ...accepted(job),
        status: 'processing',
        attempts: attempt,
        working: { attempt, provider, model, claim },
      };
    }
    case 'JobSubmitted':
      return withWork(job, { taskId: event.taskId });
    case 'JobProgressed':
      return withWork(job, { progress: event.progress });
    case 'AttemptFailed':
      return afterFailedAttempt(job, event);
    case 'JobSucceeded':
      return succeeded(job, event);
    case 'JobFailed': {
      const { reason, message, at } = event;
      return { ...accepted(job), status: 'failed', reason, message, ...(at ? { endedAt: at } : {}) };
    }
    case 'JobCancelled':
      return { ...accepted(job), status: 'cancelled', ...(event.at ? { endedAt: event.at } : {}) };
    case 'LateAnswerRecorded':
      return { ...ended(job), lateAnswer: true };
    case 'JobRenamed':
      return { ...known(job), title: event.title, ...changed(job) };
    case 'JobFavoured': {
      const { favourite: _, ...rest } = known(job);
      return event.favourite ? { ...rest, favourite: true, ...changed(job) } : { ...rest, ...changed(job) };
    }
    case 'JobRemoved':
      return removed(ended(job));
    case 'JobImported':
      return imported(event);
    case 'JobRefunded':
      return refunded(job, event);
  }
};
