/**
 * An account begins with its user and ends with them. Both are told more than once and in any order: an account is opened
 * once for ever, closed once for ever, and a closed one is not opened again.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import { userDeleted, userRegistered } from '#services/identity/contracts.ts';
import { accountStream } from '../domain/account.ts';
import { type HandleAccount, openOnFirstSight } from '../handle-account.ts';

export const userEvent = z.discriminatedUnion('type', [userRegistered, userDeleted]);
export type UserEvent = z.infer<typeof userEvent>;
type Registered = z.infer<typeof userRegistered>;
type Deleted = z.infer<typeof userDeleted>;

export interface FollowUserDeps {
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

/**
 * A user's leaving is told again 55 minutes after it, at the earliest. An event of their registration that is younger is
 * thus never the last word; an older one could open an account that nobody closes any more. The user's first request opens it then.
 */
const opensForMs = 50 * 60_000;

/** `holds-open`: a job is still about to end; come again. */
export type Followed = 'done' | 'holds-open';

const metaOf = ({ id, correlationId }: UserEvent) => ({ actor: 'system:on-user', correlationId, causationId: id });

const open = async ({ handle, catalog, logger, now }: FollowUserDeps, event: Registered): Promise<Followed> => {
  const { app, user } = event;
  const at = now();
  if (Date.parse(at) - Date.parse(event.at) > opensForMs) {
    logger.info('late registration left to the first request', { app, user });
    return 'done';
  }
  const definition = await catalog.app(app);
  if (!definition) {
    logger.warn('no account for a user of an unknown app', { app, user });
    return 'done';
  }
  await openOnFirstSight(handle, accountStream({ app, user }), definition, { at, meta: metaOf(event) });
  return 'done';
};

const close = async ({ handle, logger, now }: FollowUserDeps, event: Deleted): Promise<Followed> => {
  const { app, user, data } = event;
  const command = { type: 'CloseAccount', at: now(), reason: 'user left' } as const;
  const handled = await handle(accountStream({ app, user }), command, metaOf(event));
  if (handled.accepted) {
    if (handled.events.length > 0) logger.info('account of a user who left closed', { app, user, pass: data.pass });
    return 'done';
  }
  switch (handled.rejection) {
    case 'holds-open':
      return 'holds-open';
    // A request that is under way may open one yet; the second pass closes that.
    case 'account-unopened':
      return 'done';
    default:
      throw new Error(`an account was not closed: ${handled.rejection}`);
  }
};

export const followUser =
  (deps: FollowUserDeps) =>
  (event: UserEvent): Promise<Followed> =>
    event.type === 'UserRegistered' ? open(deps, event) : close(deps, event);
export type FollowUser = ReturnType<typeof followUser>;
