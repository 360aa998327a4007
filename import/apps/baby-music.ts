/** Baby Music AI: no credits there, so no balances and no ledger; what was paid is asked of Stripe. */
import * as z from 'zod';
import * as cells from '../cells.ts';
import type { AppMapping, FileFacts } from '../facts.ts';
import { stripeCharge } from './stripe-charges.ts';

/** `profiles`, with the address of `auth.users`, and the subscription where Stripe was asked for it. */
const users = z
  .object({
    id: cells.user,
    email: cells.maybe.text(254),
    name: cells.maybe.text(100),
    current_streak: cells.maybe.whole,
    last_active_date: cells.maybe.date,
    monthly_plays_count: cells.maybe.whole,
    play_count_reset_at: cells.maybe.time,
    is_premium: cells.maybe.truth,
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
    streak:
      row.last_active_date === undefined
        ? undefined
        : { current: Math.max(0, row.current_streak ?? 0), lastActiveDate: row.last_active_date },
    plays:
      row.play_count_reset_at === undefined
        ? undefined
        : { count: Math.max(0, row.monthly_plays_count ?? 0), since: row.play_count_reset_at },
    plan: row.is_premium ? 'premium' : undefined,
    customer: row.stripe_customer_id,
    subscription:
      row.is_premium && row.stripe_subscription_id !== undefined && row.current_period_end !== undefined
        ? {
            reference: row.stripe_subscription_id,
            periodEnd: row.current_period_end,
            cancelAtPeriodEnd: row.cancel_at_period_end ?? false,
          }
        : undefined,
    createdAt: row.created_at,
  }));

const audio = (address: string, title?: string): FileFacts => ({
  kind: 'audio',
  path: cells.pathOf(address, 'songs'),
  title,
});

const variation = z.object({ audio_url: z.string().nullish(), title: z.string().max(200).nullish() });

/** `songs`, each with its rows of `song_variations` as a JSON list, and its time from `song_generations`. */
const jobs = z
  .object({
    id: cells.id,
    user_id: cells.user,
    name: cells.maybe.text(200),
    audio_url: cells.maybe.text(2_000),
    error: cells.maybe.text(500),
    is_favorite: cells.maybe.truth,
    theme: cells.maybe.text(500),
    mood: cells.maybe.text(200),
    preset_type: cells.maybe.text(200),
    lyrics: cells.maybe.text(4_000),
    variations: cells.json(z.array(variation).max(100)),
    created_at: cells.time,
    completed_at: cells.maybe.time,
  })
  .transform((row, context) => {
    const takes = (row.variations ?? []).flatMap(({ audio_url, title }) =>
      audio_url ? [audio(audio_url, title ?? undefined)] : [],
    );
    const files = takes.length > 0 || row.audio_url === undefined ? takes : [audio(row.audio_url)];
    if (files.length === 0 && row.error === undefined) context.addIssue('is not over: neither audio nor an error');
    const params = { theme: row.theme, mood: row.mood, preset: row.preset_type, lyrics: row.lyrics };
    return {
      user: row.user_id,
      oldId: row.id,
      tool: 'song-generation',
      params: Object.fromEntries(
        Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
      status: files.length > 0 ? ('completed' as const) : ('failed' as const),
      files,
      cost: 0,
      message: files.length > 0 ? undefined : row.error,
      title: row.name,
      favourite: row.is_favorite,
      requestedAt: row.created_at,
      endedAt: row.completed_at ?? row.created_at,
    };
  });

export const babyMusic: AppMapping = { app: 'baby-music', users, jobs, payments: stripeCharge };
