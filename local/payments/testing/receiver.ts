/** Receives webhooks in tests: keeps what came, and answers as it is told. */
import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listen } from '../../triggers/http-api/server.ts';

export interface Received {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly at: Date;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The next requests get these; then 200 again. */
  answerNext(...statuses: number[]): void;
  close(): Promise<void>;
}

export const startReceiver = async (now = () => new Date()): Promise<WebhookReceiver> => {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const { pathname: path, searchParams: query } = new URL(message.url ?? '/', 'http://local');
    received.push({ path, query, headers: message.headers, body: Buffer.concat(chunks).toString(), at: now() });
    response.writeHead(statuses.shift() ?? 200).end('{"received":true}');
  });
  const url = `http://127.0.0.1:${await listen(server, 0, 'the receiver of webhooks')}`;
  return {
    url,
    received,
    answerNext: (...next) => void statuses.push(...next),
    close: () => closeServer(server),
  };
};
