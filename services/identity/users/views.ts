/** Users' records as their owners and their app's admins see them, and what owners may change. */
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { userId } from '#shared/owner.ts';
import { isZone, localDate, monthEndsAt, monthOf } from '../domain/local-date.ts';
import { monthlyPlays } from '../domain/plays.ts';
import { currentStreak } from '../domain/streak.ts';
import type { ActiveUser, DeletedUser, UserRecord } from '../domain/user.ts';

const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const time = z.iso.datetime();

const preferences = z.strictObject({
  promotions: z.boolean(),
  feature_updates: z.boolean(),
  general_alerts: z.boolean(),
});

export const roles = z.array(z.literal('admin')).max(1);

export const activityView = z.strictObject({
  current_streak: z.int().min(0).describe('Days of activity in a row; 0 once a whole day was missed.'),
  longest_streak: z.int().min(0),
  last_active_date: date.nullable().describe("A date of the user's zone."),
});

const plays = {
  monthly_plays: z.int().min(0),
  plays_reset_at: time.describe("When the month ends in the user's zone."),
};

export const playView = activityView.omit({ longest_streak: true }).extend(plays);

export const userView = z.strictObject({
  id: userId,
  app: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  username: z.string().nullable(),
  locale: z.string().nullable(),
  zone: z.string().nullable().describe("Null: the app's zone counts."),
  avatar_asset_id: z.string().nullable(),
  roles: z.array(z.string()),
  notification_preferences: preferences,
  ...activityView.shape,
  ...plays,
  created_at: time,
  updated_at: time,
});

const links = z
  .strictObject({ account: z.string(), transactions: z.string(), generations: z.string(), payments: z.string() })
  .describe('Paths of what other services know of the user. The account has the plan.');

const active = userView.extend({ status: z.literal('active'), links });
const deleted = z.strictObject({
  id: userId,
  app: z.string(),
  status: z.literal('deleted'),
  created_at: time.nullable(),
  deleted_at: time,
  links,
});

/** For admins. Of a user who left, no more than that. */
export const adminUserView = z.discriminatedUnion('status', [active, deleted]);

/** Control characters, line separators and overrides of the writing direction: none of them belongs in a name. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const printable = (text: string) => !unprintable.test(text);

const name = z.string().normalize().trim().min(1).max(100).refine(printable, 'holds control characters');

const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_.-]{3,30}$/, 'must be 3 to 30 letters a to z, digits, "_", "." or "-"');

/** Unknown fields are refused, and so are those that only others may change: credits, plan, roles, e-mail. */
export const profilePatch = z.strictObject({
  name: name.nullable().optional(),
  username: username
    .nullable()
    .optional()
    .describe('Kept in lower case. Not unique: users are told apart by their ids.'),
  locale: z.string().max(20).nullable().optional().describe("One of the app's."),
  zone: z.string().refine(isZone, 'is not an IANA time zone').nullable().optional(),
  avatar_asset_id: idSchema('ast').nullable().optional(),
  notification_preferences: preferences.partial().optional(),
});

/** The one that was chosen at sign-up, if it is one. */
export const usernameFrom = (text: unknown): string | undefined => username.safeParse(text).data;

/** A name as an identity provider holds it, made fit; nothing when nothing is left of it. */
export const nameFrom = (text: unknown): string | undefined => {
  if (typeof text !== 'string') return undefined;
  const fit = text.slice(0, 1_000).replaceAll(new RegExp(unprintable, 'gu'), ' ').trim().slice(0, 100);
  return name.safeParse(fit).data;
};

export const activityOf = ({ streak }: ActiveUser, today: string): z.infer<typeof activityView> => ({
  current_streak: currentStreak(streak, today),
  longest_streak: streak.longest,
  last_active_date: streak.last_active_date ?? null,
});

const playsOf = (user: ActiveUser, today: string, zone: string) => {
  const { month, count } = monthlyPlays(user.plays, monthOf(today));
  return { monthly_plays: count, plays_reset_at: monthEndsAt(month, zone) };
};

/** `zone`: the one whose days count for the user. */
export interface Here {
  readonly at: string;
  readonly zone: string;
}

export const playOf = (user: ActiveUser, { at, zone }: Here): z.infer<typeof playView> => {
  const today = localDate(at, zone);
  const { current_streak, last_active_date } = activityOf(user, today);
  return { current_streak, last_active_date, ...playsOf(user, today, zone) };
};

/** `email`: the token's, which is newer than the record's. */
export const userOf = (user: ActiveUser, { at, zone }: Here, email = user.email): z.infer<typeof userView> => {
  const today = localDate(at, zone);
  return {
    id: user.user,
    app: user.app,
    email: email ?? null,
    name: user.name ?? null,
    username: user.username ?? null,
    locale: user.locale ?? null,
    zone: user.zone ?? null,
    avatar_asset_id: user.avatar_asset_id ?? null,
    roles: [...user.roles],
    notification_preferences: { ...user.notification_preferences },
    ...activityOf(user, today),
    ...playsOf(user, today, zone),
    created_at: user.created_at,
    updated_at: user.updated_at,
  };
};

const linksOf = (user: string): z.infer<typeof links> => {
  const id = encodeURIComponent(user);
  return {
    account: `/v1/admin/accounts/${id}`,
    transactions: `/v1/admin/accounts/${id}/transactions`,
    generations: `/v1/admin/generations?user=${id}`,
    payments: `/v1/admin/payments?user=${id}`,
  };
};

const deletedUserOf = ({ user, app, created_at, deleted_at }: DeletedUser): z.infer<typeof deleted> => ({
  id: user,
  app,
  status: 'deleted',
  created_at: created_at ?? null,
  deleted_at,
  links: linksOf(user),
});

/** For admins. `zone` is asked for where days count. */
export const adminUserOf = async (
  record: UserRecord,
  at: string,
  zoneOf: (user: ActiveUser) => Promise<string>,
): Promise<z.infer<typeof adminUserView>> =>
  record.status === 'deleted'
    ? deletedUserOf(record)
    : {
        ...userOf(record, { at, zone: await zoneOf(record) }),
        status: record.status,
        links: linksOf(record.user),
      };
