/** Product Studio: `credit_balances` is what the append-only `credits_ledger` leads to; results are assets of their jobs. */
import * as z from 'zod';
import * as cells from '../cells.ts';
import type { AppMapping, FileFacts } from '../facts.ts';
import { stripeCharge } from './stripe-charges.ts';

/** `profiles` with the address of `auth.users`, `user_roles` as a JSON list and `stripe_customers`. */
const users = z
  .object({
    id: cells.user,
    email: cells.maybe.text(254),
    full_name: cells.maybe.text(100),
    roles: cells.json(z.array(z.string()).max(20)),
    stripe_customer_id: cells.maybe.id,
    created_at: cells.maybe.time,
  })
  .transform((row) => ({
    user: row.id,
    email: row.email,
    name: row.full_name,
    roles: row.roles?.includes('admin') ? (['admin'] as const) : [],
    customer: row.stripe_customer_id,
    createdAt: row.created_at,
  }));

const balances = z
  .object({ user_id: cells.user, balance: cells.whole })
  .transform(({ user_id, balance }) => ({ user: user_id, balance }));

const ledger = z
  .object({
    id: cells.id,
    user_id: cells.user,
    tx_type: z.enum(['purchase', 'spend', 'refund', 'bonus', 'adjustment']),
    amount: cells.credits,
    balance_after: cells.maybe.whole.pipe(z.int().min(0).optional()),
    job_id: cells.maybe.id,
    created_at: cells.time,
  })
  .transform((row) => ({
    user: row.user_id,
    oldId: row.id,
    type: row.tx_type,
    amount: row.amount,
    balance_after: row.balance_after ?? null,
    tool: null,
    oldJob: row.job_id,
    at: row.created_at,
  }));

const output = z.object({ bucket: z.string().default('outputs'), path: z.string(), mime_type: z.string().nullish() });

const fileOf = ({ bucket, path, mime_type }: z.output<typeof output>): FileFacts => ({
  kind: mime_type?.startsWith('video/') || /\.(mp4|webm)$/i.test(path) ? 'video' : 'image',
  path: cells.pathOf(path, bucket),
});

/** `generation_jobs`, each with its output assets as a JSON list. */
const jobs = z
  .object({
    id: cells.id,
    user_id: cells.user,
    status: z.enum(['pending', 'queued', 'processing', 'completed', 'failed', 'cancelled']),
    prompt: cells.maybe.text(4_000),
    model_preset: cells.maybe.text(100),
    pose_preset: cells.maybe.text(100),
    scene_preset: cells.maybe.text(100),
    generation_type: cells.maybe.text(100),
    cost_credits: cells.maybe.credits,
    error_message: cells.maybe.text(500),
    outputs: cells.json(z.array(output).max(100)),
    created_at: cells.time,
    completed_at: cells.maybe.time,
  })
  .transform((row, context) => {
    const { status, prompt, model_preset, pose_preset, scene_preset, generation_type } = row;
    const isOver = status === 'completed' || status === 'failed' || status === 'cancelled';
    if (!isOver) context.addIssue(`is not over: it is ${status}`);
    const files = status === 'completed' ? (row.outputs ?? []).map(fileOf) : [];
    const isVideo = files.some(({ kind }) => kind === 'video');
    const params = { prompt, model_preset, pose_preset, scene_preset, generation_type };
    return {
      user: row.user_id,
      oldId: row.id,
      tool: isVideo ? 'product-video' : 'product-photo',
      params: Object.fromEntries(
        Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
      status: isOver ? status : ('failed' as const),
      files,
      cost: status === 'completed' ? Math.max(0, row.cost_credits ?? 0) : 0,
      message: row.error_message,
      requestedAt: row.created_at,
      endedAt: row.completed_at ?? row.created_at,
    };
  });

export const productStudio: AppMapping = {
  app: 'product-studio',
  users,
  balances,
  ledger,
  jobs,
  payments: stripeCharge,
};
