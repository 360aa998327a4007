/** A connection begins and ends. A user has ten at most: one more closes the oldest. */
import type { Logger } from '#shared/observability/logger.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import { socketProtocol } from '../contracts.ts';
import type { Connection, ConnectionTable } from '../storage/connection-table.ts';
import { connectionOf, type SocketEvent, type SocketReply } from './socket-event.ts';
import type { Sockets } from './sockets.ts';

export const maxPerUser = 10;

const protocolHeader = 'Sec-WebSocket-Protocol';

/** A client offers its protocols in one header, or in several of that name. */
const protocolsOf = ({ headers, multiValueHeaders }: SocketEvent): string[] => {
  const named = ([name]: readonly [string, unknown]) => name.toLowerCase() === protocolHeader.toLowerCase();
  const lists = Object.entries(multiValueHeaders ?? {}).filter(named);
  const values = lists.length > 0 ? lists.map(([, list]) => list) : Object.entries(headers ?? {}).filter(named);
  return values
    .flat(2)
    .flatMap((value) => (value ?? '').split(','))
    .map((protocol) => protocol.trim());
};

export interface ConnectDependencies {
  readonly connections: Pick<ConnectionTable, 'add' | 'of' | 'remove'>;
  readonly sockets: Pick<Sockets, 'close'>;
  readonly logger: Pick<Logger, 'error'>;
}

export const connect = ({ connections, sockets, logger }: ConnectDependencies) => {
  const closeOldest = async (added: Connection): Promise<void> => {
    const open = await connections.of(parseOwnerKey(added.owner));
    await Promise.all(
      open.slice(maxPerUser).map(async ({ owner, connection }) => {
        if ((await sockets.close(connection)) !== 'busy') await connections.remove(owner, connection);
      }),
    );
  };
  return async (event: SocketEvent): Promise<SocketReply> => {
    if (!protocolsOf(event).includes(socketProtocol)) return { statusCode: 400 };
    const connection = connectionOf(event);
    await connections.add(connection);
    // The newest has its place whatever becomes of the others: the next one tries again.
    await closeOldest(connection).catch((error: unknown) =>
      logger.error('oldest connections not closed', { error: error as Error }),
    );
    return { statusCode: 200, headers: { [protocolHeader]: socketProtocol } };
  };
};

export const disconnect =
  ({ connections }: { readonly connections: Pick<ConnectionTable, 'remove'> }) =>
  async (event: SocketEvent): Promise<SocketReply> => {
    const { owner, connection } = connectionOf(event);
    await connections.remove(owner, connection);
    return { statusCode: 200 };
  };
