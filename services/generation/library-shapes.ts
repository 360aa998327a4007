/** Shapes of the library's part of the HTTP interface: what owners do with their generations, replies they keep, and the error log. */
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { text, title } from './contracts.ts';
import { failureReason } from './domain/job-events.ts';

const time = z.iso.datetime();

/** What is not given stays as it is. */
export const generationPatch = z
  .strictObject({ title: title.optional(), favourite: z.boolean().optional() })
  .refine((patch) => Object.keys(patch).length > 0, {
    error: 'says nothing to change',
    when: ({ issues }) => issues.length === 0,
  });

/** What shall be other than it was, field by field. */
export const regeneration = z.strictObject({ params: z.record(z.string().max(100), z.json()).default({}) });

export const playCount = z.object({ plays: z.int().min(0) });

export const newSavedReply = z.strictObject({
  text: text(4_000),
  /** One of the caller's generations: where it came from. */
  generation_id: idSchema('gen').optional(),
  note: text(500).optional(),
});
export const savedReply = z.object({
  id: idSchema('rpl'),
  text: z.string(),
  /** It may have been removed since. */
  generation_id: idSchema('gen').nullable(),
  note: z.string().nullable(),
  created_at: time,
});

/** In UTC, with milliseconds. */
export const instant = time.transform((at) => new Date(at).toISOString());
/** From then on; before then. */
export const failureFilter = {
  tool: z.string().min(1).max(60).optional(),
  reason: failureReason.optional(),
  from: instant.optional(),
  to: instant.optional(),
};
export const failure = z.object({
  generation_id: idSchema('gen'),
  tool: z.string(),
  reason: failureReason,
  message: z.string(),
  /** What the owner is not told: the provider's own words, without keys and addresses. */
  cause: z.string().nullable(),
  /** Who was at work when it ended; null when nobody was. */
  provider: z.string().nullable(),
  model: z.string().nullable(),
  attempts: z.int(),
  /** What was asked for. */
  params: z.record(z.string(), z.json()),
  user_id: z.string(),
  at: time,
});
