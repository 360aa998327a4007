/** What the bus hears of inboxes: a notification that is new. Once, for its id is made of its cause. */
import { derivedUuid } from '#shared/ids.ts';
import type { RecordChange } from '#shared/messaging/record-relay.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { NotificationCreated } from './contracts.ts';
import type { Item, StoredNotification } from './storage/notification-table.ts';

/** Beside notifications the table has marks, and what is left of removed ones. */
const isNotification = (item: Item | undefined): item is Item & StoredNotification => item?.created_at !== undefined;

export const toPublished = ({ before, after }: RecordChange<Item>): NotificationCreated[] => {
  if (before || !isNotification(after)) return [];
  const { app, user } = parseOwnerKey(after.owner);
  const { id, type, title_key, message_key, params, subject, url, locale, created_at, correlation_id } = after;
  return [
    {
      id: derivedUuid(after.owner, id, 'NotificationCreated'),
      type: 'NotificationCreated',
      schemaVersion: 1,
      app,
      user,
      version: 1,
      at: created_at,
      correlationId: correlation_id,
      causationId: correlation_id,
      data: { id, type, title_key, message_key, params, subject, url, locale },
    },
  ];
};
