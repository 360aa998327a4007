/**
 * One bus event, told to whom it concerns. Nobody there: one read. Somebody there: the feed decides whether it is still news and
 * keeps it, and only then the connections are read: a device that connects in between finds it in the feed or is found here.
 */
import * as z from 'zod';
import { userDeleted } from '#services/identity/contracts.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { SocketMessage } from '../contracts.ts';
import { type Connection, type ConnectionTable, connectionShards } from '../storage/connection-table.ts';
import { type FeedTable, feedOfApp } from '../storage/feed-table.ts';
import type { SendFanOut } from './fan-out-message.ts';
import { heard, messageOf, type Told } from './message-of.ts';
import type { Sockets } from './sockets.ts';

/** All that a push may begin with. */
export const pushed = z.discriminatedUnion('type', [heard, userDeleted]);
export type Pushed = z.infer<typeof pushed>;

/** Deliveries of a message after which a connection that takes nothing is closed. Below the queue's own bound of five. */
export const maxDeliveries = 3;

export interface PushDependencies {
  readonly connections: Pick<ConnectionTable, 'wasHere' | 'of' | 'remove'>;
  readonly feed: Pick<FeedTable, 'admit'>;
  readonly sockets: Sockets;
  readonly fanOut: SendFanOut;
  /** What is kept for a user's devices. */
  readonly removeFeed: (owner: Owner, hasTime: () => boolean) => Promise<{ readonly more: boolean }>;
  readonly logger: Pick<Logger, 'info'>;
}

interface Delivery {
  /** How often this message was received, this time included. */
  readonly deliveries: number;
  readonly hasTime: () => boolean;
}

export const push = ({ connections, feed, sockets, fanOut, removeFeed, logger }: PushDependencies) => {
  const admitted = async (owner: Owner, { message, holdsBackMs = 0 }: Told): Promise<SocketMessage | undefined> => {
    const admission = await feed.admit(owner, message, { holdsBackMs });
    return admission.send ? { ...message, cursor: admission.cursor } : undefined;
  };

  const close = async ({ owner, connection }: Connection): Promise<void> => {
    if ((await sockets.close(connection)) === 'busy') throw new ComesAgain('a connection was not closed');
    await connections.remove(owner, connection);
  };

  const toUser = async (owner: Owner, told: Told, deliveries: number): Promise<void> => {
    if (!(await connections.wasHere(owner))) return;
    const message = await admitted(owner, told);
    if (!message) return;
    const text = JSON.stringify(message);
    const busy: Connection[] = [];
    await Promise.all(
      (await connections.of(owner)).map(async (connection) => {
        const outcome = await sockets.post(connection.connection, text);
        if (outcome === 'gone') await connections.remove(connection.owner, connection.connection);
        if (outcome === 'busy') busy.push(connection);
      }),
    );
    if (busy.length === 0) return;
    if (deliveries < maxDeliveries) throw new ComesAgain(`${busy.length} connections are busy`);
    // It has its device's other messages wait too. The client comes again and asks for what it missed.
    logger.info('connections that take nothing are closed', { owner: ownerKey(owner), busy: busy.length });
    await Promise.all(busy.map(close));
  };

  const toApp = async (app: string, told: Told): Promise<void> => {
    const message = await admitted(feedOfApp(app), told);
    if (message) await fanOut(connectionShards.map((shard) => ({ kind: 'page', app, shard, message })));
  };

  /** A deleted user hears nothing more; the connections would live on until their tokens end. */
  const leave = async (owner: Owner, hasTime: () => boolean): Promise<void> => {
    await Promise.all((await connections.of(owner)).map(close));
    const { more } = await removeFeed(owner, hasTime);
    if (more) throw new ComesAgain('a feed is not empty yet');
  };

  return async (event: Pushed, { deliveries, hasTime }: Delivery): Promise<void> => {
    const owner = { app: event.app, user: event.user };
    if (event.type === 'UserDeleted') return leave(owner, hasTime);
    const told = messageOf(event);
    switch (told?.to) {
      case undefined:
        return;
      case 'user':
        return toUser(owner, told, deliveries);
      case 'app':
        return toApp(event.app, told);
    }
  };
};
