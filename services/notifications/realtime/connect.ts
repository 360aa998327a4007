/** A connection begins and ends. */
import { socketProtocol } from '../contracts.ts';
import type { ConnectionTable } from '../storage/connection-table.ts';
import { type CloseOldestDependencies, closeOldest } from './close-oldest.ts';
import { connectionOf, type SocketEvent, type SocketReply } from './socket-event.ts';

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

export interface ConnectDependencies extends CloseOldestDependencies {
  readonly connections: CloseOldestDependencies['connections'] & Pick<ConnectionTable, 'add'>;
}

export const connect = (dependencies: ConnectDependencies) => {
  const makeRoom = closeOldest(dependencies);
  return async (event: SocketEvent): Promise<SocketReply> => {
    if (!protocolsOf(event).includes(socketProtocol)) return { statusCode: 400 };
    const connection = connectionOf(event);
    await dependencies.connections.add(connection);
    await makeRoom(connection.owner);
    return { statusCode: 200, headers: { [protocolHeader]: socketProtocol } };
  };
};

export const disconnect =
  ({ connections }: { readonly connections: Pick<ConnectionTable, 'remove'> }) =>
  async (event: SocketEvent): Promise<SocketReply> => {
    await connections.remove(connectionOf(event));
    return { statusCode: 200 };
  };
