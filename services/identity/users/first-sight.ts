/** A caller's record; it begins here for whoever no hook told of (NB2). */

import type { Caller } from '#shared/http/route.ts';
import type { PublishedEvent } from '#shared/messaging/published-event.ts';
import { newUser, type UserRecord } from '../domain/user.ts';
import type { Stamp, UserTable } from './user-table.ts';

export type RecordOf = (caller: Caller, stamp: Stamp) => Promise<UserRecord>;

export const firstSight =
  (users: Pick<UserTable, 'get' | 'open'>): RecordOf =>
  async ({ app, user, email }, { at, correlationId }) => {
    const owner = { app, user };
    return (await users.get(owner)) ?? (await users.open(newUser({ owner, via: 'request', email, at, correlationId })));
  };

/**
 * For users whom credits saw first. Who has a record keeps it, and who has left stays away: told twice or late, it changes nothing.
 */
export const openForAccount =
  (users: Pick<UserTable, 'open'>) =>
  async ({ app, user, at, correlationId }: PublishedEvent): Promise<void> => {
    await users.open(newUser({ owner: { app, user }, via: 'request', email: undefined, at, correlationId }));
  };
