/** A provider on the loopback: answers what a test says and keeps what it was sent. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Scripted =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | object }
  /** `silence`: the connection stays open and nothing comes. `drop`: it is closed without an answer. */
  | 'silence'
  | 'drop';

export interface ScriptedServer {
  readonly url: string;
  readonly received: Received[];
  /** One by one; the last one again and again. Forgets what was received. */
  answer(...next: readonly Scripted[]): void;
  close(): Promise<void>;
}

export const startScriptedServer = async (): Promise<ScriptedServer> => {
  let script: readonly Scripted[] = [];
  const received: Received[] = [];
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const { method = '', url: path = '', headers } = incoming;
    received.push({ method, path, headers, body });
    const next = script[Math.min(received.length, script.length) - 1] ?? { status: 501 };
    if (next === 'silence') return;
    if (next === 'drop') {
      response.destroy();
      return;
    }
    response.writeHead(next.status ?? 200, next.headers);
    response.end(typeof next.body === 'object' ? JSON.stringify(next.body) : next.body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer(...next) {
      script = next;
      received.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};
