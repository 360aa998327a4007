/** A caller's record; it begins here for whoever no hook told of (NB2), and its address is that of the newest token. */

import type { Caller } from '#shared/http/route.ts';
import type { PublishedEvent } from '#shared/messaging/published-event.ts';
import { newUser, type UserRecord } from '../domain/user.ts';
import type { Stamp, UserTable } from './user-table.ts';

export type RecordOf = (caller: Caller, stamp: Stamp) => Promise<UserRecord>;

export const firstSight =
  (users: Pick<UserTable, 'get' | 'open' | 'change'>): RecordOf =>
  async ({ app, user, email }, stamp) => {
    const { at, correlationId } = stamp;
    const owner = { app, user };
    const known =
      (await users.get(owner)) ?? (await users.open(newUser({ owner, via: 'request', email, at, correlationId })));
    if (known.status !== 'active' || email === undefined || email === known.email) return known;
    // Changed at the identity provider, or the record began without one: admins and exports read the record.
    const outcome = await users.change<never>(known, stamp, () => ({ change: { email } }));
    return 'user' in outcome ? outcome.user : ((await users.get(owner)) ?? known);
  };

/**
 * For users whom credits saw first. Who has a record keeps it, and who has left stays away: told twice or late, it changes nothing.
 */
export const openForAccount =
  (users: Pick<UserTable, 'open'>) =>
  async ({ app, user, at, correlationId }: PublishedEvent): Promise<void> => {
    await users.open(newUser({ owner: { app, user }, via: 'request', email: undefined, at, correlationId }));
  };
