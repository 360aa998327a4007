/** AI Flirt Studio: tiers with a day's credits, a ledger of transactions, and analyses whose results stand in their rows. */
import * as z from 'zod';
import * as cells from '../cells.ts';
import type { AppMapping } from '../facts.ts';
import { stripeCharge } from './stripe-charges.ts';

const tier = cells.maybe.text(60).transform((name) => name?.trim().toLowerCase());

/** `users`, with the address of `auth.users`. */
const users = z
  .object({
    id: cells.user,
    email: cells.maybe.text(254),
    name: cells.maybe.text(100),
    subscription_tier: tier,
    stripe_customer_id: cells.maybe.id,
    stripe_subscription_id: cells.maybe.id,
    current_period_end: cells.maybe.time,
    cancel_at_period_end: cells.maybe.truth,
    created_at: cells.maybe.time,
  })
  .transform((row) => ({
    user: row.id,
    email: row.email,
    name: row.name,
    plan: row.subscription_tier,
    customer: row.stripe_customer_id,
    subscription:
      row.stripe_subscription_id !== undefined && row.current_period_end !== undefined
        ? {
            reference: row.stripe_subscription_id,
            periodEnd: row.current_period_end,
            cancelAtPeriodEnd: row.cancel_at_period_end ?? false,
          }
        : undefined,
    createdAt: row.created_at,
  }));

/** `credits_remaining` holds what is left of the day's credits. */
const balances = z
  .object({ id: cells.user, credits_remaining: cells.whole, subscription_tier: tier })
  .transform(({ id, credits_remaining, subscription_tier }) => ({
    user: id,
    balance: credits_remaining,
    plan: subscription_tier,
  }));

const types = {
  signup_bonus: 'bonus',
  bonus: 'bonus',
  daily_reset: 'bonus',
  purchase: 'purchase',
  action: 'spend',
  spend: 'spend',
  refund: 'refund',
  adjustment: 'adjustment',
  admin_adjustment: 'adjustment',
} as const;

const isType = (type: string): type is keyof typeof types => Object.hasOwn(types, type);

/** `credits_transactions`. */
const ledger = z
  .object({
    id: cells.id,
    user_id: cells.user,
    type: cells.text(60),
    amount: cells.credits,
    balance_after: cells.maybe.whole.pipe(z.int().min(0).optional()),
    analysis_id: cells.maybe.id,
    created_at: cells.time,
  })
  .transform((row, context) => {
    if (!isType(row.type)) context.addIssue(`is of the unknown type "${row.type}"`);
    return {
      user: row.user_id,
      oldId: row.id,
      type: isType(row.type) ? types[row.type] : ('adjustment' as const),
      amount: row.amount,
      balance_after: row.balance_after ?? null,
      tool: null,
      oldJob: row.analysis_id,
      at: row.created_at,
    };
  });

const tools = { short_chat: 'short-chat', long_chat: 'long-chat', image_analysis: 'image-analysis' } as const;

/** `analyses`: `result` is the JSON that was shown. */
const jobs = z
  .object({
    id: cells.id,
    user_id: cells.user,
    type: z.enum(['short_chat', 'long_chat', 'image_analysis']),
    status: z.enum(['queued', 'processing', 'done', 'failed']),
    result: cells.json(z.json()),
    error: cells.maybe.text(500),
    credits_used: cells.maybe.credits,
    created_at: cells.time,
    completed_at: cells.maybe.time,
  })
  .transform((row, context) => {
    const isDone = row.status === 'done';
    if (!isDone && row.status !== 'failed') context.addIssue(`is not over: it is ${row.status}`);
    return {
      user: row.user_id,
      oldId: row.id,
      tool: tools[row.type],
      params: {},
      status: isDone ? ('completed' as const) : ('failed' as const),
      files: isDone && row.result !== undefined ? [{ kind: 'json' as const, value: row.result }] : [],
      cost: isDone ? Math.max(0, row.credits_used ?? 0) : 0,
      message: row.error,
      requestedAt: row.created_at,
      endedAt: row.completed_at ?? row.created_at,
    };
  });

export const flirtStudio: AppMapping = { app: 'flirt-studio', users, balances, ledger, jobs, payments: stripeCharge };
