/** What the claims of a verified token say about its bearer. Roles are never taken from here: only that it is a user. */
import * as z from 'zod';
import type { Verdict } from '#shared/http/verdict.ts';
import { userId } from '#shared/owner.ts';

const claims = z.object({
  sub: userId,
  /** Supabase sets it on sessions without a sign-up. */
  is_anonymous: z.literal(false).optional(),
  /** Supabase's API keys are tokens too, with the roles `anon` and `service_role`. */
  role: z.literal('authenticated').optional(),
  email: z.string().min(1).max(320).optional().catch(undefined),
});

export const judgeClaims = (app: string, payload: Readonly<Record<string, unknown>>): Verdict => {
  const { success, data, error } = claims.safeParse(payload);
  if (success) return { verdict: 'user', app, user: data.sub, ...(data.email && { email: data.email }) };
  const anonymous = error.issues.every(({ path }) => path[0] === 'is_anonymous');
  return { verdict: 'refused', reason: anonymous ? 'user-anonymous' : 'token-untrusted' };
};
