/**
 * Tells all of an app's connections the same: page by page they become batches, and each batch is sent. Every step may come twice;
 * clients know a message by its key and version. A connection that takes nothing is tried again in a batch of its own kind, then closed;
 * those that were busy at a push begin here at their second try.
 */
import type { Logger } from '#shared/observability/logger.ts';
import type { ConnectionKey, ConnectionTable } from '../storage/connection-table.ts';
import { atOnce } from './at-once.ts';
import {
  type FanOutBatch,
  type FanOutMessage,
  type FanOutPage,
  maxAttempts,
  maxBatch,
  type SendFanOut,
  tryAgain,
} from './fan-out-message.ts';
import type { Outcome, Sockets } from './sockets.ts';

/** Connections of one page: one query, and one call to the queue. */
const pageSize = 500;
/** Posts under way. */
const places = 25;

export interface FanOutDependencies {
  readonly connections: Pick<ConnectionTable, 'pageOfApp' | 'find' | 'remove' | 'strikeOff'>;
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
  const giveUp = async (key: ConnectionKey): Promise<void> => {
    if ((await sockets.close(key.connection)) === 'busy')
      throw new Error('a connection that takes nothing was not closed');
    await connections.remove(key);
  };

  /**
   * Whether it is struck off depends on what is in the table, and the index does not hold that. So who seems gone is read and tried
   * once more: cheaper than an index that is written at each greeting.
   */
  const post = async (key: ConnectionKey, text: string): Promise<Outcome> => {
    const first = await sockets.post(key.connection, text);
    const seen = first === 'gone' ? await connections.find(key) : undefined;
    if (!seen) return first;
    const second = await sockets.post(key.connection, text);
    if (second === 'gone') await connections.strikeOff(seen);
    return second;
  };

  const again = async (what: Parameters<typeof tryAgain>[1]): Promise<void> => {
    const { busy, message, attempt } = what;
    const isLast = attempt >= maxAttempts;
    logger.info(isLast ? 'connections that take nothing are closed' : 'connections were busy', {
      key: message.key,
      busy: busy.length,
      attempt,
    });
    if (isLast) await atOnce(places, busy, giveUp);
    else await tryAgain(send, what);
  };

  const batch = async ({ connections: keys, message, attempt }: FanOutBatch): Promise<void> => {
    const text = JSON.stringify(message);
    const busy: ConnectionKey[] = [];
    try {
      await atOnce(places, keys, async (key) => {
        if ((await post(key, text)) === 'busy') busy.push(key);
      });
    } finally {
      if (busy.length > 0) await again({ busy, message, attempt });
    }
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
