/** A local stand-in for Supabase Auth: several projects on one port, each below its own path, with its own key. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { JWTPayload } from 'jose';
import { closeServer, listen } from '../triggers/http-api/server.ts';
import { AuthError, apiVersion } from './auth-error.ts';
import { Project } from './project.ts';
import { type AuthAnswer, route } from './routes.ts';
import { type Algorithm, createSigningKey, type SigningKey, signToken, verifyToken } from './signing.ts';
import { createStateFile, type ProjectState } from './state.ts';

export interface AuthProjectSettings {
  readonly id: string;
  readonly algorithm: Algorithm;
  /** For HS256; at least 32 characters. */
  readonly secret?: string;
}

export interface AuthOptions {
  readonly projects: readonly AuthProjectSettings[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Keeps users and keys over restarts. */
  readonly file?: string;
  readonly refreshReuseSeconds?: number;
}

/** What a client and an issuer's configuration need. */
export interface AuthProject {
  /** For `createClient(url, anonKey)`. */
  readonly url: string;
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly algorithm: Algorithm;
  readonly anonKey: string;
  readonly serviceKey: string;
}

export interface LocalAuth {
  project(id: string): AuthProject;
  /** Signs any claims with the project's key; the issuer, audience and times are Supabase's unless given. For tests. */
  issueToken(projectId: string, claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

interface Hosted {
  readonly settings: AuthProjectSettings;
  readonly state: ProjectState;
  readonly project: Project;
  readonly known: AuthProject;
}

const bodyLimitBytes = 256 * 1024;
/** The API keys of a Supabase project live ten years. */
const apiKeyLifeSeconds = 10 * 365 * 24 * 3_600;

async function createState(settings: AuthProjectSettings): Promise<ProjectState> {
  const key = await createSigningKey(settings.algorithm, settings.secret);
  const apiKey = await createSigningKey('HS256', crypto.randomUUID() + crypto.randomUUID());
  return { key, apiKey, users: {}, sessions: {}, refreshTokens: {} };
}

function signApiKey(apiKey: SigningKey, ref: string, role: string): Promise<string> {
  // Fixed times: the same key after a restart.
  return signToken(apiKey, { iss: 'supabase', ref, role, iat: 1_700_000_000, exp: 1_700_000_000 + apiKeyLifeSeconds });
}

async function host(
  settings: AuthProjectSettings,
  state: ProjectState,
  origin: string,
  save: () => void,
  refreshReuseSeconds: number,
): Promise<Hosted> {
  const url = `${origin}/${settings.id}`;
  const issuer = `${url}/auth/v1`;
  const known: AuthProject = {
    url,
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    algorithm: settings.algorithm,
    anonKey: await signApiKey(state.apiKey, settings.id, 'anon'),
    serviceKey: await signApiKey(state.apiKey, settings.id, 'service_role'),
  };
  return { settings, state, known, project: new Project({ issuer, state, save, refreshReuseSeconds }) };
}

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
  await verifyToken(apiKey, given).catch(() => {
    throw new AuthError(401, 'invalid_api_key', 'Invalid API key');
  });
}

async function answer(hosted: ReadonlyMap<string, Hosted>, message: IncomingMessage): Promise<AuthAnswer> {
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://local');
  const [, id = '', path] = /^\/([^/]+)\/auth\/v1(\/.*)$/.exec(pathname) ?? [];
  const found = hosted.get(id);
  if (!found || !path) throw new AuthError(404, 'not_found', `no project is at ${pathname}`);
  if (path !== '/.well-known/jwks.json') await checkApiKey(found.state.apiKey, message.headers.apikey?.toString());
  const bearer = /^Bearer (.+)$/i.exec(message.headers.authorization ?? '')?.[1];
  const body = message.method === 'GET' ? undefined : await readJson(message);
  return route(found.project, found.state, {
    method: message.method ?? 'GET',
    path,
    query: searchParams,
    bearer,
    body,
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
}: AuthOptions): Promise<LocalAuth> {
  const hosted = new Map<string, Hosted>();
  const server = createServer((message, target) => void handle(hosted, message, target).catch(() => target.destroy()));
  const origin = `http://127.0.0.1:${await listen(server, port, 'Supabase Auth')}`;
  const stateFile = createStateFile(file);
  for (const settings of projects) {
    const kept = stateFile.projects[settings.id];
    const state = kept?.key.algorithm === settings.algorithm ? kept : await createState(settings);
    stateFile.projects[settings.id] = state;
    hosted.set(settings.id, await host(settings, state, origin, stateFile.save, refreshReuseSeconds));
  }
  stateFile.save();

  const find = (id: string): Hosted => {
    const found = hosted.get(id);
    if (!found) throw new Error(`no Supabase project is named ${id}; there are: ${[...hosted.keys()].join(', ')}`);
    return found;
  };
  return {
    project: (id) => find(id).known,
    issueToken(projectId, claims, header) {
      const { state, known } = find(projectId);
      const iat = Math.floor(Date.now() / 1000);
      const usual = {
        iss: known.issuer,
        aud: 'authenticated',
        iat,
        exp: iat + 3_600,
        role: 'authenticated',
        is_anonymous: false,
      };
      return signToken(state.key, { ...usual, ...claims }, header);
    },
    close: () => closeServer(server),
  };
}
