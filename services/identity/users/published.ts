/** What others are told when a user's record changes. Told again, an event has the same id: it is derived from the version. */
import { derivedUuid } from '#shared/ids.ts';
import type { RecordChange } from '#shared/messaging/record-relay.ts';
import type { IdentityEvent } from '../contracts.ts';
import { type ActiveUser, notificationKinds, type UserRecord } from '../domain/user.ts';

type Told = { [Event in IdentityEvent as Event['type']]: Pick<Event, 'type' | 'data'> }[IdentityEvent['type']];

const preferences = ({ notification_preferences, locale = null }: ActiveUser): Told => {
  const { promotions, feature_updates, general_alerts } = notification_preferences;
  return {
    type: 'PreferencesChanged',
    data: { notifications: { promotions, feature_updates, general_alerts }, locale },
  };
};

const wantsOther = (before: ActiveUser, after: ActiveUser): boolean =>
  (before.locale ?? null) !== (after.locale ?? null) ||
  notificationKinds.some((kind) => before.notification_preferences[kind] !== after.notification_preferences[kind]);

const toldOf = (before: UserRecord | undefined, after: UserRecord): Told[] => {
  if (after.status === 'deleted') {
    // A user without a record leaves a tombstone too.
    if (before?.status !== 'deleted') return [{ type: 'UserDeleted', data: { pass: 1 } }];
    const again = after.deletion_pass === 2 && before.deletion_pass !== 2;
    return again ? [{ type: 'UserDeleted', data: { pass: 2 } }] : [];
  }
  const known = before?.status === 'active' ? before : undefined;
  const registered: Told[] = before ? [] : [{ type: 'UserRegistered', data: { via: after.via } }];
  const changed = known && !wantsOther(known, after) ? [] : [preferences(after)];
  const asked = after.export;
  const requested: Told[] =
    asked?.status === 'preparing' && asked.id !== known?.export?.id
      ? [{ type: 'ExportRequested', data: { exportId: asked.id } }]
      : [];
  return [...registered, ...changed, ...requested];
};

/** A record that was removed altogether is an operator's doing and told to nobody. */
export const toPublished = ({ before, after }: RecordChange<UserRecord>): IdentityEvent[] => {
  if (!after) return [];
  const { owner, app, user, version, updated_at, correlation_id } = after;
  return toldOf(before, after).map(
    (told): IdentityEvent => ({
      ...told,
      id: derivedUuid(owner, String(version), told.type),
      schemaVersion: 1,
      app,
      user,
      version,
      at: updated_at,
      correlationId: correlation_id,
      causationId: correlation_id,
    }),
  );
};
