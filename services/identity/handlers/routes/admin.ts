/** GET /v1/admin/users, GET /v1/admin/users/{user}, PUT /v1/admin/users/{user}/roles (PP2, FS9) */
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { userId } from '#shared/owner.ts';
import { rolesChange, type UserRecord } from '../../domain/user.ts';
import type { routes } from '../../routes.ts';
import type { ZoneOf } from '../../users/local-zone.ts';
import { cursorOf, emailKey, type ListUsers } from '../../users/user-list.ts';
import type { UserTable } from '../../users/user-table.ts';
import { adminUserOf } from '../../users/views.ts';
import { userUnknown } from './refusals.ts';

export interface AdminDependencies {
  readonly users: UserTable;
  readonly userList: ListUsers;
  readonly zoneOf: ZoneOf;
  readonly logger: Pick<Logger, 'info'>;
}

const reply = async (zoneOf: ZoneOf, record: UserRecord, at: string) => ({
  status: 200 as const,
  body: await adminUserOf(record, at, zoneOf),
});

/** What could be an id is looked for as one first: whoever has it is the one that is meant. */
export const listUsers =
  ({ users, userList, zoneOf }: Pick<AdminDependencies, 'users' | 'userList' | 'zoneOf'>) =>
  async ({ admin: { app }, query: { limit, cursor, query }, at }: Input<typeof routes.listUsers>) => {
    const show = async (records: readonly UserRecord[]) =>
      Promise.all(records.map((record) => adminUserOf(record, at, zoneOf)));
    const id = cursor === undefined ? userId.safeParse(query).data : undefined;
    const meant = id === undefined ? undefined : await users.get({ app, user: id });
    if (meant) return { status: 200 as const, body: { data: await show([meant]), next_cursor: null } };
    const prefix = query === undefined ? undefined : emailKey(query);
    const from = decodeCursor(cursorOf(app, prefix), cursor);
    const { users: found, next } = await userList({ app, prefix, limit, from });
    return {
      status: 200 as const,
      body: { data: await show(found), next_cursor: next ? encodeCursor(next) : null },
    };
  };

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
