/**
 * One bus event, told to whom it concerns. Nobody there: one read. Somebody there: the feed decides whether it is still news and
 * keeps it, and only then the connections are read: a device that connects in between finds it in the feed or is found here.
 */
import * as z from 'zod';
import { userDeleted } from '#services/identity/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { SocketMessage } from '../contracts.ts';
import {
  type ConnectionKey,
  type ConnectionTable,
  connectionShards,
  type SeenConnection,
} from '../storage/connection-table.ts';
import { type FeedTable, feedOfApp, newsForMs } from '../storage/feed-table.ts';
import { atOnce } from './at-once.ts';
import { type SendFanOut, tryAgain } from './fan-out-message.ts';
import { type LeaveDependencies, leave } from './leave.ts';
import { heard, messageOf, type Told } from './message-of.ts';
import type { Sockets } from './sockets.ts';

/** All that a push may begin with. */
export const pushed = z.discriminatedUnion('type', [heard, userDeleted]);
export type Pushed = z.infer<typeof pushed>;

/** Posts under way for one event. */
const places = 25;
/**
 * The index by app is eventually consistent: who connected a moment before a change is not in it yet, and their cursor is of behind
 * the change, so that nothing would tell them.
 */
export const firstPagesAfterSeconds = 2;

export interface PushDependencies extends LeaveDependencies {
  readonly connections: LeaveDependencies['connections'] & Pick<ConnectionTable, 'wasHere' | 'strikeOff'>;
  readonly feed: Pick<FeedTable, 'admit'>;
  readonly sockets: Sockets;
  readonly fanOut: SendFanOut;
  readonly logger: Pick<Logger, 'info'>;
  readonly now: () => number;
}

export const push = (dependencies: PushDependencies) => {
  const { connections, feed, sockets, fanOut, logger, now } = dependencies;
  const end = leave(dependencies);

  const admitted = async (owner: Owner, { message, holdsBackMs = 0 }: Told): Promise<SocketMessage | undefined> => {
    const admission = await feed.admit(owner, message, { holdsBackMs });
    return admission.send ? { ...message, cursor: admission.cursor } : undefined;
  };

  const toUser = async (owner: Owner, told: Told): Promise<void> => {
    if (!(await connections.wasHere(owner))) return;
    const message = await admitted(owner, told);
    if (!message) return;
    const text = JSON.stringify(message);
    const busy: ConnectionKey[] = [];
    const post = async (seen: SeenConnection): Promise<void> => {
      const outcome = await sockets.post(seen.connection, text);
      if (outcome === 'gone') await connections.strikeOff(seen);
      if (outcome === 'busy') busy.push(seen);
    };
    try {
      await atOnce(places, await connections.of(owner), post);
    } finally {
      if (busy.length > 0) {
        logger.info('connections were busy', { owner: ownerKey(owner), key: message.key, busy: busy.length });
        // Not by this event's own message: when that comes again, cursors are past what a resume looks back to.
        await tryAgain(fanOut, { busy, message, attempt: 1 });
      }
    }
  };

  const toApp = async (app: string, told: Told): Promise<void> => {
    const message = await admitted(feedOfApp(app), told);
    if (!message) return;
    const pages = connectionShards.map((shard) => ({ kind: 'page', app, shard, message }) as const);
    await fanOut(pages, firstPagesAfterSeconds);
  };

  return async (event: Pushed, hasTime: () => boolean): Promise<void> => {
    const owner = { app: event.app, user: event.user };
    if (event.type === 'UserDeleted') return end(owner, hasTime);
    if (Date.parse(event.at) < now() - newsForMs) return;
    const told = messageOf(event);
    switch (told?.to) {
      case undefined:
        return;
      case 'user':
        return toUser(owner, told);
      case 'app':
        return toApp(event.app, told);
    }
  };
};
