/** What a user picks from for a tool's parameter: hairstyles, colours, presets for a scene. */
import * as z from 'zod';
import { i18nKey, pictureUrl, slug } from './basics.ts';

/** The value that a request names: words, or a colour as `#3b2219`. */
export const optionId = z
  .string()
  .max(60)
  .regex(/^(#[0-9a-f]{6}|[a-z][a-z0-9]*([_-][a-z0-9]+)*)$/);

export const option = z.strictObject({
  id: optionId,
  name_key: i18nKey,
  image_url: pictureUrl.optional(),
  hex: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .optional(),
  gender: z.enum(['male', 'female']).optional(),
  category: slug.optional(),
  /** Only for those whose plan is a pro one. */
  pro: z.boolean(),
  /** An inactive option is not listed and cannot be used. */
  active: z.boolean(),
  sort_order: z.int(),
  /** What the provider is told in place of the id. Not public. */
  prompt: z.string().min(1).max(2_000).optional(),
});
export type Option = z.infer<typeof option>;

/** Lists by kind, as in `hairstyle`. */
export const options = z
  .record(slug, z.array(option).min(1).max(500))
  .refine((byKind) => Object.keys(byKind).length <= 50, 'has more than 50 kinds');
