/** Closes connections whose token has ended. Whoever still has a session comes again with a fresh one. */
import * as z from 'zod';
import type { Logger } from '#shared/observability/logger.ts';
import type { ConnectionTable } from '../storage/connection-table.ts';
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

/** What is left, because there is no time or a connection cannot be closed now, the next minute has. */
export const closeExpired =
  ({ connections, sockets, logger, now }: CloseDependencies) =>
  async (hasTime: () => boolean): Promise<void> => {
    let closed = 0;
    let left = 0;
    for (let round = 0; round < maxRounds && left === 0; round += 1) {
      const expired = hasTime() ? await connections.expired(now().toISOString(), perShard) : [];
      if (expired.length === 0) break;
      await atOnce(places, expired, async ({ owner, connection }) => {
        const isClosed = (await sockets.close(connection)) !== 'busy';
        if (isClosed) await connections.remove(owner, connection);
        if (isClosed) closed += 1;
        else left += 1;
      });
    }
    if (closed > 0) logger.info('connections whose token ended are closed', { closed });
    if (left > 0) logger.warn('connections whose token ended are still open', { left });
  };
