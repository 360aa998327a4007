/** A small API of notes, for tests of what every API does alike. */
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ContentionError } from '../eventsourcing/command-handler.ts';
import { apiFunction } from '../http/api-function.ts';
import { decodeCursor, pageQuery } from '../http/page.ts';
import { type Handlers, noBody, refuse, routeTable, textBody } from '../http/route.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { type ApiEventParts, apiEvent } from './api-event.ts';
import { keptTrail } from './audit.ts';

export const routes = routeTable({
  listNotes: {
    method: 'GET',
    path: '/v1/notes',
    auth: 'user',
    summary: 'Lists notes.',
    query: z.strictObject(pageQuery()),
    replies: { 200: z.object({ limit: z.int(), position: z.int().optional() }) },
  },
  addNote: {
    method: 'POST',
    path: '/v1/notes',
    auth: 'user',
    summary: 'Adds a note.',
    body: z.strictObject({ text: z.string().min(1), tags: z.array(z.strictObject({ name: z.string() })).optional() }),
    idempotencyKey: 'required',
    replies: { 201: z.object({ text: z.string(), by: z.string(), key: z.string() }) },
  },
  readNote: {
    method: 'GET',
    path: '/v1/apps/{app}/notes/{id}',
    auth: 'public',
    summary: 'Reads a note.',
    params: z.strictObject({ app: z.string(), id: z.string().max(10) }),
    replies: { 200: z.object({ id: z.string() }), 304: noBody },
  },
  changeNote: {
    method: 'PATCH',
    path: '/v1/notes/{id}',
    auth: 'user',
    summary: 'Changes a note; every field may be left out.',
    params: z.strictObject({ id: z.string() }),
    body: z.strictObject({ text: z.string().optional() }),
    replies: { 200: z.object({ text: z.string().optional() }) },
  },
  closeNote: {
    method: 'POST',
    path: '/v1/notes/{id}/close',
    auth: 'user',
    summary: 'Closes a note.',
    params: z.strictObject({ id: z.string() }),
    replies: { 204: noBody },
  },
  exportNotes: {
    method: 'GET',
    path: '/v1/notes.csv',
    auth: 'user',
    summary: 'Notes as text.',
    replies: { 200: textBody('text/csv; charset=utf-8') },
  },
  likeNote: {
    method: 'POST',
    path: '/v1/notes/{id}/like',
    auth: 'user',
    summary: 'May be told twice.',
    params: z.strictObject({ id: z.string() }),
    idempotencyKey: 'optional',
    replies: { 200: z.object({ key: z.string().nullable() }) },
  },
  wipeNotes: {
    method: 'POST',
    path: '/v1/admin/notes/wipe',
    auth: 'admin',
    summary: 'For admins.',
    body: z.strictObject({ reason: z.string().min(1) }),
    replies: { 200: z.object({ app: z.string(), by: z.string(), times: z.int() }) },
  },
  trace: {
    method: 'GET',
    path: '/v1/trace',
    auth: 'public',
    summary: 'Tells how a request is traced.',
    replies: { 200: z.object({ requestId: z.string(), correlationId: z.string() }) },
  },
  breakDown: {
    method: 'GET',
    path: '/v1/break',
    auth: 'public',
    summary: 'Fails as it is told.',
    query: z.strictObject({ how: z.string() }),
    replies: { 200: z.object({ count: z.int() }) },
  },
});

const breakages: Record<string, () => never> = {
  error: () => {
    throw new Error('password=secret at 10.0.0.1');
  },
  contention: () => {
    throw new ContentionError('account-1');
  },
  'not-found-elsewhere': () => {
    throw Object.assign(new Error('a store has no such object'), { statusCode: 404 });
  },
};

export const logger = createLogger('test');
export const metrics = createMetrics('test');

let wiped = 0;
const handlers: Handlers<typeof routes, 'note-refused'> = {
  listNotes: async ({ query }) => {
    const position = decodeCursor(z.int(), query.cursor);
    return { status: 200, body: { limit: query.limit, ...(position !== undefined && { position }) } };
  },
  addNote: async ({ body, user, idempotencyKey }) =>
    body.text === 'refuse me'
      ? refuse('note-refused', { detail: 'Not this one.', retryAfterSeconds: 7, members: { note: 'n1', title: 'x' } })
      : { status: 201, body: { text: body.text, by: `${user.app}/${user.user}`, key: idempotencyKey } },
  readNote: async ({ path, headers }) =>
    headers['if-none-match']
      ? { status: 304, body: undefined, headers: { etag: '"1"' } }
      : { status: 200, body: { id: path.id, secret: 'not in the schema' } as { id: string } },
  changeNote: async ({ body }) => ({ status: 200, body }),
  closeNote: async () => ({ status: 204, body: undefined }),
  exportNotes: async () => ({ status: 200, body: 'text\r\n"a ""b"""\r\n', headers: { 'x-rows': '1' } }),
  likeNote: async ({ idempotencyKey }) => ({ status: 200, body: { key: idempotencyKey ?? null } }),
  wipeNotes: async ({ admin, body }) => {
    if (body.reason === 'refuse me') return refuse('note-refused');
    if (body.reason === 'too many') throw new ContentionError('notes');
    if (body.reason === 'break down') throw new Error('broken');
    wiped += 1;
    return { status: 200, body: { app: admin.app, by: admin.actor, times: wiped } };
  },
  trace: async ({ requestId, correlationId }) => ({ status: 200, body: { requestId, correlationId } }),
  breakDown: async ({ query }) => {
    breakages[query.how]?.();
    return { status: 200, body: { count: 'three' as unknown as number } };
  },
};

export const trail = keptTrail();
export const handler = apiFunction({
  routes,
  handlers,
  problems: { 'note-refused': { status: 409, title: 'The note is refused' } },
  logger,
  metrics,
  audit: trail,
});

export const user = { app: 'sparky', user: 'u1' };
export const call = async (parts: ApiEventParts) => {
  const { statusCode, headers, body } = await handler(apiEvent(parts), {} as Context);
  const isJson = headers['content-type']?.includes('json') ?? false;
  return { status: statusCode, headers, text: body, body: isJson ? JSON.parse(body) : undefined };
};
export const addNote = (parts: ApiEventParts = {}) =>
  call({
    method: 'POST',
    path: '/v1/notes',
    user,
    body: { text: 'hello' },
    ...parts,
    headers: { 'idempotency-key': 'k1', ...parts.headers },
  });
