/** A deleted user hears nothing more: their connections, which would live on until their tokens end, are closed, and their feed is removed. */
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { Owner } from '#shared/owner.ts';
import type { ConnectionTable, SeenConnection } from '../storage/connection-table.ts';
import { atOnce } from './at-once.ts';
import type { Sockets } from './sockets.ts';

const places = 25;
/** A user has ten connections, and some more for moments. */
const maxRounds = 20;

export interface LeaveDependencies {
  readonly connections: Pick<ConnectionTable, 'of' | 'remove'>;
  readonly sockets: Pick<Sockets, 'close'>;
  /** What is kept for a user's devices. */
  readonly removeFeed: (owner: Owner, hasTime: () => boolean) => Promise<{ readonly more: boolean }>;
}

export const leave = ({ connections, sockets, removeFeed }: LeaveDependencies) => {
  /** Those that were open; more may have come meanwhile. */
  const closeAll = async (open: readonly SeenConnection[]): Promise<void> => {
    let busy = 0;
    await atOnce(places, open, async (seen) => {
      if ((await sockets.close(seen.connection)) === 'busy') busy += 1;
      else await connections.remove(seen);
    });
    if (busy > 0) throw new ComesAgain(`${busy} connections were not closed`);
  };

  /** @throws ComesAgain while something is left */
  return async (owner: Owner, hasTime: () => boolean): Promise<void> => {
    let open = await connections.of(owner);
    for (let round = 0; round < maxRounds && open.length > 0 && hasTime(); round += 1) {
      await closeAll(open);
      open = await connections.of(owner);
    }
    if (open.length > 0) throw new ComesAgain(`${open.length} connections are left`);
    const { more } = await removeFeed(owner, hasTime);
    if (more) throw new ComesAgain('a feed is not empty yet');
  };
};
