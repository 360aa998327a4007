/** GET /v1/admin/users/{user}, PUT /v1/admin/users/{user}/roles (PP2) */
import { type Input, refuse } from '#shared/http/route.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { rolesChange, type UserRecord } from '../../domain/user.ts';
import type { routes } from '../../routes.ts';
import type { ZoneOf } from '../../users/local-zone.ts';
import type { UserTable } from '../../users/user-table.ts';
import { deletedUserOf, userOf } from '../../users/views.ts';
import { userUnknown } from './refusals.ts';

export interface AdminDependencies {
  readonly users: UserTable;
  readonly zoneOf: ZoneOf;
  readonly logger: Pick<Logger, 'info'>;
}

const reply = async (zoneOf: ZoneOf, record: UserRecord, at: string) => ({
  status: 200 as const,
  body:
    record.status === 'active'
      ? { ...userOf(record, { at, zone: await zoneOf(record) }), status: record.status }
      : deletedUserOf(record),
});

export const getUser =
  ({ users, zoneOf }: AdminDependencies) =>
  async ({ admin, path, at }: Input<typeof routes.getUser>) => {
    const record = await users.get({ app: admin.app, user: path.user });
    return record ? reply(zoneOf, record, at) : userUnknown(admin.app, path.user);
  };

export const setRoles =
  ({ users, zoneOf, logger }: AdminDependencies) =>
  async (input: Input<typeof routes.setRoles>) => {
    const { admin, path, body, at } = input;
    const known = await users.get({ app: admin.app, user: path.user });
    // A role given to an id that nobody has seen could wait there for whoever gets that id.
    if (known?.status !== 'active') return userUnknown(admin.app, path.user);
    if (admin.actor === `admin:${path.user}` && !body.roles.includes('admin'))
      return refuse('role-own', {
        detail: 'Ask another admin, or use an admin key: an app is not left without admins by a slip.',
      });
    const outcome = await users.change(known, input, (record) => ({
      change: rolesChange(record, body.roles, admin.actor),
    }));
    if (!('user' in outcome)) return userUnknown(admin.app, path.user);
    if (outcome.user !== known) logger.info('roles changed', { of: path.user, roles: body.roles, actor: admin.actor });
    return reply(zoneOf, outcome.user, at);
  };
