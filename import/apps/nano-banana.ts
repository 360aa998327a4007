/** Nano Banana: Clerk's users with a balance, their one row of `subscriptions`, and pictures in R2. */
import * as z from 'zod';
import * as cells from '../cells.ts';
import type { AppMapping } from '../facts.ts';
import { stripeCharge } from './stripe-charges.ts';

const entitling = ['active', 'trialing', 'past_due'];

/** `users`, joined with `subscriptions`. */
const users = z
  .object({
    id: cells.user,
    email: cells.maybe.text(254),
    subscription_status: cells.maybe.text(40),
    stripe_customer_id: cells.maybe.id,
    stripe_subscription_id: cells.maybe.id,
    current_period_end: cells.maybe.time,
    created_at: cells.maybe.time,
  })
  .transform((row) => {
    const isPro = entitling.includes(row.subscription_status?.toLowerCase() ?? '');
    return {
      user: row.id,
      email: row.email,
      plan: isPro ? 'pro' : undefined,
      customer: row.stripe_customer_id,
      subscription:
        isPro && row.stripe_subscription_id !== undefined && row.current_period_end !== undefined
          ? { reference: row.stripe_subscription_id, periodEnd: row.current_period_end, cancelAtPeriodEnd: false }
          : undefined,
      createdAt: row.created_at,
    };
  });

/** `users`, joined with `subscriptions`: a subscriber's balance holds the plan's credits. */
const balances = z
  .object({ id: cells.user, credits: cells.whole, subscription_status: cells.maybe.text(40) })
  .transform(({ id, credits, subscription_status }) => ({
    user: id,
    balance: credits,
    plan: entitling.includes(subscription_status?.toLowerCase() ?? '') ? 'pro' : undefined,
  }));

/** `generated_images`, and of `image_generation_jobs` those that failed. */
const jobs = z
  .object({
    id: cells.id,
    user_id: cells.user,
    status: z.enum(['completed', 'failed']),
    prompt: cells.maybe.text(4_000),
    image_url: cells.maybe.text(2_000),
    error_message: cells.maybe.text(500),
    created_at: cells.time,
    completed_at: cells.maybe.time,
  })
  .transform((row, context) => {
    if (row.status === 'completed' && row.image_url === undefined)
      context.addIssue('is completed without an image_url');
    return {
      user: row.user_id,
      oldId: row.id,
      tool: 'image-generation',
      params: row.prompt === undefined ? {} : { prompt: row.prompt },
      status: row.status,
      files: row.status === 'completed' ? [{ kind: 'image' as const, path: cells.pathOf(row.image_url ?? '') }] : [],
      cost: 0,
      message: row.error_message,
      requestedAt: row.created_at,
      endedAt: row.completed_at ?? row.created_at,
    };
  });

export const nanoBanana: AppMapping = { app: 'nano-banana', users, balances, jobs, payments: stripeCharge };
