/** Generations as an app's admins see them, whoever's they are, and what admins do with them. */
import * as z from 'zod';
import { pageOf } from '#shared/http/page.ts';
import { idSchema } from '#shared/ids.ts';
import { userId } from '#shared/owner.ts';
import { generation, generationEventView, jobStatus } from './contracts.ts';
import { instant } from './library-shapes.ts';

const time = z.iso.datetime();
const credits = z.int().min(0);

/** What a list can show: before it is requested there is no job. */
export const listedStatus = jobStatus.exclude(['pending']);

export const appGenerationFilter = {
  user: userId.optional(),
  status: listedStatus.optional(),
  tool: z.string().min(1).max(60).optional(),
  since: instant.optional().describe('Requested then or later.'),
};

const ofAdmins = {
  user_id: userId,
  retry_of: idSchema('gen').nullable().describe('The failed or cancelled generation that was run again as this one.'),
};

/** Without what was asked for and what came of it: those are one generation's. */
export const appGenerationRow = generation
  .pick({
    id: true,
    status: true,
    tool: true,
    attempts: true,
    cost_credits: true,
    refunded_credits: true,
    error: true,
    created_at: true,
    completed_at: true,
  })
  .extend(ofAdmins);

export const appGenerationEvent = generationEventView.extend({
  correlation_id: z.string(),
  data: generationEventView.shape.data.describe(
    "What its owner sees, and what only admins do: a failure's cause, its provider and model, a refund's reason.",
  ),
});

export const appGeneration = generation.extend({
  ...ofAdmins,
  quote_credits: credits.describe('Held when it was accepted.'),
  deadline: time,
  history: pageOf(appGenerationEvent).describe('Every event of it, newest first; kept for ever.'),
});

export const refundOfGeneration = z.strictObject({
  reason: z.string().trim().min(1).max(200).describe("Why, in the admin's words; kept in the ledger for ever."),
});
export const refundedGeneration = z.object({
  id: idSchema('gen'),
  user_id: userId,
  refunded_credits: z
    .int()
    .min(1)
    .describe('Written down in the generation. The account has them a moment later, unless it is closed.'),
  refunded_at: time,
});
