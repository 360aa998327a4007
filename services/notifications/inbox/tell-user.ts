/** An event of the bus becomes at most one notification of its user: who left is told nothing, and who does not want its type neither. */
import type { Catalog } from '#services/catalog/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { type NotedEvent, notify } from '../domain/notify.ts';
import { type MemberTable, wants } from '../storage/member-table.ts';
import type { NotificationTable } from '../storage/notification-table.ts';

export interface TellUserDeps {
  readonly catalog: Catalog;
  readonly members: Pick<MemberTable, 'find'>;
  readonly notifications: Pick<NotificationTable, 'add'>;
  readonly logger: Pick<Logger, 'warn'>;
}

export const tellUser =
  ({ catalog, members, notifications, logger }: TellUserDeps) =>
  async (event: NotedEvent): Promise<void> => {
    const { app, user } = event;
    const definition = await catalog.app(app);
    if (!definition) return logger.warn('nobody is told: the app is not known', { app });
    const notice = notify(event, definition);
    if (!notice) return;
    const member = await members.find(app, user);
    if (member?.left || !wants(member, notice.facts.type)) return;
    await notifications.add({ app, user }, { ...notice.facts, locale: member?.locale ?? null }, notice.once);
  };
