/**
 * What the claims of a verified token say about its bearer. The role comes from `app_metadata`, which only the holder of the
 * project's service key can write; `user_metadata` is the user's own to write and never counts.
 */
import * as z from 'zod';
import type { Verdict } from '#shared/http/verdict.ts';
import { userId } from '#shared/owner.ts';

const claims = z.object({
  sub: userId,
  /** Supabase sets it on sessions without a sign-up. */
  is_anonymous: z.literal(false).optional(),
  /** Supabase's API keys are tokens too, with the roles `anon` and `service_role`. */
  role: z.literal('authenticated').optional(),
  app_metadata: z
    .object({
      role: z.string().optional().catch(undefined),
      roles: z.array(z.unknown()).max(50).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  email: z.string().min(1).max(320).optional().catch(undefined),
});

export const judgeClaims = (app: string, payload: Readonly<Record<string, unknown>>): Verdict => {
  const { success, data, error } = claims.safeParse(payload);
  if (success) {
    const { sub, email, app_metadata: metadata } = data;
    const isAdmin = metadata?.role === 'admin' || metadata?.roles?.includes('admin');
    return { verdict: 'user', app, user: sub, ...(email && { email }), ...(isAdmin && { role: 'admin' }) };
  }
  const anonymous = error.issues.every(({ path }) => path[0] === 'is_anonymous');
  return { verdict: 'refused', reason: anonymous ? 'user-anonymous' : 'token-untrusted' };
};
