/**
 * What is known of a job at any moment. It rides on every event of the job, so a job is loaded by reading one item.
 */
import type { AbandonedTask, Claim, FailureReason, JobEvent, JobInput, JobOutput, Usage } from './job-events.ts';

type Requested = Extract<JobEvent, { type: 'JobRequested' }>;

/** What was accepted, and what every later status keeps of it. */
export interface Accepted extends Omit<Requested, 'type' | 'inputs' | 'title' | 'fromCache'> {
  readonly inputs: readonly JobInput[];
  /** Attempts that are over or under way. Going on with another model is the same attempt. */
  readonly attempts: number;
  /** Choices of provider and model that the attempt under way does not try again. */
  readonly passedOver?: readonly string[] | undefined;
  /** The owner's name for it. */
  readonly title?: string | undefined;
  readonly favourite?: boolean | undefined;
  /** How often its owner named or marked it. Absent: never. */
  readonly changes?: number | undefined;
}

export interface Working {
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  /** The delivery that started it. Once there is a task the claim is spent: the task is what the job waits for. */
  readonly claim: Claim;
  readonly taskId?: string | undefined;
  /** 1 to 99, as far as the provider tells. */
  readonly progress?: number | undefined;
}

interface Over {
  /** Absent in jobs of before it was kept: the time of their newest event. */
  readonly endedAt?: string | undefined;
  readonly lateAnswer?: boolean | undefined;
}

/** What an admin gave back of a completed job's cost: all of it, once. */
export interface Refund {
  readonly credits: number;
  readonly at: string;
}

/** `pending`: nothing was accepted yet. `removed`: its owner removed it; what remains proves what it cost. */
export type Job =
  | { readonly status: 'pending' }
  | (Accepted & { readonly status: 'queued' })
  | (Accepted & { readonly status: 'processing'; readonly working: Working })
  | (Accepted &
      Over & {
        readonly status: 'completed';
        readonly outputs: readonly JobOutput[];
        readonly usage: Usage;
        readonly cost: number;
        readonly provider?: string | undefined;
        readonly model?: string | undefined;
        readonly servedFrom?: string | undefined;
        readonly refunded?: Refund | undefined;
      })
  | (Accepted & Over & { readonly status: 'failed'; readonly reason: FailureReason; readonly message: string })
  | (Accepted & Over & { readonly status: 'cancelled' })
  | (Pick<Accepted, 'tool' | 'fingerprint' | 'requestedAt'> & {
      readonly status: 'removed';
      /** How it had ended. */
      readonly ended:
        | { readonly status: 'completed' | 'cancelled'; readonly cost: number; readonly refunded?: Refund | undefined }
        | {
            readonly status: 'failed';
            readonly cost: 0;
            readonly reason: FailureReason;
          };
    });
export type JobStatus = Job['status'];
/** There is something to see. */
export type KnownJob = Exclude<Job, { status: 'pending' | 'removed' }>;
export type Processing = Extract<Job, { status: 'processing' }>;
export type EndedJob = Extract<Job, { status: 'completed' | 'failed' | 'cancelled' }>;

export const isKnown = (job: Job): job is KnownJob => job.status !== 'pending' && job.status !== 'removed';

/** Over, and still there. */
export const isEnded = (job: Job): job is EndedJob =>
  job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled';

/** In place of a request's, which is 64 digits: no request made it. */
export const importedFingerprint = 'imported';

/** It ran, and was charged, where the app was before; also when its owner removed it. */
export const isImported = (job: Job): boolean => job.status !== 'pending' && job.fingerprint === importedFingerprint;

/** Nothing that a worker or a task does can change it any more. */
export const isOver = (job: Job): boolean => isEnded(job) || job.status === 'removed';

/** How a provider's model is named among the choices of a tool. @example choiceOf({ provider: 'fal', model: 'x' }) // 'fal x' */
export const choiceOf = ({ provider, model }: { readonly provider: string; readonly model: string }): string =>
  `${provider} ${model}`;

/** The task that nobody will wait for once the job is over. */
export const taskOf = (job: Job): AbandonedTask | undefined => {
  if (job.status !== 'processing' || job.working.taskId === undefined) return undefined;
  const { provider, model, taskId } = job.working;
  return { provider, model, taskId };
};
