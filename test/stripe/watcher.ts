/** Stands between the adapter and stripe-mock: counts requests, keeps what was refused, and puts in the answers that no example gives. */
import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listen } from '#local/triggers/http-api/server.ts';

/** Instead of what stripe-mock answers; `undefined`: that, as it is. The request is checked by stripe-mock all the same. */
export type Staged =
  | { readonly status: number; readonly body: object }
  | ((answer: Readonly<Record<string, unknown>>) => object)
  | undefined;

export interface Watched {
  readonly requests: readonly string[];
  /** Those that stripe-mock refused, with its reason. */
  readonly refused: readonly string[];
}

export interface Watcher {
  readonly url: string;
  /** What happens while `work` runs; its first requests are answered as staged. */
  watch(staged: readonly Staged[], work: () => Promise<unknown>): Promise<Watched>;
  close(): Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
};

export const startWatcher = async (target: string): Promise<Watcher> => {
  let staged: Staged[] = [];
  let requests: string[] = [];
  let refused: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const body = await bodyOf(request);
    const answer = await fetch(`${target}${url}`, {
      method,
      headers: {
        authorization: request.headers.authorization ?? '',
        'content-type': request.headers['content-type'] ?? '',
      },
      ...(body === '' ? {} : { body }),
    });
    const text = await answer.text();
    const line = `${method} ${url.split('?')[0]}`;
    requests.push(line);
    if (!answer.ok) refused.push(`${line}: ${answer.status} ${text.slice(0, 500)}`);
    const next = answer.ok ? staged.shift() : undefined;
    const put = typeof next === 'function' ? { status: 200, body: next(JSON.parse(text)) } : next;
    response.writeHead(put?.status ?? answer.status, { 'content-type': 'application/json' });
    response.end(put ? JSON.stringify(put.body) : text);
  });
  const port = await listen(server, 0, 'the watcher');
  return {
    url: `http://127.0.0.1:${port}`,
    async watch(next, work) {
      staged = [...next];
      requests = [];
      refused = [];
      await work();
      return { requests, refused };
    },
    close: () => closeServer(server),
  };
};
