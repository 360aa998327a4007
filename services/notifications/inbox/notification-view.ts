/** A notification as its user sees it. */
import type * as z from 'zod';
import type { notification } from '../contracts.ts';
import type { StoredNotification } from '../storage/notification-table.ts';

export const notificationView = (stored: StoredNotification): z.infer<typeof notification> => {
  const { id, type, title_key, message_key, params, subject, url, read, created_at } = stored;
  return { id, type, title_key, message_key, params, subject, url, read, created_at };
};
