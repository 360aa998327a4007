/** A provider on the loopback: answers what a test says and keeps what it was sent, so that adapters run through their real SDKs. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface Received {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Scripted {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Uint8Array | object;
  /** `never`: the connection stays open and nothing comes. `drop`: it is closed without an answer. A number: pause in ms between 16 pieces of the body. */
  readonly manner?: 'never' | 'drop' | number;
}

export interface ProviderServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers from now on: by the request, or always the same. */
  answer(next: Scripted | ((request: Received) => Scripted)): void;
  close(): Promise<void>;
}

const pieces = 16;

const send = async (response: ServerResponse, { status = 200, headers = {}, body = '', manner }: Scripted) => {
  if (manner === 'never') return;
  if (manner === 'drop') {
    response.destroy();
    return;
  }
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const bytes = Buffer.from(isJson ? JSON.stringify(body) : body);
  response.writeHead(status, { ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers });
  if (manner === undefined) {
    response.end(bytes);
    return;
  }
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let start = 0; start < bytes.length && !response.destroyed; start += size) {
    response.write(bytes.subarray(start, start + size));
    await wait(manner);
  }
  response.end();
};

export const startProviderServer = async (): Promise<ProviderServer> => {
  let script: (request: Received) => Scripted = () => ({ status: 501, body: { error: 'nothing is scripted' } });
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(chunks) };
      received.push(request);
      void send(response, script(request));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer(next) {
      script = typeof next === 'function' ? next : () => next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};
