/** Keeps the copy of what identity and credits tell of users: in any order, and more than once. Who leaves takes their inbox along. */
import * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import { accountOpened, planChanged } from '#services/credits/contracts.ts';
import { preferencesChanged, userDeleted } from '#services/identity/contracts.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Owner } from '#shared/owner.ts';
import type { MemberTable } from '../storage/member-table.ts';
import type { NotificationTable } from '../storage/notification-table.ts';

export const memberEvent = z.discriminatedUnion('type', [preferencesChanged, userDeleted, accountOpened, planChanged]);
export type MemberEvent = z.infer<typeof memberEvent>;

export interface FollowMemberDeps {
  readonly members: Pick<MemberTable, 'keepPreferences' | 'keepPlan' | 'remove'>;
  readonly notifications: Pick<NotificationTable, 'removePage'>;
  readonly catalog: Catalog;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Twenty thousand notifications for one delivery of the message. */
const maxPages = 200;

const leave = async ({ members, notifications, logger }: FollowMemberDeps, owner: Owner): Promise<void> => {
  // First: what comes late is told to nobody from now on.
  await members.remove(owner.app, owner.user);
  for (let page = 0; page < maxPages; page += 1)
    if (!(await notifications.removePage(owner))) return logger.info('inbox of a user who left removed', { ...owner });
  throw new ComesAgain('there are more notifications to remove');
};

/** An account begins with its app's default plan. */
const open = async (
  { members, catalog, logger }: FollowMemberDeps,
  { app, user, version }: z.infer<typeof accountOpened>,
): Promise<void> => {
  const definition = await catalog.app(app);
  if (!definition) return logger.warn('a member of an unknown app', { app });
  await members.keepPlan({ app, user, plan: definition.default_plan }, version);
};

export const followMember =
  (deps: FollowMemberDeps) =>
  async (event: MemberEvent): Promise<void> => {
    const { app, user, version } = event;
    switch (event.type) {
      case 'PreferencesChanged': {
        const { notifications: preferences, locale } = event.data;
        return deps.members.keepPreferences({ app, user, preferences, locale }, version);
      }
      case 'AccountOpened':
        return open(deps, event);
      case 'PlanChanged':
        return deps.members.keepPlan({ app, user, plan: event.data.plan }, version);
      case 'UserDeleted':
        return leave(deps, { app, user });
    }
  };
