/** A local stand-in for Supabase Auth: several projects on one port, each below its own path, with its own key. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { JWTPayload } from 'jose';
import { closeServer, listen } from '../triggers/http-api/server.ts';
import { AuthError, apiVersion } from './auth-error.ts';
import { gotrueHookTimes, type HookTimes } from './hook.ts';
import {
  type AuthProject,
  type AuthProjectSettings,
  Hosted,
  type ProjectChanges,
  type TokenOptions,
} from './hosted.ts';
import { type AuthAnswer, route } from './routes.ts';
import { jwksOf, type SigningKey, verifyToken } from './signing.ts';
import { createStateFile } from './state.ts';

export type { ClerkInstance } from './clerk.ts';
export { type Hook, newHookSecret } from './hook.ts';
export type { AuthProject, AuthProjectSettings, ProjectChanges, TokenOptions } from './hosted.ts';

export interface AuthOptions {
  readonly projects: readonly AuthProjectSettings[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Keeps users and keys over restarts. */
  readonly file?: string;
  readonly refreshReuseSeconds?: number;
  /** GoTrue's by default. */
  readonly hookTimes?: HookTimes;
}

export interface LocalAuth {
  project(id: string): AuthProject;
  /** From now on; where a hook goes is often known only when the project's address is. */
  configure(projectId: string, changes: ProjectChanges): void;
  /** A new key signs from now on, the ones before stay published. Answers the new key's id. */
  rotateKeys(projectId: string): Promise<string>;
  /** Signs any claims with a key of the project; the issuer, audience and times are the usual ones unless given. For tests. */
  issueToken(projectId: string, claims: JWTPayload, options?: TokenOptions): Promise<string>;
  close(): Promise<void>;
}

const bodyLimitBytes = 256 * 1024;

async function readJson(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes) throw new AuthError(413, 'request_too_large', 'Request body too large');
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
  }
}

/** The gateway in front of GoTrue asks every caller but the readers of keys for an API key. */
async function checkApiKey(apiKey: SigningKey, given: string | undefined): Promise<void> {
  if (!given) throw new AuthError(401, 'no_api_key', 'No API key found in request');
  await verifyToken([apiKey], given).catch(() => {
    throw new AuthError(401, 'invalid_api_key', 'Invalid API key');
  });
}

async function answer(hosted: ReadonlyMap<string, Hosted>, message: IncomingMessage): Promise<AuthAnswer> {
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://local');
  const [, id = '', side, path] = /^\/([^/]+)\/(auth\/v1|clerk)(\/.*)$/.exec(pathname) ?? [];
  const found = hosted.get(id);
  if (side === 'clerk' && path === '/.well-known/jwks.json' && found?.state.clerkKey)
    return { status: 200, body: jwksOf([found.state.clerkKey]) };
  if (!found || !path || side === 'clerk') throw new AuthError(404, 'not_found', `no project is at ${pathname}`);
  if (path !== '/.well-known/jwks.json') await checkApiKey(found.state.apiKey, message.headers.apikey?.toString());
  const bearer = /^Bearer (.+)$/i.exec(message.headers.authorization ?? '')?.[1];
  const body = message.method === 'GET' ? undefined : await readJson(message);
  return route(found.project, found.state, {
    method: message.method ?? 'GET',
    path,
    query: searchParams,
    bearer,
    body,
    ipAddress: message.socket.remoteAddress ?? '',
  });
}

function toAnswer(error: unknown, version: string | undefined): AuthAnswer {
  const known =
    error instanceof AuthError
      ? error
      : new AuthError(500, 'unexpected_failure', 'Unexpected failure, please check server logs for more information');
  return { status: known.status, body: known.body(version), headers: { 'x-supabase-api-version': apiVersion } };
}

async function handle(
  hosted: ReadonlyMap<string, Hosted>,
  message: IncomingMessage,
  target: ServerResponse,
): Promise<void> {
  target.setHeader('access-control-allow-origin', '*');
  target.setHeader('access-control-expose-headers', 'X-Total-Count, Link, X-Supabase-Api-Version');
  if (message.method === 'OPTIONS') {
    target.setHeader('access-control-allow-headers', message.headers['access-control-request-headers'] ?? '*');
    target.setHeader('access-control-allow-methods', 'GET,POST,PUT,DELETE');
    target.writeHead(204).end();
    return;
  }
  const version = message.headers['x-supabase-api-version']?.toString();
  const {
    status,
    body,
    headers = {},
  } = await answer(hosted, message).catch((error: unknown) => toAnswer(error, version));
  target.writeHead(status, { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) });
  target.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Rejects when the port is taken. */
export async function startAuth({
  projects,
  port = 0,
  file,
  refreshReuseSeconds = 10,
  hookTimes = gotrueHookTimes,
}: AuthOptions): Promise<LocalAuth> {
  const hosted = new Map<string, Hosted>();
  const server = createServer((message, target) => void handle(hosted, message, target).catch(() => target.destroy()));
  const origin = `http://127.0.0.1:${await listen(server, port, 'Supabase Auth')}`;
  const stateFile = createStateFile(file);
  const options = { origin, save: stateFile.save, refreshReuseSeconds, hookTimes };
  for (const settings of projects) {
    const opened = await Hosted.open(settings, stateFile.projects[settings.id], options);
    stateFile.projects[settings.id] = opened.state;
    hosted.set(settings.id, opened);
  }
  stateFile.save();

  const find = (id: string): Hosted => {
    const found = hosted.get(id);
    if (!found) throw new Error(`no Supabase project is named ${id}; there are: ${[...hosted.keys()].join(', ')}`);
    return found;
  };
  return {
    project: (id) => find(id).known,
    configure: (id, changes) => find(id).configure(changes),
    rotateKeys: async (id) => find(id).rotateKeys(),
    issueToken: async (id, claims, tokenOptions = {}) => find(id).issueToken(claims, tokenOptions),
    close: () => closeServer(server),
  };
}
