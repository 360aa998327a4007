/** A listening port for one HTTP API. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpRequest } from './event.ts';
import { bodyLimitBytes } from './gateway.ts';
import type { HttpResponse } from './response.ts';

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Stops keeping what comes beyond the limit; one byte more is enough to know. */
async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimitBytes + chunk.length) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readRequest(message: IncomingMessage, port: number): Promise<HttpRequest> {
  const [path = '/', ...query] = (message.url ?? '/').split('?');
  return {
    method: message.method ?? 'GET',
    path,
    query: query.join('?'),
    rawHeaders: message.rawHeaders,
    body: await readBody(message),
    sourceIp: message.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    protocol: `HTTP/${message.httpVersion}`,
    port,
  };
}

function send(target: ServerResponse, { status, headers, cookies, body }: HttpResponse): void {
  target.statusCode = status;
  for (const [name, value] of Object.entries(headers)) if (name !== 'content-length') target.setHeader(name, value);
  if (cookies.length > 0) target.setHeader('set-cookie', [...cookies]);
  if (status !== 204 && status !== 304) target.setHeader('content-length', body.length);
  target.end(body);
}

/** Rejects when the port is taken, naming it. */
export async function listen(server: Server, port: number, name: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port}, wanted for ${name}, is taken: end what uses it or choose another`)
          : error,
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

export async function startHttpServer(
  handle: (request: HttpRequest) => Promise<HttpResponse>,
  wantedPort: number,
  name: string,
): Promise<HttpServer> {
  let port = wantedPort;
  const server = createServer((message, target) => {
    readRequest(message, port)
      .then(handle)
      .then((response) => send(target, response))
      .catch(() => target.destroy());
  });
  port = await listen(server, wantedPort, name);
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}
