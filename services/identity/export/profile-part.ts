/** Identity's own part of a user's export: their record as the API shows it, and how it began. */
import type * as z from 'zod';
import type { WriteExportPart } from '../client.ts';
import type { exportRequested } from '../contracts.ts';
import type { ZoneOf } from '../users/local-zone.ts';
import type { UserTable } from '../users/user-table.ts';
import { userOf } from '../users/views.ts';

export interface ProfilePartDeps {
  readonly users: Pick<UserTable, 'get'>;
  readonly zoneOf: ZoneOf;
  readonly write: WriteExportPart;
}

/** Nothing is written for a user who has left, or of whom another export was asked for since. */
export const profilePart =
  ({ users, zoneOf, write }: ProfilePartDeps) =>
  async ({ app, user, at, data: { exportId } }: z.infer<typeof exportRequested>): Promise<void> => {
    const owner = { app, user };
    const record = await users.get(owner);
    if (record?.status !== 'active' || record.export?.id !== exportId) return;
    const view = userOf(record, { at, zone: await zoneOf(record) });
    await write({ owner, exportId, service: 'identity' }, { ...view, via: record.via });
  };
