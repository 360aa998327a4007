/** What stands in front of Supabase Auth in a real project: `/<project>/auth/v1/…` leads to the project's server, at its root. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { closeServer, listen } from '#local/triggers/http-api/server.ts';

export interface AuthProxy {
  /** Of a project, for `createClient(url, …)`. */
  url(project: string): string;
  /** From now on. */
  route(project: string, port: number): void;
  close(): Promise<void>;
}

const pass = (ports: ReadonlyMap<string, number>, message: IncomingMessage, answer: ServerResponse): void => {
  const [, project = '', path = ''] = /^\/([^/]+)\/auth\/v1(\/.*)$/.exec(message.url ?? '') ?? [];
  const port = ports.get(project);
  if (port === undefined) {
    answer.writeHead(404).end();
    return;
  }
  const { method, headers } = message;
  const upstream = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  upstream.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  message.pipe(upstream);
};

export const startProxy = async (): Promise<AuthProxy> => {
  const ports = new Map<string, number>();
  const server = createServer((message, answer) => pass(ports, message, answer));
  const port = await listen(server, 0, 'the proxy before Supabase Auth');
  return {
    url: (project) => `http://127.0.0.1:${port}/${project}`,
    route: (project, to) => void ports.set(project, to),
    close: () => closeServer(server),
  };
};
