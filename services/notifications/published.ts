/** What the bus hears of inboxes: a notification that is new, and what its user made of it. Each once, for ids are made of the cause. */
import { derivedUuid } from '#shared/ids.ts';
import type { RecordChange } from '#shared/messaging/record-relay.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { NotificationChanged, NotificationCreated } from './contracts.ts';
import { notificationView } from './inbox/notification-view.ts';
import type { Item, StoredNotification } from './storage/notification-table.ts';

type Kept = Item & StoredNotification;

/** Beside notifications the table has marks, and what is left of removed ones. */
const isNotification = (item: Item | undefined): item is Kept => item?.created_at !== undefined;

/** A notification goes one way: it is new, then read, then removed, and may leave out the second. */
const versions = { created: 1, read: 2, removed: 3 } as const;

const envelope = <Type extends string>(
  { owner, id, correlation_id }: Kept,
  type: Type,
  state: keyof typeof versions,
) => {
  const { app, user } = parseOwnerKey(owner);
  return {
    id: derivedUuid(owner, id, type, state),
    type,
    schemaVersion: 1 as const,
    app,
    user,
    version: versions[state],
    correlationId: correlation_id,
    causationId: correlation_id,
  };
};

const created = (item: Kept): NotificationCreated => {
  const { id, type, title_key, message_key, params, subject, url, locale, created_at } = item;
  const data = { id, type, title_key, message_key, params, subject, url, locale };
  return { ...envelope(item, 'NotificationCreated', 'created'), at: created_at, data };
};

const changed = (before: Kept, after: Item): NotificationChanged | undefined => {
  const { changed_at: at = before.created_at, removed } = after;
  if (removed) {
    const data = { id: before.id, removed } as const;
    return { ...envelope(before, 'NotificationChanged', 'removed'), at, data };
  }
  if (before.read || !isNotification(after) || !after.read) return undefined;
  const data = { ...notificationView(after), removed: false } as const;
  return { ...envelope(after, 'NotificationChanged', 'read'), at, data };
};

/** Nothing of one that expires, nor of those of a user who leaves: nobody shows them. */
export const toPublished = ({
  before,
  after,
}: RecordChange<Item>): readonly (NotificationCreated | NotificationChanged)[] => {
  if (!before) return isNotification(after) ? [created(after)] : [];
  if (!after || !isNotification(before)) return [];
  const event = changed(before, after);
  return event ? [event] : [];
};
