/** Sparky: the balance and the plan stand in `users`, what was spent in `credit_usage`, payments by Paymob in `payments`. */
import * as z from 'zod';
import * as cells from '../cells.ts';
import type { AppMapping } from '../facts.ts';

/** `plans.name`, in small letters, is a plan's id here. */
const plan = cells.maybe.text(60).transform((name) => name?.trim().toLowerCase());

const preferences = z.object({
  promotions: z.boolean().default(true),
  featureUpdates: z.boolean().default(true),
  generalAlerts: z.boolean().default(true),
});

/** `users`, with `plans.name` as `plan` and the address of `auth.users`. */
const users = z
  .object({
    id: cells.user,
    username: cells.maybe.text(100),
    email: cells.maybe.text(254),
    plan,
    notification_preferences: cells.json(preferences),
    created_at: cells.maybe.time,
  })
  .transform(({ id, username, email, plan, notification_preferences: wants, created_at }) => ({
    user: id,
    email,
    username,
    plan,
    preferences: wants && {
      promotions: wants.promotions,
      feature_updates: wants.featureUpdates,
      general_alerts: wants.generalAlerts,
    },
    createdAt: created_at,
  }));

const balances = z
  .object({ id: cells.user, credits: cells.whole, plan })
  .transform(({ id, credits, plan }) => ({ user: id, balance: credits, plan }));

/** `credit_usage` says what was spent, and not what was left. */
const ledger = z
  .object({
    id: cells.id,
    user_id: cells.user,
    tool_id: cells.text(60),
    credits_used: cells.credits,
    created_at: cells.time,
  })
  .transform((row) => ({
    user: row.user_id,
    oldId: row.id,
    type: 'spend' as const,
    amount: 0 - row.credits_used,
    balance_after: null,
    tool: row.tool_id,
    at: row.created_at,
  }));

const jobs = z
  .object({
    id: cells.id,
    user_id: cells.user,
    tool_id: cells.text(60),
    image_url: cells.maybe.text(2_000),
    created_at: cells.time,
  })
  .transform((row, context) => {
    if (row.image_url === undefined) context.addIssue('has no image_url: an analysis was not kept there');
    return {
      user: row.user_id,
      oldId: row.id,
      tool: row.tool_id,
      params: {},
      status: 'completed' as const,
      files: [{ kind: 'image' as const, path: cells.pathOf(row.image_url ?? '', 'generations') }],
      cost: 0,
      requestedAt: row.created_at,
      endedAt: row.created_at,
    };
  });

const callback = z.object({
  obj: z.object({ id: z.union([z.int(), z.string()]), refunded_amount_cents: z.int().min(0).optional() }).optional(),
});

/** `payments`: `raw_response` is Paymob's callback, whose `obj.id` is the transaction that a refund names. */
const payments = z
  .object({
    id: cells.id,
    user_id: cells.user,
    paymob_order_id: cells.id,
    merchant_order_id: cells.maybe.text(60),
    amount_cents: cells.whole.pipe(z.int().min(0)),
    currency: cells.text(3).transform((code) => code.toUpperCase()),
    status: cells.text(40).transform((status) => status.toUpperCase()),
    raw_response: cells.json(callback),
    created_at: cells.time,
  })
  .transform((row, context) => {
    const isPaid = row.status === 'SUCCESS';
    if (!isPaid && row.status !== 'FAILED') context.addIssue(`is not over: it is ${row.status}`);
    const transaction = row.raw_response?.obj?.id;
    return {
      user: row.user_id,
      oldId: row.id,
      provider: 'paymob' as const,
      purpose: 'pack' as const,
      name: 'Payment',
      amountMinor: row.amount_cents,
      currency: row.currency,
      status: isPaid ? ('captured' as const) : ('failed' as const),
      reference: transaction === undefined ? row.paymob_order_id : String(transaction),
      refundedMinor: row.raw_response?.obj?.refunded_amount_cents ?? 0,
      at: row.created_at,
    };
  });

export const sparky: AppMapping = { app: 'sparky', users, balances, ledger, jobs, payments };
