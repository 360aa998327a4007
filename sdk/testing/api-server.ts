/** An API by hand: it answers what a test says, in order, and keeps what it was asked. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is text. */
  readonly body?: unknown;
}
/** `drops`: the connection ends without a word. `stalls`: nothing ever comes. */
export type Answer = Reply | 'drops' | 'stalls';

export interface ApiServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** The last one answers all that follows. */
  answers(...answers: readonly (Answer | ((asked: Asked) => Answer))[]): void;
  stop(): Promise<void>;
}

export const problem = (name: string, status: number, more: object = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: `urn:tessera:problem:${name}`, title: name, status, instance: 'req-1', ...more },
});

const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  return Buffer.concat(parts).toString();
};

export const startApi = async (): Promise<ApiServer> => {
  const asked: Asked[] = [];
  let answers: readonly (Answer | ((asked: Asked) => Answer))[] = [];
  let count = 0;
  const server = createServer(async (request, response) => {
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await textOf(request),
    };
    asked.push(one);
    const next = answers[Math.min(count, answers.length - 1)] ?? { status: 500 };
    count += 1;
    const answer = typeof next === 'function' ? next(one) : next;
    if (answer === 'stalls') return;
    if (answer === 'drops') {
      response.destroy();
      return;
    }
    const { status = 200, headers = {}, body } = answer;
    const type = { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' };
    response.writeHead(status, body === undefined ? headers : { ...type, ...headers });
    response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers: (...given) => {
      answers = given;
      count = 0;
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
};
