/** What happens to a job. Stored for good: a changed shape must still read every fixture in `fixtures/job-events.json`. */
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';

const credits = z.int().min(0).max(1_000_000);
const time = z.iso.datetime();
const message = z.string().max(500);
/** What only an app's admins may see of why it failed. */
const cause = z.string().max(500);
/** Why somebody did it, in their own words. */
const reason = z.string().min(1).max(200);
const taskId = z.string().min(1).max(500);

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
  title: z.string().max(200).optional(),
  durationSeconds: z.number().min(0).optional(),
  /** A small WebP of a picture. */
  thumbnail: z.object({ key: z.string(), bytes: z.int().min(1), width: z.int(), height: z.int() }).optional(),
});
export type JobOutput = z.infer<typeof jobOutput>;

/** What the provider says it used; each provider counts what it charges for. */
export const usage = z.object({
  inputTokens: z.int().min(0).optional(),
  outputTokens: z.int().min(0).optional(),
  computeMs: z.int().min(0).optional(),
  /** The model that answered, as the provider names it. */
  model: z.string().max(200).optional(),
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
  /** What the owner could still spend right after the hold, so that a repeated request gets the same answer. */
  remaining: credits.optional(),
  requestedAt: time,
  /** A job that has not ended by then fails. */
  deadline: time,
  /** What equal requests of the owner share, and for how many seconds the result answers them. */
  cache: z.object({ key: z.string(), seconds: z.int().min(1) }).optional(),
  /** The generation that this one is a variation of. */
  parent: idSchema('gen').optional(),
  /** The failed or cancelled generation that an admin had run again as this one. */
  retryOf: idSchema('gen').optional(),
  /** The owner's plan has a price: such jobs have a queue of their own. */
  paying: z.boolean().optional(),
  /** An equal request's result serves it: there is no work. */
  fromCache: z.boolean().optional(),
  /** The name it begins with. */
  title: z.string().max(200).optional(),
});
export const jobStarted = z.object({ type: z.literal('JobStarted'), ...attempt, claim });
/** The provider works on, and will tell or be asked. From here on the task, not a worker, is what the job waits for. */
export const jobSubmitted = z.object({ type: z.literal('JobSubmitted'), ...attempt, taskId });
/** Coarse: a step of ten at least. 1 to 99. */
export const jobProgressed = z.object({ type: z.literal('JobProgressed'), progress: z.int().min(1).max(99) });
export const attemptFailed = z.object({
  type: z.literal('AttemptFailed'),
  ...attempt,
  failure: attemptFailure,
  message,
  cause: cause.optional(),
  /** Choices of provider and model that this attempt does not try again. */
  passedOver: z.array(z.string()).max(32).optional(),
  /** A task failed, which no message waits for: a new one goes into the queue after this pause. */
  againAfterSeconds: z.int().min(0).max(900).optional(),
});
/** A provider's task that nobody waits for any more, for it to stop. */
export const abandonedTask = z.object({ provider: z.string(), model: z.string(), taskId });
export type AbandonedTask = z.infer<typeof abandonedTask>;
export const jobSucceeded = z.object({
  type: z.literal('JobSucceeded'),
  outputs: z.array(jobOutput).min(1).max(8),
  usage,
  cost: credits,
  at: time.optional(),
  /** Who made it. Absent when it was served from the cache. */
  provider: z.string().optional(),
  model: z.string().optional(),
  /** The earlier job whose result it was. */
  servedFrom: idSchema('gen').optional(),
});
export const jobFailed = z.object({
  type: z.literal('JobFailed'),
  reason: failureReason,
  message,
  cause: cause.optional(),
  at: time.optional(),
  /** Who was at work when it ended. */
  provider: z.string().optional(),
  model: z.string().optional(),
  abandoned: abandonedTask.optional(),
});
export const jobCancelled = z.object({
  type: z.literal('JobCancelled'),
  at: time.optional(),
  abandoned: abandonedTask.optional(),
});
/** A task told of its end when the job had ended: kept, and nothing follows from it. */
export const lateAnswerRecorded = z.object({ type: z.literal('LateAnswerRecorded'), taskId });
/** The owner's own name for it. */
export const jobRenamed = z.object({ type: z.literal('JobRenamed'), title: z.string().min(1).max(200) });
export const jobFavoured = z.object({ type: z.literal('JobFavoured'), favourite: z.boolean() });
/** The owner removed it, and its files go. */
export const jobRemoved = z.object({ type: z.literal('JobRemoved') });

/** An admin gave back what it had cost. */
export const jobRefunded = z.object({
  type: z.literal('JobRefunded'),
  credits: credits.min(1),
  reason,
  at: time,
});

/** It ran where the app was before: a job that is over from its first event on, for which nothing is to be done here. */
export const jobImported = z.object({
  type: z.literal('JobImported'),
  tool: z.string().max(60),
  params: z.record(z.string(), z.json()),
  status: z.enum(['completed', 'failed', 'cancelled']),
  /** Of one that is completed. Its files may be gone. */
  outputs: z.array(jobOutput).max(8),
  cost: credits,
  /** Why it failed. */
  message: message.optional(),
  title: z.string().min(1).max(200).optional(),
  favourite: z.literal(true).optional(),
  requestedAt: time,
  endedAt: time,
});

export const jobEvent = z.discriminatedUnion('type', [
  jobRequested,
  jobStarted,
  jobSubmitted,
  jobProgressed,
  attemptFailed,
  jobSucceeded,
  jobFailed,
  jobCancelled,
  lateAnswerRecorded,
  jobRenamed,
  jobFavoured,
  jobRemoved,
  jobImported,
  jobRefunded,
]);
export type JobEvent = z.infer<typeof jobEvent>;
