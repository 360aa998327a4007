/** A user has ten connections at most: one more closes the oldest, which is told why. */
import type { Logger } from '#shared/observability/logger.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { SocketControl } from '../contracts.ts';
import type { ConnectionTable } from '../storage/connection-table.ts';
import { atOnce } from './at-once.ts';
import type { Sockets } from './sockets.ts';

export const maxPerUser = 10;

/** All that can be beyond ten take some seconds less than a function has, though none answers. */
const places = 25;
const replaced = JSON.stringify({ type: 'replaced' } satisfies SocketControl);

export interface CloseOldestDependencies {
  readonly connections: Pick<ConnectionTable, 'of' | 'strikeOff'>;
  readonly sockets: Sockets;
  readonly logger: Pick<Logger, 'error'>;
}

/** The newest have their places whatever becomes of the others: the next that connects, or greets, tries again. */
export const closeOldest =
  ({ connections, sockets, logger }: CloseOldestDependencies) =>
  async (owner: string): Promise<void> => {
    try {
      const open = await connections.of(parseOwnerKey(owner));
      await atOnce(places, open.slice(maxPerUser), async (oldest) => {
        await sockets.post(oldest.connection, replaced);
        // One that is still being made seems to be gone; its own hello closes it then, or an older one.
        if ((await sockets.close(oldest.connection)) !== 'busy') await connections.strikeOff(oldest);
      });
    } catch (error) {
      logger.error('oldest connections not closed', { error: error as Error });
    }
  };
