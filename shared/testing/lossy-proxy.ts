/** A network between a client and a server that loses requests and answers, by a seed: the connection breaks and nobody says why. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { seededRandom } from '#local/gateway/faults.ts';

export interface LossyProxy {
  readonly endpoint: string;
  /** What was lost so far. */
  readonly lost: { requests: number; answers: number };
  close(): Promise<void>;
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const forward = (target: string, { method = 'POST', url = '/', headers }: IncomingMessage, body: Buffer) =>
  new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const outgoing = request(new URL(url, target), { method, headers }, (answer) => {
      bodyOf(answer).then(
        (answered) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: answered }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

/** Loses a request, and likewise an answer, with this probability. */
export const startLossyProxy = async (
  target: string,
  { probability, seed }: { readonly probability: number; readonly seed: number },
): Promise<LossyProxy> => {
  const random = seededRandom(seed);
  const lost = { requests: 0, answers: 0 };
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(incoming);
    if (random() < probability) {
      lost.requests += 1;
      incoming.socket.destroy();
      return;
    }
    const answer = await forward(target, incoming, body);
    if (random() < probability) {
      lost.answers += 1;
      incoming.socket.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    lost,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
