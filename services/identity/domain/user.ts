/**
 * A user's record: who they are to the app beyond their token, and what they did lately. It begins by the sign-up hook or by a
 * first request, whichever comes first, and ends as a tombstone that keeps it from beginning again.
 */
import { type Owner, ownerKey } from '#shared/owner.ts';
import { monthOf } from './local-date.ts';
import { afterPlay, type Plays } from './plays.ts';
import { afterActivity, noStreak, type Streak } from './streak.ts';

export const notificationKinds = ['promotions', 'feature_updates', 'general_alerts'] as const;
export type NotificationPreferences = Readonly<Record<(typeof notificationKinds)[number], boolean>>;

export type Role = 'admin';

/** What every record has. `version` is one more after each write. */
interface Written extends Owner {
  /** `ownerKey`: the table's key. */
  readonly owner: string;
  readonly version: number;
  readonly updated_at: string;
  /** Of the request or the event that made this version. */
  readonly correlation_id: string;
}

/** Absent: never told. `null`: cleared by the user, which a late sign-up hook must not undo. */
export interface Profile {
  readonly name?: string | null;
  readonly username?: string | null;
  readonly locale?: string | null;
  /** IANA zone; without one the app's counts. */
  readonly zone?: string | null;
  readonly avatar_asset_id?: string | null;
  readonly notification_preferences: NotificationPreferences;
}

/** A copy of all that services hold of the user, while it is made and kept. */
export interface RecordedExport {
  readonly id: string;
  readonly status: 'preparing' | 'ready';
  readonly requested_at: string;
  /** Of one that is ready: its file's size, and the time up to which its parts go. */
  readonly bytes?: number;
  readonly made_at?: string;
}

export interface ActiveUser extends Written, Profile {
  readonly status: 'active';
  readonly via: 'hook' | 'request';
  readonly email?: string;
  readonly roles: readonly Role[];
  /** Who changed the roles last: the actor, as logs and ledgers name admins. */
  readonly roles_by?: string;
  readonly streak: Streak;
  readonly plays?: Plays;
  readonly export?: RecordedExport;
  /** When what was known of them before the app moved here was brought along. */
  readonly imported_at?: string;
  readonly created_at: string;
}

/** What stays of a user who left. */
export interface DeletedUser extends Written {
  readonly status: 'deleted';
  readonly created_at?: string;
  readonly deleted_at: string;
  /** 1, and 2 once the leaving was told a second time. */
  readonly deletion_pass: number;
}

export type UserRecord = ActiveUser | DeletedUser;

/** What of an active user's record may become another; what is not given stays. */
export type UserChange = Partial<
  Profile & Pick<ActiveUser, 'email' | 'roles' | 'roles_by' | 'streak' | 'plays' | 'export' | 'imported_at'>
>;

export interface NewUser {
  readonly owner: Owner;
  readonly via: 'hook' | 'request';
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly username?: string | undefined;
  readonly at: string;
  readonly correlationId: string;
}

export const newUser = ({ owner, via, email, name, username, at, correlationId }: NewUser): ActiveUser => ({
  owner: ownerKey(owner),
  app: owner.app,
  user: owner.user,
  status: 'active',
  via,
  ...(email === undefined ? {} : { email }),
  ...(name === undefined ? {} : { name }),
  ...(username === undefined ? {} : { username }),
  roles: [],
  notification_preferences: { promotions: true, feature_updates: true, general_alerts: true },
  streak: noStreak,
  version: 1,
  created_at: at,
  updated_at: at,
  correlation_id: correlationId,
});

/** What the sign-up hook knows and the record does not: a first request may have come before it. */
export const fromHook = (
  user: ActiveUser,
  { email, name, username }: Pick<NewUser, 'email' | 'name' | 'username'>,
): UserChange => ({
  ...(user.email === undefined && email !== undefined ? { email } : {}),
  ...(user.name === undefined && name !== undefined ? { name } : {}),
  ...(user.username === undefined && username !== undefined ? { username } : {}),
});

export type ProfilePatch = {
  readonly [Field in Exclude<keyof Profile, 'notification_preferences'>]?: string | null | undefined;
} & {
  readonly notification_preferences?:
    | { readonly [Kind in keyof NotificationPreferences]?: boolean | undefined }
    | undefined;
};

const isChoice = (entry: [string, boolean | undefined]): entry is [string, boolean] => entry[1] !== undefined;

/** Only what differs from what is there. */
export const profileChange = (
  user: ActiveUser,
  { notification_preferences: wanted, ...fields }: ProfilePatch,
): UserChange => {
  const before = user.notification_preferences;
  const after = { ...before, ...Object.fromEntries(Object.entries(wanted ?? {}).filter(isChoice)) };
  const isOther = notificationKinds.some((kind) => before[kind] !== after[kind]);
  const different = Object.entries(fields).filter(
    ([field, value]) => value !== undefined && value !== (user[field as keyof typeof fields] ?? null),
  );
  return { ...Object.fromEntries(different), ...(isOther ? { notification_preferences: after } : {}) };
};

/** Activity on this local date. */
export const activityChange = ({ streak }: ActiveUser, today: string): UserChange => {
  const after = afterActivity(streak, today);
  return after === streak ? {} : { streak: after };
};

/** A play on this local date, which is activity too. */
export const playChange = (user: ActiveUser, today: string, key: string): UserChange => {
  const plays = afterPlay(user.plays, monthOf(today), key);
  return plays === user.plays ? {} : { plays, ...activityChange(user, today) };
};

/** Roles are a set. */
export const rolesChange = (user: ActiveUser, roles: readonly Role[], by: string): UserChange => {
  const isSame = roles.length === user.roles.length && roles.every((role) => user.roles.includes(role));
  return isSame ? {} : { roles, roles_by: by };
};
