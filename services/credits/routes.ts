/** Credits' HTTP interface. */
import * as z from 'zod';
import { pageOf, pageQuery } from '#shared/http/page.ts';
import { routeTable } from '#shared/http/route.ts';
import { grantKind, releaseReason } from './contracts.ts';

const credits = z.int().min(0);

export const creditsReply = z.strictObject({
  available: credits.describe('What can be spent now.'),
  held: credits.describe('Set aside for jobs that still run.'),
  spent: credits.describe('Spent since the account was opened.'),
  plan: z.string(),
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
});

export const transactionType = z.enum(['purchase', 'spend', 'refund', 'bonus', 'adjustment', 'expiry']);

export const transaction = z.strictObject({
  id: z.string(),
  type: transactionType.describe(
    'spend: a job was accepted and its credits held. refund: it failed or was cancelled, or cost less than was held. ' +
      'purchase: a pack. bonus: welcome, plan, daily and bonus credits. expiry: credits whose time was over.',
  ),
  amount: z.int().describe('Positive when the balance grew.'),
  balance_after: credits.describe('Available after this entry: the one before plus the amount.'),
  tool: z.string().nullable(),
  generation_id: z.string().nullable(),
  grants: z
    .array(z.strictObject({ id: z.string(), credits: z.int().min(1) }))
    .describe('Which grant how much, unsigned.'),
  grant_kind: grantKind.nullable().describe('Of a purchase, bonus or adjustment.'),
  reason: z.enum([...releaseReason.options, 'cost-below-hold', 'account-closed']).nullable(),
  created_at: z.iso.datetime(),
});
export type Transaction = z.infer<typeof transaction>;

export const routes = routeTable({
  getCredits: {
    method: 'GET',
    path: '/v1/credits',
    auth: 'user',
    summary: "The caller's credits. A new user's account is opened with the app's welcome credits.",
    replies: { 200: creditsReply },
  },
  listTransactions: {
    method: 'GET',
    path: '/v1/credits/transactions',
    auth: 'user',
    summary: "What changed the caller's balance, newest first.",
    query: z.strictObject(pageQuery()),
    replies: { 200: pageOf(transaction) },
  },
});
