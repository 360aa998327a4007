/** A listening port for one WebSocket API. */
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeServer, listen } from '../http-api/server.ts';
import { refuse } from './handshake.ts';
import type { Sockets } from './sockets.ts';

export interface WebSocketPort {
  /** `ws://…`, without the stage. */
  readonly url: string;
  close(): Promise<void>;
}

/** `sockets` comes a moment after the port, which functions hold the address of. */
export async function startWebSocketPort(
  sockets: () => Sockets | undefined,
  wantedPort: number,
  name: string,
): Promise<WebSocketPort> {
  const server = createServer((_message, response) => {
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"Forbidden"}');
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    const ready = sockets();
    if (ready) ready.upgrade(message, socket, head);
    else refuse(socket, 503, '{"message":"Service Unavailable"}');
  });
  const port = await listen(server, wantedPort, name);
  return {
    url: `ws://127.0.0.1:${port}`,
    async close() {
      sockets()?.close();
      await closeServer(server);
    },
  };
}
