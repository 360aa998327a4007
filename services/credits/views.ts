/** What credits' routes take and show, as schemas. */
import * as z from 'zod';
import { pageOf } from '#shared/http/page.ts';
import { userId } from '#shared/owner.ts';
import { grantKind } from './contracts.ts';

const credits = z.int().min(0);
const threshold = z.int().min(1).max(1_000_000);
const slug = z.string().min(1).max(60);

/** A day of the app's zone, as in `2026-11-05`. */
export const date = z.iso.date();

export const dailyView = z.strictObject({
  credits: credits.describe("The plan's allowance of a day; 0 when it has none."),
  remaining: credits.describe("What is left of today's allowance, counted also before it is written down."),
  spent: credits.describe('Spent or held today, whatever grant paid.'),
  cap: credits.nullable().describe('Most that may be spent in a day on this plan; null: no limit.'),
  resets_at: z.iso.datetime().describe("The next midnight of the app's zone."),
});

const balanceFields = {
  available: credits.describe("What can be spent now, today's allowance included."),
  held: credits.describe('Set aside for jobs that still run.'),
  spent: credits.describe('Spent since the account was opened.'),
  debt: credits.describe(
    'Owed after a refund or dispute of credits that were spent already; nothing can run until it is paid.',
  ),
  plan: z.string(),
  daily: dailyView,
  grants: z
    .array(
      z.strictObject({
        id: z.string(),
        kind: grantKind,
        remaining: z.int().min(1),
        granted_at: z.iso.datetime(),
        expires_at: z.iso.datetime().nullable(),
      }),
    )
    .describe('In the order in which they are spent.'),
  open_holds: z.int().min(0),
  version: z.int().min(1).describe("The number of the account's newest event."),
};
export const creditsReply = z.strictObject(balanceFields);

export const transactionType = z.enum(['purchase', 'spend', 'refund', 'bonus', 'adjustment', 'expiry']);

export const transaction = z.strictObject({
  id: z.string(),
  type: transactionType.describe(
    'spend: a job was accepted and its credits held. refund: it failed or was cancelled, cost less than was held, or was refunded later. ' +
      'purchase: a pack. bonus: welcome, plan, daily and bonus credits. expiry: credits whose time was over.',
  ),
  amount: z.int().describe('Positive when the balance grew.'),
  balance_after: credits
    .nullable()
    .describe('Available after this entry: the one before plus the amount. Null of an imported one that did not say.'),
  tool: z.string().nullable(),
  generation_id: z.string().nullable(),
  grants: z
    .array(z.strictObject({ id: z.string(), credits: z.int().min(1) }))
    .describe('Which grant how much, unsigned.'),
  grant_kind: grantKind.nullable().describe('Of a purchase, bonus or adjustment, and of a refund that came later.'),
  reason: z
    .string()
    .nullable()
    .describe(
      "Why, as in failed, cost-below-hold, refunded, account-closed. Null of an adjustment: an admin's words are for admins.",
    ),
  created_at: z.iso.datetime(),
  imported: z
    .literal(true)
    .optional()
    .describe('Of the time before the app moved here: as its ledger said then. Absent: an entry of this ledger.'),
});
export type Transaction = z.infer<typeof transaction>;

/** Both days inclusive. */
export const dateRange = {
  from: date.optional().describe("The first day, of the app's zone."),
  to: date.optional().describe('The last day.'),
};
export const inOrder = ({ from, to }: { from?: string | undefined; to?: string | undefined }): boolean =>
  from === undefined || to === undefined || from <= to;
export const orderFault = { path: ['to'], message: 'is before from' };

export const usageReply = z.strictObject({
  group_by: z.enum(['tool', 'day']),
  from: date,
  to: date,
  data: z
    .array(
      z.strictObject({
        tool: z.string().nullable().describe('Where grouped by tool.'),
        day: date.nullable().describe('Where grouped by day.'),
        credits: credits.describe('What completed jobs cost.'),
        jobs: z.int().min(1),
      }),
    )
    .describe('Tools by credits, the most first; days in their order, those without use left out.'),
  total: z.strictObject({ credits, jobs: z.int().min(0) }),
});

export const allowanceCheck = z.strictObject({
  allowed: z.boolean(),
  reason: z.enum(['limit-reached', 'account-closed']).optional(),
  remaining: credits.nullable().describe('Uses left in the period; null: the plan does not limit the tool.'),
  resets_at: z.iso.datetime().nullable(),
});

export const allowanceView = z.strictObject({
  tool: z.string(),
  period: z.enum(['day', 'month']),
  limit: z.int().min(1),
  used: z.int().min(0),
  remaining: credits,
  resets_at: z.iso.datetime(),
});

export const alertView = z.strictObject({
  below: threshold.nullable().describe('Tell the user once when less than this is available; null: never.'),
});

export const topUpSettings = z.strictObject({
  below: threshold.describe('Buy when less than this is available.'),
  pack_id: slug.describe("One of the app's packs."),
  max_per_month: z.int().min(1).max(100).describe('Calendar months of UTC.'),
});
export const topUpBody = z.strictObject({ top_up: topUpSettings.nullable().describe('null: no automatic top-ups.') });
export const topUpReply = z.strictObject({
  top_up: topUpSettings.nullable(),
  requested_this_month: z.int().min(0).describe('As they count to max_per_month: those that were declined do not.'),
  pending: z.boolean().describe('A payment is under way.'),
  paused_until: z.iso.datetime().nullable().describe('After a payment, or after one was declined.'),
});

export const adminReason = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe("Why, in the admin's words; kept in the ledger for ever.");

export const accountRow = z.strictObject({
  user: userId,
  status: z.enum(['open', 'closed', 'unopened']),
  plan: z.string().nullable(),
  available: credits,
  held: credits,
  spent: credits,
  granted: credits,
  debt: credits,
  version: z.int().min(1),
  updated_at: z.iso
    .datetime()
    .describe("When the account's newest event happened; what expired since is not taken off."),
});

export const accountView = z.strictObject({
  user: userId,
  status: z.enum(['open', 'closed']),
  ...balanceFields,
  totals: z
    .strictObject({ granted: credits, spent: credits, expired: credits, revoked: credits })
    .describe('granted = available + held + spent + expired + revoked'),
  alert: alertView,
  top_up: topUpReply,
});
export const accountHistory = pageOf(
  z.strictObject({
    version: z.int().min(1),
    event: z.string().describe('What happened, as in CreditsHeld.'),
    actor: z.string().describe('Who did it: a user, `admin:…` or `system:…`.'),
    reason: z.string().nullable(),
    correlation_id: z.string(),
    at: z.iso.datetime(),
    available: credits.describe('After it.'),
    transaction: transaction.nullable().describe('What the user sees of it, if anything.'),
  }),
);
export const adjustmentReply = z.strictObject({
  adjustment_id: z.string(),
  credits: z.int(),
  repeated: z.boolean().describe('The same request had been carried out before.'),
  account: accountView,
});
