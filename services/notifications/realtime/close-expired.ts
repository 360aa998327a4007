/** Closes connections whose token has ended. Whoever still has a session comes again with a fresh one. */
import * as z from 'zod';
import type { Logger } from '#shared/observability/logger.ts';
import type { ConnectionKey, ConnectionTable } from '../storage/connection-table.ts';
import { atOnce } from './at-once.ts';
import type { Sockets } from './sockets.ts';

/** The schedule's message. */
export const closeMessage = z.strictObject({ kind: z.literal('start') });

/** Of each shard in one round; with all rounds 10,000 a minute. A round in which nothing answers takes 16 seconds. */
const perShard = 50;
const maxRounds = 50;
const places = 25;

export interface CloseDependencies {
  readonly connections: Pick<ConnectionTable, 'expired' | 'remove'>;
  readonly sockets: Pick<Sockets, 'close'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly now: () => Date;
}

/**
 * What is left, because there is no time or a connection cannot be closed now, the next minute has.
 * @throws Error at the end when closing any failed otherwise
 */
export const closeExpired =
  ({ connections, sockets, logger, now }: CloseDependencies) =>
  async (hasTime: () => boolean): Promise<void> => {
    let closed = 0;
    const left = new Set<string>();
    let failure: unknown;
    const close = async (key: ConnectionKey): Promise<void> => {
      left.add(key.connection);
      if ((await sockets.close(key.connection)) === 'busy') return;
      await connections.remove(key);
      left.delete(key.connection);
      closed += 1;
    };
    for (let round = 0; round < maxRounds && hasTime(); round += 1) {
      const expired = await connections.expired(now().toISOString(), perShard);
      // Those that are left are found again, and are not tried again before the next minute.
      const due = expired.filter(({ connection }) => !left.has(connection));
      if (due.length === 0) break;
      await atOnce(places, due, close).catch((error: unknown) => {
        failure ??= error;
      });
    }
    if (closed > 0) logger.info('connections whose token ended are closed', { closed });
    if (left.size > 0) logger.warn('connections whose token ended are still open', { left: left.size });
    if (failure) throw failure;
  };
