/** What a user's record says of someone whose token is good: whether they are still here, and whether they are an admin. */
import * as z from 'zod';
import type { Verdict } from '#shared/http/verdict.ts';

/** The part of the record that every request depends on. */
export const standing = z.object({
  status: z.enum(['active', 'deleted']),
  roles: z.array(z.string()).default([]),
});
export type Standing = z.infer<typeof standing>;

/** Without a record they were never seen before, and are a user like any other. */
export const judgeStanding = (
  { app, user, email }: Extract<Verdict, { verdict: 'user' }>,
  standing: Standing | undefined,
): Verdict => {
  if (standing?.status === 'deleted') return { verdict: 'refused', reason: 'user-deleted' };
  const isAdmin = standing?.roles.includes('admin');
  // The role of the verdict that came in does not count, should there ever be one.
  return { verdict: 'user', app, user, ...(email && { email }), ...(isAdmin && { role: 'admin' }) };
};
