/**
 * Tells all of an app's connections the same: page by page they become batches, and each batch is sent. Every step may come twice;
 * clients know a message by its key and version. A connection that takes nothing is tried again in a batch of its own kind, then closed.
 */
import type { Logger } from '#shared/observability/logger.ts';
import type { ConnectionKey, ConnectionTable } from '../storage/connection-table.ts';
import { atOnce } from './at-once.ts';
import { type FanOutBatch, type FanOutMessage, type FanOutPage, maxBatch, type SendFanOut } from './fan-out-message.ts';
import type { Sockets } from './sockets.ts';

/** Connections of one page: one query, and one call to the queue. */
const pageSize = 500;
/** Posts under way. */
const places = 25;
export const maxAttempts = 3;
const pauseSeconds = 5;

export interface FanOutDependencies {
  readonly connections: Pick<ConnectionTable, 'pageOfApp' | 'remove'>;
  readonly sockets: Sockets;
  readonly send: SendFanOut;
  readonly logger: Pick<Logger, 'info'>;
}

export const fanOut = ({ connections, sockets, send, logger }: FanOutDependencies) => {
  const page = async ({ app, shard, after, message }: FanOutPage): Promise<void> => {
    const found = await connections.pageOfApp(app, { shard, limit: pageSize, after });
    const messages: FanOutMessage[] = [];
    for (let from = 0; from < found.connections.length; from += maxBatch)
      messages.push({
        kind: 'batch',
        connections: found.connections.slice(from, from + maxBatch),
        message,
        attempt: 1,
      });
    if (found.next) messages.push({ kind: 'page', app, shard, after: found.next, message });
    await send(messages);
  };

  /** The client comes again and asks for what it missed. */
  const giveUp = async ({ owner, connection }: ConnectionKey): Promise<void> => {
    if ((await sockets.close(connection)) === 'busy') throw new Error('a connection that takes nothing was not closed');
    await connections.remove(owner, connection);
  };

  const batch = async ({ connections: keys, message, attempt }: FanOutBatch): Promise<void> => {
    const text = JSON.stringify(message);
    const busy: ConnectionKey[] = [];
    await atOnce(places, keys, async (key) => {
      const outcome = await sockets.post(key.connection, text);
      if (outcome === 'gone') await connections.remove(key.owner, key.connection);
      if (outcome === 'busy') busy.push(key);
    });
    if (busy.length === 0) return;
    logger.info('connections were busy', { key: message.key, busy: busy.length, attempt });
    if (attempt < maxAttempts)
      await send([{ kind: 'batch', connections: busy, message, attempt: attempt + 1 }], pauseSeconds);
    else await atOnce(places, busy, giveUp);
  };

  return (message: FanOutMessage): Promise<void> => {
    switch (message.kind) {
      case 'page':
        return page(message);
      case 'batch':
        return batch(message);
    }
  };
};
