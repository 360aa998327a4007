/** What others know of generations: the shapes of its HTTP interface, and the events that tell of a job. */
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { publishedEvent } from '#shared/messaging/published-event.ts';
import { appId, userId } from '#shared/owner.ts';

const credits = z.int().min(0).max(1_000_000);
const time = z.iso.datetime();

/** Characters of the part that signs the URL which a provider is given for its webhook. */
export const maxCallbackLength = 1_000;

/** Bytes of an upload at most. */
export const maxUploadBytes = 10 * 1024 * 1024;
/** What may be uploaded. */
export const uploadType = z.enum(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);
export type UploadType = z.infer<typeof uploadType>;

export const assetStatus = z.enum(['awaiting_upload', 'ready', 'rejected']);
export const newAsset = z.strictObject({
  content_type: uploadType,
  /** Bytes of the file; more than this is not taken. */
  bytes: z.int().min(1).max(maxUploadBytes),
  file_name: z.string().min(1).max(255).optional(),
});

/** Null takes the name off. */
export const assetPatch = z.strictObject({ file_name: newAsset.shape.file_name.unwrap().nullable() });

/** A signed URL and when it stops working. */
const signedUrl = { url: z.url(), url_expires_at: time };

export const asset = z.object({
  id: idSchema('ast'),
  status: assetStatus,
  content_type: uploadType,
  bytes: z.int(),
  file_name: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** Why it was rejected. */
  reason: z.string().nullable(),
  created_at: time,
  url: signedUrl.url.nullable(),
  url_expires_at: signedUrl.url_expires_at.nullable(),
});
/** Where to send the file: a form with these fields first and the file as `file`, last. */
export const createdAsset = z.object({
  id: idSchema('ast'),
  status: z.literal('awaiting_upload'),
  upload: z.object({ url: z.url(), fields: z.record(z.string(), z.string()), expires_at: time }),
});

const telling = (string: z.ZodString) =>
  string
    .refine((value) => value.isWellFormed(), 'holds half a character')
    .refine((value) => !value.includes('\u0000'), 'holds a NUL')
    .refine((value) => value.trim() !== '', 'is blank');
/** Text that says something, in characters that UTF-8 and any provider can hold. */
export const text = (maxLength: number) => telling(z.string().max(maxLength));
/** A name; blanks around it are not part of it. */
export const title = telling(z.string().trim().max(200));

const promptFields = {
  title,
  text: text(8_000),
  thumbnail_asset_id: idSchema('ast'),
  second_image_asset_id: idSchema('ast'),
};
export const newPrompt = z.strictObject({
  title: promptFields.title.optional(),
  text: promptFields.text,
  thumbnail_asset_id: promptFields.thumbnail_asset_id.optional(),
  second_image_asset_id: promptFields.second_image_asset_id.optional(),
});
/** What is not given stays as it is; null clears it. */
export const promptPatch = z.strictObject({
  title: promptFields.title.nullable().optional(),
  text: promptFields.text.optional(),
  thumbnail_asset_id: promptFields.thumbnail_asset_id.nullable().optional(),
  second_image_asset_id: promptFields.second_image_asset_id.nullable().optional(),
});
const promptImage = z.object(signedUrl).nullable();
export const prompt = z.object({
  id: idSchema('prm'),
  title: z.string().nullable(),
  text: z.string(),
  thumbnail_asset_id: idSchema('ast').nullable(),
  /** Null as well when the asset is gone. */
  thumbnail: promptImage,
  second_image_asset_id: idSchema('ast').nullable(),
  second_image: promptImage,
  created_at: time,
  updated_at: time,
});

export const jobStatus = z.enum(['pending', 'queued', 'processing', 'completed', 'failed', 'cancelled']);
export const outputKind = z.enum(['image', 'audio', 'video', 'text', 'json']);

export const newGeneration = z.strictObject({
  tool: z.string().min(1).max(60),
  params: z.record(z.string().max(100), z.json()).default({}),
  inputs: z.array(idSchema('ast')).max(8).default([]),
  /** One of the caller's prompts: its text, as it is now, in place of `params.prompt`. */
  prompt_id: idSchema('prm').optional(),
  /** A name for the library. Default: `params.title`, where the tool has one. */
  title: title.optional(),
  /** One of the caller's generations: this one is a variation of it, and of what that one is a variation of. */
  variation_of: idSchema('gen').optional(),
  /** Runs anew, even where the result of an equal request is kept. */
  refresh: z.boolean().default(false),
});
export const acceptedGeneration = z.object({
  id: idSchema('gen'),
  status: jobStatus,
  cost_credits: credits,
  /** What can still be spent once this run's credits are held; null where that is not known. */
  remaining_credits: credits.nullable(),
});

export const generationOutput = z.object({
  kind: outputKind,
  content_type: z.string(),
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** As the provider named it: one of a song's variations. */
  title: z.string().nullable(),
  duration_seconds: z.number().nullable(),
  ...signedUrl,
  /** A small WebP of a picture. */
  thumbnail: z.object({ width: z.int(), height: z.int(), ...signedUrl }).nullable(),
});
export const generation = z.object({
  id: idSchema('gen'),
  status: jobStatus,
  tool: z.string(),
  params: z.record(z.string(), z.json()),
  inputs: z.array(idSchema('ast')),
  /** 0 to 100. */
  progress: z.int().min(0).max(100),
  attempts: z.int(),
  title: z.string().nullable(),
  favourite: z.boolean(),
  /** The first of its family, which may have been removed since. Null: it is the first itself. */
  variation_of: idSchema('gen').nullable(),
  /** How often it was played; null for what is neither to listen to nor to watch. */
  plays: z.int().min(0).nullable(),
  /** Whether it is the result of an equal, earlier request, at no cost. */
  cached: z.boolean(),
  /** The quote while it runs, the charge once it is completed, 0 when it failed or was cancelled. */
  cost_credits: credits,
  /** What came back of the charge later: all of it, or nothing. */
  refunded_credits: credits,
  error: z.object({ reason: z.string(), message: z.string() }).nullable(),
  created_at: time,
  completed_at: time.nullable(),
  outputs: z.array(generationOutput),
});
export type Generation = z.infer<typeof generation>;

/** One line of a job's audit trail. */
export const generationEventView = z.object({
  version: z.int(),
  type: z.string(),
  at: time,
  actor: z.string(),
  data: z.record(z.string(), z.json()),
});
export const cancelledGeneration = z.object({ id: idSchema('gen'), status: z.literal('cancelled') });

/** `title` and `favourite`: as they are after the event. Events of before they were told have none. */
const job = {
  jobId: z.string(),
  tool: z.string(),
  title: z.string().nullable().optional(),
  favourite: z.boolean().optional(),
};
const jobOutputs = z.array(z.object({ kind: z.string(), contentType: z.string(), bytes: z.int() }));

/** Accepted: its credits are held. */
export const jobRequested = publishedEvent('JobRequested', z.object({ ...job, quote: credits }));
/** A worker has taken it. */
export const jobStarted = publishedEvent(
  'JobStarted',
  z.object({ ...job, attempt: z.int(), provider: z.string(), model: z.string() }),
);
/** Done. `cost`: what the job really costs, at most the quote; the hold settles to it. */
export const jobSucceeded = publishedEvent(
  'JobSucceeded',
  z.object({
    ...job,
    cost: credits,
    outputs: jobOutputs,
    /** Who made it; absent when it was served from the cache. */
    provider: z.string().optional(),
    model: z.string().optional(),
    /** What the provider says it used: tokens, and milliseconds of computing. */
    usage: z
      .object({
        inputTokens: z.int().optional(),
        outputTokens: z.int().optional(),
        computeMs: z.int().optional(),
        model: z.string().optional(),
      })
      .optional(),
    /** The result of an equal, earlier request, at no cost. */
    cached: z.boolean().optional(),
  }),
);
/** How far a slow one is, in steps of ten at least. */
export const jobProgressed = publishedEvent('JobProgressed', z.object({ ...job, progress: z.int().min(1).max(99) }));
/** Its owner gave it another name, or marked it. */
export const jobChanged = publishedEvent(
  'JobChanged',
  z.object({
    ...job,
    title: z.string().nullable(),
    favourite: z.boolean(),
    /** How the job stands: whoever hears of this change alone knows all. Events of before it was told have none. */
    standing: z
      .object({
        status: jobStatus,
        progress: z.int().min(0).max(100),
        cost: credits,
        outputs: jobOutputs,
        error: z.object({ reason: z.string(), message: z.string() }).nullable(),
      })
      .optional(),
  }),
);
/** Its owner removed it, with its files. */
export const jobRemoved = publishedEvent('JobRemoved', z.object({ jobId: job.jobId, tool: job.tool }));
/** Over without a result and without a charge. `blocked`: the provider's moderation refused it. */
export const jobFailed = publishedEvent(
  'JobFailed',
  z.object({
    ...job,
    reason: z.enum(['failed', 'blocked', 'deadline']),
    message: z.string(),
    provider: z.string().optional(),
    model: z.string().optional(),
  }),
);
/** What it had cost is to be given back, once by the job's id: `by` an admin, for a `reason` in their own words. */
export const jobRefunded = publishedEvent(
  'JobRefunded',
  z.object({
    jobId: job.jobId,
    tool: job.tool,
    credits: credits.min(1),
    reason: z.string().max(200),
    by: z.string().max(200),
  }),
);
/** Taken back by its owner, without a charge. */
export const jobCancelled = publishedEvent('JobCancelled', z.object(job));

/** Everything generation publishes. */
export const generationEvent = z.discriminatedUnion('type', [
  jobRequested,
  jobStarted,
  jobProgressed,
  jobSucceeded,
  jobFailed,
  jobCancelled,
  jobChanged,
  jobRemoved,
  jobRefunded,
]);
export type GenerationEvent = z.infer<typeof generationEvent>;
/** The events that end a job: each ends its hold. */
export const jobEnded = z.discriminatedUnion('type', [jobSucceeded, jobFailed, jobCancelled]);

/**
 * What credits asks before it sweeps a hold: what became of the job that the hold was made for (docs/adr/0009). A function of its
 * own, invoked synchronously; its answer comes from a consistent read of the job's stream.
 */
export const jobStatusRequest = z.strictObject({ app: appId, user: userId, jobId: z.string().min(1).max(64) });
export type JobStatusRequest = z.infer<typeof jobStatusRequest>;
export const jobStatusAnswer = z.discriminatedUnion('status', [
  /** No job was ever made of this id. */
  z.strictObject({ status: z.literal('unknown') }),
  /** It waits or is worked on, and its deadline has not passed: its own end will end the hold. */
  z.strictObject({ status: z.literal('living') }),
  z.strictObject({ status: z.literal('completed'), cost: credits, ended_at: time }),
  z.strictObject({ status: z.literal('failed'), reason: jobFailed.shape.data.shape.reason }),
  z.strictObject({ status: z.literal('cancelled') }),
]);
export type JobStatusAnswer = z.infer<typeof jobStatusAnswer>;
