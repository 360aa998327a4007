/** Receives the after-user-created hook in tests: keeps the messages whose signature holds, and answers as it is told. */
import { createServer, type IncomingMessage } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { closeServer, listen } from '../../triggers/http-api/server.ts';
import { type Hook, newHookSecret } from '../hook.ts';

export interface HookMessage {
  readonly metadata: { readonly name: string; readonly uuid: string; readonly time: string };
  readonly user: { readonly id: string; readonly email: string; readonly is_anonymous: boolean };
}

export interface HookAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HookReceiver {
  readonly hook: Hook;
  readonly messages: readonly HookMessage[];
  /** The next request is answered with the first of them, and so on; then as usual. `undefined`: never. */
  answerNext(...answers: (HookAnswer | undefined)[]): void;
  close(): Promise<void>;
}

const fine: HookAnswer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };

const readText = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

export async function startReceiver(secret = newHookSecret()): Promise<HookReceiver> {
  const webhook = new Webhook(secret.replace(/^v1,/, ''));
  const messages: HookMessage[] = [];
  const answers: (HookAnswer | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const body = await readText(request);
    try {
      webhook.verify(body, request.headers as Record<string, string>);
    } catch {
      response.writeHead(401).end();
      return;
    }
    messages.push(JSON.parse(body) as HookMessage);
    const answer = answers.length > 0 ? answers.shift() : fine;
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  const port = await listen(server, 0, 'the receiver of hooks');
  return {
    hook: { url: `http://127.0.0.1:${port}/hook`, secrets: [secret] },
    messages,
    answerNext: (...next) => void answers.push(...next),
    close: () => closeServer(server),
  };
}
