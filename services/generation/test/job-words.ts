/** What is said of a job in tests: commands and events of one small job, with its times and claims. */
import { given } from '#shared/testing/given.ts';
import { type JobCommand, type JobRejection, job } from '../domain/job.ts';
import type { Speaker } from '../domain/job-commands.ts';
import type { AbandonedTask, Claim, JobEvent, JobOutput } from '../domain/job-events.ts';

export const at = '2026-11-20T10:00:00.000Z';
export const deadline = '2026-11-20T10:02:00.000Z';
export const late = '2026-11-20T10:02:00.001Z';
export const first: Claim = { messageId: 'm-1', receiveCount: 1 };
export const second: Claim = { messageId: 'm-1', receiveCount: 2 };
export const duplicate: Claim = { messageId: 'm-2', receiveCount: 7 };
export const sandbox = { provider: 'sandbox', model: 'sandbox-1' };
export const other = { provider: 'fal', model: 'fal-ai/any' };
export const earlier = 'gen_0199c2d4-3333-8000-8000-000000000003';
export const output: JobOutput = {
  kind: 'image',
  contentType: 'image/png',
  bytes: 9,
  sha256: 'ab',
  key: 'outputs/a/u/j/0.png',
};

export const asked = {
  tool: 'photo-filter',
  params: { filter: 'sepia' },
  inputs: [],
  quote: 4,
  remaining: 6,
  deadline,
};
export const request = { type: 'RequestJob', at, fingerprint: 'f-1', ...asked } satisfies JobCommand;
export const requested = {
  type: 'JobRequested',
  fingerprint: 'f-1',
  requestedAt: at,
  ...asked,
} satisfies JobEvent;

export const start = (claim: Claim, when = at, choice = sandbox): JobCommand => ({
  type: 'StartJob',
  at: when,
  claim,
  ...choice,
});
export const started = (claim: Claim, attempt = 1, choice = sandbox): JobEvent => ({
  type: 'JobStarted',
  attempt,
  claim,
  ...choice,
});
export const submit = (
  by: { claim: Claim } | { attempt: number; provider: string; model: string },
  taskId = 't-1',
  when = at,
): JobCommand => ({ type: 'SubmitJob', at: when, by, taskId });
export const submitted = (taskId = 't-1', attempt = 1): JobEvent => ({
  type: 'JobSubmitted',
  attempt,
  taskId,
  ...sandbox,
});
export const report = (progress: number, taskId = 't-1', when = at): JobCommand => ({
  type: 'ReportProgress',
  at: when,
  taskId,
  progress,
});
export const progressed = (progress: number): JobEvent => ({ type: 'JobProgressed', progress });

export const failAttempt = (
  by: Speaker,
  failure: 'transient' | 'next-model' = 'transient',
  when = at,
  more: { passOver?: readonly string[]; pauseSeconds?: number } = {},
): JobCommand => ({ type: 'FailAttempt', at: when, by, failure, message: 'busy', ...more });
export const attemptFailed = (
  attempt: number,
  failure: 'transient' | 'next-model' | 'worker-lost',
  more: { passedOver?: string[]; againAfterSeconds?: number } = {},
): JobEvent => ({
  type: 'AttemptFailed',
  attempt,
  failure,
  message: failure === 'worker-lost' ? 'The worker stopped before it was done.' : 'busy',
  ...(failure === 'next-model' ? { passedOver: ['sandbox sandbox-1'] } : {}),
  ...sandbox,
  ...more,
});

export const succeed = (by: Speaker, cost = 4, when = at): JobCommand => ({
  type: 'SucceedJob',
  at: when,
  by,
  outputs: [output],
  usage: {},
  cost,
});
export const succeeded = (cost = 4): JobEvent => ({
  type: 'JobSucceeded',
  outputs: [output],
  usage: {},
  cost,
  at,
  ...sandbox,
});
export const fail = (
  by: Speaker | undefined,
  reason: 'failed' | 'blocked' | 'deadline' = 'failed',
  when = at,
): JobCommand => ({ type: 'FailJob', at: when, reason, message: 'x', ...(by ? { by } : {}) });
/** While nobody was at work, unless `of` says otherwise. */
export const failed = (
  reason: 'failed' | 'blocked' | 'deadline',
  message = 'x',
  of: { at?: string; provider?: string; model?: string; abandoned?: AbandonedTask } = {},
): JobEvent => ({ type: 'JobFailed', reason, message, at, ...of });
export const tooLate = (when: string, of: { provider?: string; model?: string; abandoned?: AbandonedTask } = {}) =>
  failed('deadline', 'The job was not done in time.', { at: when, ...of });
/** By an admin. */
export const refund = (reason = 'the picture was torn', when = at): JobCommand => ({
  type: 'RefundJob',
  at: when,
  reason,
});
export const refunded = (credits = 4, reason = 'the picture was torn'): JobEvent => ({
  type: 'JobRefunded',
  credits,
  reason,
  at,
});
export const cancel: JobCommand = { type: 'CancelJob', at };
export const cancelled: JobEvent = { type: 'JobCancelled', at };
export const abandoned = (taskId = 't-1') => ({ abandoned: { ...sandbox, taskId } });

export type Rule = [
  rule: string,
  history: readonly JobEvent[],
  command: JobCommand,
  outcome: readonly JobEvent[] | JobRejection,
];
/** Given this history, when this command comes, then this follows. */
export const holds = (_: string, history: Rule[1], command: Rule[2], outcome: Rule[3]): void => {
  const decided = given(job, history).when(command);
  if (typeof outcome === 'string') decided.thenRejected(outcome);
  else decided.then(outcome);
};
