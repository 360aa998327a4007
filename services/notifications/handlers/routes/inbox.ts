/** A user's inbox (SP14): /v1/notifications, …/unread-count, …/read-all, …/{id}, …/{id}/read */
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { idSchema } from '#shared/ids.ts';
import { notificationView } from '../../inbox/notification-view.ts';
import type { routes } from '../../routes.ts';
import { maxCounted, type NotificationTable } from '../../storage/notification-table.ts';

export interface InboxDependencies {
  readonly notifications: NotificationTable;
}

/** One request marks so many. */
const readAtOnce = 500;

const notificationUnknown = () => refuse('notification-unknown');

export const listNotifications =
  ({ notifications }: InboxDependencies) =>
  async ({ user, query }: Input<typeof routes.listNotifications>) => {
    const before = decodeCursor(idSchema('ntf'), query.cursor);
    const unread = query.unread !== undefined;
    const { items, next } = await notifications.list(user, { limit: query.limit, before, unread });
    const body = { data: items.map(notificationView), next_cursor: next ? encodeCursor(next) : null };
    return { status: 200, body } as const;
  };

export const countUnread =
  ({ notifications }: InboxDependencies) =>
  async ({ user }: Input<typeof routes.countUnread>) => {
    const unread = await notifications.countUnread(user);
    return { status: 200, body: { unread, more: unread >= maxCounted } } as const;
  };

export const readNotification =
  ({ notifications }: InboxDependencies) =>
  async ({ user, path }: Input<typeof routes.readNotification>) => {
    const read = await notifications.read(user, path.id);
    return read ? ({ status: 200, body: notificationView(read) } as const) : notificationUnknown();
  };

export const readAllNotifications =
  ({ notifications }: InboxDependencies) =>
  async ({ user }: Input<typeof routes.readAllNotifications>) =>
    ({ status: 200, body: await notifications.readAll(user, readAtOnce) }) as const;

export const deleteNotification =
  ({ notifications }: InboxDependencies) =>
  async ({ user, path }: Input<typeof routes.deleteNotification>) =>
    (await notifications.remove(user, path.id)) ? ({ status: 204, body: undefined } as const) : notificationUnknown();
