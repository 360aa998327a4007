/** What can be asked of a job, and how it may refuse. */
import type { AttemptFailure, Claim, FailureReason, JobEvent, JobInput, JobOutput, Usage } from './job-events.ts';

interface At {
  /** ISO-8601 UTC. */
  readonly at: string;
}

/** Who speaks for the attempt under way: the delivery that started it or, once there is one, its task. */
export type Speaker = { readonly claim: Claim } | { readonly taskId: string };

interface Result {
  readonly outputs: readonly JobOutput[];
  readonly usage: Usage;
  readonly cost: number;
}

export type RequestJob = At &
  Omit<
    Extract<JobEvent, { type: 'JobRequested' }>,
    'type' | 'inputs' | 'optionPrompts' | 'requestedAt' | 'fromCache'
  > & {
    readonly type: 'RequestJob';
    readonly inputs: readonly JobInput[];
    readonly optionPrompts?: Readonly<Record<string, string>> | undefined;
    /** An equal request's result, copied: the job is requested and done at once, and costs nothing. */
    readonly served?:
      | { readonly from: string; readonly outputs: readonly JobOutput[]; readonly usage: Usage }
      | undefined;
  };
export type StartJob = At & {
  readonly type: 'StartJob';
  readonly claim: Claim;
  readonly provider: string;
  readonly model: string;
};
/** By its worker; or by the attempt, when a webhook tells of a task whose submission was not recorded. */
export type SubmitJob = At & {
  readonly type: 'SubmitJob';
  readonly by:
    | { readonly claim: Claim }
    | { readonly attempt: number; readonly provider: string; readonly model: string };
  readonly taskId: string;
};
export type ReportProgress = At & {
  readonly type: 'ReportProgress';
  readonly taskId: string;
  readonly progress: number;
};
export type FailAttempt = At & {
  readonly type: 'FailAttempt';
  readonly by: Speaker;
  readonly failure: Exclude<AttemptFailure, 'worker-lost'>;
  readonly message: string;
  /** What only admins may see of it. */
  readonly cause?: string | undefined;
  /** With `next-model`: choices that this attempt does not try again, beside the one that failed. */
  readonly passOver?: readonly string[] | undefined;
  /** The pause before the next attempt, when a task failed. */
  readonly pauseSeconds?: number | undefined;
};
export type SucceedJob = At & Result & { readonly type: 'SucceedJob'; readonly by: Speaker };
/** Without a speaker the system speaks: the job ends whoever works on it. */
export type FailJob = At & {
  readonly type: 'FailJob';
  readonly by?: Speaker | undefined;
  readonly reason: FailureReason;
  readonly message: string;
  /** What only admins may see of it. */
  readonly cause?: string | undefined;
};
export type CancelJob = At & { readonly type: 'CancelJob' };
export type RecordLateAnswer = At & { readonly type: 'RecordLateAnswer'; readonly taskId: string };
export type RenameJob = At & { readonly type: 'RenameJob'; readonly title: string };
export type FavourJob = At & { readonly type: 'FavourJob'; readonly favourite: boolean };
export type RemoveJob = At & { readonly type: 'RemoveJob' };
/** Gives back what a completed job was charged here, whole. */
export type RefundJob = At & { readonly type: 'RefundJob'; readonly reason: string };
/** Keeps what ran before the app moved here. */
export type ImportJob = At & {
  readonly type: 'ImportJob';
  readonly facts: Omit<Extract<JobEvent, { type: 'JobImported' }>, 'type'>;
};

export type JobCommand =
  | RequestJob
  | StartJob
  | SubmitJob
  | ReportProgress
  | FailAttempt
  | SucceedJob
  | FailJob
  | CancelJob
  | RecordLateAnswer
  | RenameJob
  | FavourJob
  | RemoveJob
  | RefundJob
  | ImportJob;

export type JobRejection =
  | 'idempotency-mismatch'
  | 'job-not-found'
  | 'job-finished'
  /** It waits or is worked on: cancel it first. */
  | 'job-running'
  | 'job-removed'
  /** It is not completed, cost nothing, or was charged elsewhere: there is nothing to give back. */
  | 'job-not-charged'
  /** It was named and marked too often: each time is kept for good. */
  | 'changes-too-many';
