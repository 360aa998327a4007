/** Notifications' part of a user's export: the inbox as the API shows it. */
import type * as z from 'zod';
import type { WriteExportPart } from '#services/identity/client.ts';
import type { exportRequested } from '#services/identity/contracts.ts';
import type { Owner } from '#shared/owner.ts';
import { notificationView } from '../inbox/notification-view.ts';
import type { NotificationId, NotificationTable } from '../storage/notification-table.ts';

export interface ExportPartDeps {
  readonly notifications: Pick<NotificationTable, 'list'>;
  readonly write: WriteExportPart;
}

const pageSize = 100;

async function* inboxOf({ notifications }: Pick<ExportPartDeps, 'notifications'>, owner: Owner) {
  let before: NotificationId | undefined;
  do {
    const { items, next } = await notifications.list(owner, { limit: pageSize, before, unread: false });
    for (const stored of items) yield notificationView(stored);
    before = next;
  } while (before !== undefined);
}

/** Told twice, it writes the same file again, perhaps with what came since. */
export const exportPart =
  ({ notifications, write }: ExportPartDeps) =>
  async ({ app, user, data }: z.infer<typeof exportRequested>): Promise<void> => {
    const owner = { app, user };
    const part = { owner, exportId: data.exportId, service: 'notifications' } as const;
    await write(part, { notifications: inboxOf({ notifications }, owner) });
  };
