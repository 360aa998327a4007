/** What happens to a job. Stored for good: a changed shape must still read every fixture in `fixtures/job-events.json`. */
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';

const credits = z.int().min(0).max(1_000_000);
const time = z.iso.datetime();
const message = z.string().max(500);

/** Which delivery of which queue message a worker acts for. */
export const claim = z.object({ messageId: z.string().min(1).max(128), receiveCount: z.int().min(1) });
export type Claim = z.infer<typeof claim>;

/** An input as it was when the job was accepted; `etag` pins the very bytes. */
export const jobInput = z.object({
  asset: idSchema('ast'),
  contentType: z.string(),
  bytes: z.int().min(1),
  sha256: z.string(),
  etag: z.string(),
});
export type JobInput = z.infer<typeof jobInput>;

export const jobOutput = z.object({
  kind: z.enum(['image', 'audio', 'video', 'text', 'json']),
  contentType: z.string(),
  bytes: z.int().min(1),
  sha256: z.string(),
  /** Where it lies in the outputs bucket. */
  key: z.string(),
  width: z.int().optional(),
  height: z.int().optional(),
});
export type JobOutput = z.infer<typeof jobOutput>;

/** What the provider says it used; each provider counts what it charges for. */
export const usage = z.object({
  inputTokens: z.int().min(0).optional(),
  outputTokens: z.int().min(0).optional(),
  computeMs: z.int().min(0).optional(),
});
export type Usage = z.infer<typeof usage>;

const attempt = {
  attempt: z.int().min(1),
  provider: z.string(),
  model: z.string(),
};

/** `transient`: the same may succeed later. `next-model`: another model may succeed now. */
export const attemptFailure = z.enum(['transient', 'next-model', 'worker-lost']);
export type AttemptFailure = z.infer<typeof attemptFailure>;
export const failureReason = z.enum(['failed', 'blocked', 'deadline']);
export type FailureReason = z.infer<typeof failureReason>;

/** Accepted: validated, its credits held. */
export const jobRequested = z.object({
  type: z.literal('JobRequested'),
  tool: z.string(),
  params: z.record(z.string(), z.json()),
  /** By parameter: what the provider is told in place of the option's id, as the offer had it then. The owner never sees it. */
  optionPrompts: z.record(z.string(), z.string().max(2_000)).optional(),
  inputs: z.array(jobInput).max(8),
  /** SHA-256 of the request: the same idempotency key with another one is a mistake of the client. */
  fingerprint: z.string(),
  /** Held credits: the most that the job may cost. */
  quote: credits,
  /** What the owner could still spend right after the hold, so that a repeated request gets the same answer. A free run holds nothing. */
  remaining: credits.optional(),
  requestedAt: time,
  /** A job that has not ended by then fails. */
  deadline: time,
});
export const jobStarted = z.object({ type: z.literal('JobStarted'), ...attempt, claim });
export const attemptFailed = z.object({
  type: z.literal('AttemptFailed'),
  ...attempt,
  failure: attemptFailure,
  message,
});
export const jobSucceeded = z.object({
  type: z.literal('JobSucceeded'),
  outputs: z.array(jobOutput).min(1).max(8),
  usage,
  cost: credits,
});
export const jobFailed = z.object({ type: z.literal('JobFailed'), reason: failureReason, message });
export const jobCancelled = z.object({ type: z.literal('JobCancelled') });

export const jobEvent = z.discriminatedUnion('type', [
  jobRequested,
  jobStarted,
  attemptFailed,
  jobSucceeded,
  jobFailed,
  jobCancelled,
]);
export type JobEvent = z.infer<typeof jobEvent>;
