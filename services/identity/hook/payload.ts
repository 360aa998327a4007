/** What Supabase Auth tells of a new user: https://supabase.com/docs/guides/auth/auth-hooks. */
import * as z from 'zod';
import { userId } from '#shared/owner.ts';
import { nameFrom, usernameFrom } from '../users/views.ts';

const message = z.object({
  /** Supabase's other hooks have the same form, and some of them come before there is a user. */
  metadata: z.object({ name: z.literal('after-user-created') }).optional(),
  user: z.object({
    id: userId,
    /** Empty for whoever signed up by telephone. */
    email: z.string().max(320).nullish().catch(undefined),
    is_anonymous: z.boolean().nullish(),
    /** The user's own words. */
    user_metadata: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  }),
});

export interface SignUp {
  readonly user: string;
  readonly email: string | undefined;
  readonly name: string | undefined;
  readonly username: string | undefined;
  readonly anonymous: boolean;
}

export const signUp = message.transform(
  ({ user: { id, email, is_anonymous, user_metadata } }): SignUp => ({
    user: id,
    email: email || undefined,
    name: nameFrom(user_metadata?.name) ?? nameFrom(user_metadata?.full_name),
    username: usernameFrom(user_metadata?.username) ?? usernameFrom(user_metadata?.user_name),
    anonymous: is_anonymous ?? false,
  }),
);
