/** The stand-in's port: which request is whose, by its path and its key. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Deliveries } from './deliveries.ts';
import type { ProviderFaults } from './faults.ts';
import type { HostedApp } from './hosted.ts';
import { answerPage } from './pages/site.ts';
import { answerPaymob } from './paymob/api.ts';
import { unauthorized } from './stripe/stripe-error.ts';

export interface ServerOptions {
  readonly apps: ReadonlyMap<string, HostedApp>;
  readonly deliveries: Deliveries;
  readonly faults: ProviderFaults;
  readonly save: () => void;
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const bodyLimitBytes = 1024 * 1024;

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const readText = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const isPaymobApi = (path: string): boolean => path === '/v1/intention/' || path.startsWith('/api/acceptance/');

const onStripe = (apps: readonly HostedApp[], { method, url, headers, body }: Request): Answer => {
  const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const hosted = apps.find(({ stripe }) => stripe.state.secretKey === key);
  if (!hosted) {
    const { status, error } = unauthorized(key);
    return json(status, { error });
  }
  const form = method === 'POST' ? body : url.search.slice(1) || body;
  const idempotencyKey = headers['idempotency-key']?.toString();
  const answer = hosted.callStripe({ method, path: url.pathname, form, idempotencyKey });
  return json(answer.status, answer.body, answer.headers);
};

const onPaymob = (apps: readonly HostedApp[], { method, url, headers, body }: Request): Answer => {
  const key = /^Token (.+)$/.exec(headers.authorization ?? '')?.[1];
  const hosted = apps.find(({ paymob }) => paymob.state.secretKey === key);
  if (!hosted) return json(401, { detail: 'Authentication credentials were not provided or are wrong.' });
  if (method !== 'POST') return json(405, { detail: `Method "${method}" not allowed.` });
  const answer = answerPaymob(hosted.paymob, url.pathname, body);
  return json(answer.status, answer.body);
};

/** Another site's page may post forms to this machine: buttons work on their own pages only. */
const isForeign = ({ headers: { origin, host } }: Request): boolean =>
  origin !== undefined && origin !== `http://${host}`;

const answer = ({ apps, deliveries }: ServerOptions, request: Request): Answer => {
  const { method, url, body } = request;
  if (isPaymobApi(url.pathname)) return onPaymob([...apps.values()], request);
  if (url.pathname.startsWith('/v1/')) return onStripe([...apps.values()], request);
  if (method !== 'GET' && method !== 'POST') return json(405, { error: 'method not allowed' });
  if (method === 'POST' && isForeign(request)) return json(403, { error: 'this button is of another page' });
  const form = method === 'POST' ? { form: new URLSearchParams(body) } : {};
  return answerPage({ apps, deliveries }, { path: url.pathname, query: url.searchParams, ...form });
};

const send = (target: ServerResponse, { status, headers, body }: Answer): void => {
  target.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
};

const handle = async (options: ServerOptions, message: IncomingMessage, target: ServerResponse): Promise<void> => {
  const url = new URL(message.url ?? '/', 'http://local');
  const { method = 'GET', headers } = message;
  const body = await readText(message);
  const fault = options.faults.take(`${method} ${url.pathname}`);
  if (fault === 'refused') {
    target.destroy();
    return;
  }
  if (typeof fault === 'object') {
    send(target, json(fault.status, { error: { type: 'api_error', message: 'a fault' } }, fault.headers));
    return;
  }
  const answered = answer(options, { method, url, headers, body });
  if (method !== 'GET') options.save();
  if (fault === 'lost') target.destroy();
  else send(target, answered);
};

export const paymentServer = (options: ServerOptions): Server =>
  createServer((message, target) => {
    handle(options, message, target).catch((error: unknown) => {
      if (target.headersSent) target.destroy();
      else send(target, json(500, { error: { type: 'api_error', message: String(error) } }));
    });
  });
