/** The connections of one WebSocket API: handshakes, which wait for `$connect`, and those that are open. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Activity } from '../../activity.ts';
import { Connection } from './connection.ts';
import { type Authorization, type Client, newId, type UpgradeRequest } from './event.ts';
import type { WebSocketEvents } from './gateway.ts';
import { refuse } from './handshake.ts';
import type { Clock, ConnectionLimits } from './limits.ts';

export interface SocketsOptions {
  readonly events: WebSocketEvents;
  readonly activity: Activity;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
}

export interface Sockets {
  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void;
  find(stage: string, connectionId: string): Connection | undefined;
  /** Resolves when nothing is on its way between the clients and here. */
  settled(): Promise<void>;
  /** Drops every connection without a `$disconnect`. */
  close(): void;
}

/** Told to the clients beyond it by a 429, as AWS tells those that come too fast. */
const connectionLimit = 10_000;

function readRequest(message: IncomingMessage): UpgradeRequest {
  const [path = '/', ...query] = (message.url ?? '/').split('?');
  const { localPort: port = 0, remoteAddress = '127.0.0.1' } = message.socket;
  const sourceIp = remoteAddress.replace(/^::ffff:/, '');
  return { path, query: query.join('?'), rawHeaders: message.rawHeaders, sourceIp, port };
}

const isHandshake = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  headers['sec-websocket-version'] === '13' &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '');

interface Opened {
  readonly client: Client;
  readonly authorization: Authorization | undefined;
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
}

/** Answers a handshake once `$connect` has been answered. */
function createHandshake({ events, limits, clock }: SocketsOptions, onOpen: (opened: Opened) => void) {
  /** What `$connect` answered, for the handshake that follows. */
  const protocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.messageBytes,
    handleProtocols: (_offered, message) => protocols.get(message) ?? false,
  });

  return async (message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const request = readRequest(message);
    const client: Client = {
      connectionId: newId(),
      connectedAt: clock.now(),
      domainName: (message.headers.host ?? '').replace(/:\d+$/, ''),
      sourceIp: request.sourceIp,
      userAgent: message.headers['user-agent'] ?? '',
    };
    const answer = await events.connect(client, request);
    if (!answer.accepted) return refuse(socket, answer.status, answer.body);
    const { authorization, protocol } = answer;
    if (protocol) protocols.set(message, protocol);
    let opened = false;
    server.handleUpgrade(message, socket, head, (webSocket) => {
      opened = true;
      onOpen({ client, authorization, webSocket, socket });
    });
    // Gone while `$connect` ran, which has been told of a connection by now.
    if (!opened) await events.disconnect(client, authorization, { code: 1006, reason: 'Connection closed abnormally' });
  };
}

export function createSockets(options: SocketsOptions): Sockets {
  const { events, activity, limits, clock } = options;
  const open = new Map<string, Connection>();
  const pending = new Set<Duplex>();
  let closed = false;

  const handshake = createHandshake(options, ({ client, authorization, webSocket, socket }) => {
    const connection = new Connection({
      client,
      webSocket,
      socket,
      limits,
      clock,
      activity,
      onMessage: (text) => events.message(client, authorization, text),
      onEnd(ending) {
        open.delete(client.connectionId);
        return events.disconnect(client, authorization, ending);
      },
    });
    if (closed) connection.drop();
    else open.set(client.connectionId, connection);
  });

  return {
    upgrade(message, socket, head) {
      if (!isHandshake(message)) return refuse(socket, 400, '{"message":"Bad Request"}');
      if (open.size + pending.size >= connectionLimit) return refuse(socket, 429, '{"message":"Too Many Requests"}');
      const end = activity.begin(`$connect of ${events.api.name}`);
      pending.add(socket);
      const abandon = () => socket.destroy();
      socket.on('error', abandon);
      void handshake(message, socket, head)
        .catch(abandon)
        .finally(() => {
          socket.off('error', abandon);
          pending.delete(socket);
          end();
        });
    },
    find(stage, connectionId) {
      const connection = stage === events.api.stage ? open.get(connectionId) : undefined;
      return connection?.isOpen ? connection : undefined;
    },
    async settled() {
      await Promise.all([...open.values()].map((connection) => connection.settled()));
    },
    close() {
      closed = true;
      for (const socket of pending) socket.destroy();
      for (const connection of open.values()) connection.drop();
      open.clear();
    },
  };
}
