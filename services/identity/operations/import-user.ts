/**
 * Brings the users of an app that moves here. Whoever has no record gets theirs as it was; a record that began here is filled where
 * it says nothing, once. What a user has changed here since stays.
 */
import type { Owner } from '#shared/owner.ts';
import { localDate, monthOf } from '../domain/local-date.ts';
import { fromHook, type NotificationPreferences, newUser, type Role, type UserChange } from '../domain/user.ts';
import type { UserTable } from '../users/user-table.ts';

export const importActor = 'system:import';

export interface ImportedUser {
  readonly owner: Owner;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly username?: string | undefined;
  readonly roles: readonly Role[];
  readonly preferences?: NotificationPreferences | undefined;
  readonly streak?: { readonly current: number; readonly lastActiveDate: string } | undefined;
  /** Since `since`, of the month that began then. */
  readonly plays?: { readonly count: number; readonly since: string } | undefined;
  readonly createdAt?: string | undefined;
}

export interface ImportUserDeps {
  readonly users: Pick<UserTable, 'get' | 'open' | 'change'>;
  /** Of the app. */
  readonly zone: string;
  readonly correlationId: string;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

export type ImportedRecord = 'written' | 'unchanged' | 'user-left';

/** Plays of a month that is over count for nothing. */
const playsOf = ({ plays }: ImportedUser, zone: string, at: string): Pick<UserChange, 'plays'> => {
  const month = monthOf(localDate(at, zone));
  if (!plays || plays.count === 0 || monthOf(localDate(plays.since, zone)) !== month) return {};
  return { plays: { month, count: plays.count, recent: [] } };
};

const activityOf = ({ streak }: ImportedUser): Pick<UserChange, 'streak'> => {
  if (!streak) return {};
  const { current, lastActiveDate } = streak;
  return { streak: { current, longest: current, last_active_date: lastActiveDate } };
};

const rolesOf = ({ roles }: ImportedUser): Pick<UserChange, 'roles' | 'roles_by'> =>
  roles.length === 0 ? {} : { roles, roles_by: importActor };

export const importUser = async (
  { users, zone, correlationId, now }: ImportUserDeps,
  told: ImportedUser,
): Promise<ImportedRecord> => {
  const { owner, email, name, username, preferences, createdAt } = told;
  const at = now();
  const brought: UserChange = {
    ...playsOf(told, zone, at),
    ...activityOf(told),
    ...rolesOf(told),
    ...(preferences ? { notification_preferences: preferences } : {}),
    imported_at: at,
  };
  const begun = newUser({ owner, via: 'hook', email, name, username, at, correlationId });
  const whole = { ...begun, ...brought, created_at: createdAt ?? at };
  const known = (await users.get(owner)) ?? (await users.open(whole));
  if (known === whole) return 'written';
  if (known.status === 'deleted') return 'user-left';
  let isWritten = false;
  const outcome = await users.change<'imported'>(known, { at, correlationId }, (user) => {
    if (user.imported_at !== undefined) return { rejection: 'imported' };
    isWritten = true;
    const { streak, plays, roles, roles_by, notification_preferences } = brought;
    const wants = Object.values(user.notification_preferences).every(Boolean);
    return {
      change: {
        ...fromHook(user, { email, name, username }),
        ...(user.streak.last_active_date === undefined && streak ? { streak } : {}),
        ...(user.plays === undefined && plays ? { plays } : {}),
        ...(user.roles_by === undefined && roles && roles_by ? { roles, roles_by } : {}),
        ...(wants && notification_preferences ? { notification_preferences } : {}),
        imported_at: at,
      },
    };
  });
  if ('rejection' in outcome) return outcome.rejection === 'imported' ? 'unchanged' : 'user-left';
  return isWritten ? 'written' : 'unchanged';
};

/** Whether the user's record is here, whoever began it. */
export const isUserThere = async (
  users: Pick<UserTable, 'get'>,
  owner: Owner,
): Promise<'there' | 'missing' | 'left'> => {
  const record = await users.get(owner);
  if (!record) return 'missing';
  if (record.status === 'deleted') return 'left';
  return record.imported_at === undefined ? 'missing' : 'there';
};
