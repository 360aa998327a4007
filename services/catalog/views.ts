/** What catalog's routes take and show. Strict, so that a field that is not meant for the public cannot slip out. */
import * as z from 'zod';
import { pageOf } from '#shared/http/page.ts';
import { appId } from '#shared/owner.ts';
import { allowance, locale, option, pack, plan, tool } from './contracts.ts';
import { reason } from './domain/offer.ts';

export const publicTool = tool.omit({
  active: true,
  providers: true,
  deadline_seconds: true,
  instruction: true,
  result_schema: true,
});
export const publicOption = option.omit({ active: true, prompt: true });

/** Short enough to be one page always. */
export const wholeList = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item), next_cursor: z.null() });

export const publicCatalogReply = z.strictObject({
  id: appId,
  name: z.string(),
  zone: z.string(),
  welcome_credits: z.int(),
  default_plan: z.string(),
  plans: z.array(plan),
  allowances: z.array(allowance),
  packs: z.array(pack),
  tools: z.array(publicTool),
  locales: z.array(locale),
});

export const textsReply = z.strictObject({ locale, texts: z.record(z.string(), z.string()) });

/** A whole offer as it is kept: perhaps by the rules of an earlier deployment. */
const keptOffer = z.record(z.string(), z.unknown()).describe('What PUT /v1/admin/catalog takes as `offer`.');

const versionFields = {
  version: z.int(),
  at: z.iso.datetime(),
  actor: z.string(),
  /** Null: none was given. */
  reason: z.string().nullable(),
  /** Whether the app's file was applied, by a deployment or by an operator. */
  seeded: z.boolean(),
  /** A deployment brought another file, and the offer stayed as it was, for somebody had changed it. */
  set_aside: z.boolean(),
  rolled_back_to: z.int().nullable(),
} as const;
const changes = { changed: z.array(z.string()), truncated: z.boolean() } as const;

export const currentReply = z.strictObject({
  ...versionFields,
  /** Somebody changed it: files of later deployments are set aside. */
  edited: z.boolean(),
  offer: keptOffer,
});
export const versionsReply = pageOf(z.strictObject({ ...versionFields, ...changes }));
export const versionReply = z.strictObject({ ...versionFields, ...changes, offer: keptOffer });

/** `version`: what is served now. `changed`: what is different from what was there before; with `dry_run`, would be. */
export const changeReply = z.strictObject({ version: z.int(), ...changes, dry_run: z.boolean() });

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');
export const changeQuery = z.strictObject({ dry_run: flag });
/** A DELETE has no body. */
export const deleteQuery = z.strictObject({ dry_run: flag, reason: reason.optional() });
