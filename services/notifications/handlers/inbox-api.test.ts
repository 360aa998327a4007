import { describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { definitions } from '#apps';
import { apiFunction } from '#shared/http/api-function.ts';
import { createLogger } from '#shared/observability/logger.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import { keptTrail } from '#shared/testing/audit.ts';
import type { BroadcastMessage } from '../broadcasts/message.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { memoryBroadcasts, memoryNotifications } from '../test/memory-inbox.ts';
import { at, factsOf, later } from '../test/noted-events.ts';
import { apiHandlers } from './api-handlers.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

interface Sent {
  readonly app?: string;
  readonly user?: string;
  readonly role?: 'admin';
  readonly body?: unknown;
  readonly key?: string;
  readonly query?: Record<string, string>;
}

const newWorld = () => {
  const notifications = memoryNotifications(() => new Date(at));
  const broadcasts = memoryBroadcasts();
  const queue: BroadcastMessage[] = [];
  const handler = apiFunction({
    routes,
    handlers: apiHandlers({
      notifications,
      broadcasts,
      catalog: { app: async (id) => definitions.find((definition) => definition.id === id) },
      wake: async (message) => void queue.push(message),
    }),
    problems,
    logger: createLogger('notifications'),
    metrics: createMetrics('notifications'),
    audit: keptTrail(),
  });
  const send = async (method: string, path: string, { app = 'sparky', user = 'user-1', role, ...sent }: Sent = {}) => {
    const { body, key, query } = sent;
    const answer = await handler(
      apiEvent({
        method,
        path: `/v1${path}`,
        verdict: { verdict: 'user', app, user, ...(role ? { role } : {}) },
        headers: key === undefined ? {} : { 'idempotency-key': key },
        ...(query ? { query } : {}),
        ...(body === undefined ? {} : { body }),
      }),
      {} as Context,
    );
    return { status: answer.statusCode, body: answer.body === '' ? undefined : JSON.parse(answer.body) };
  };
  return { notifications, broadcasts, queue, send };
};

describe('SP5 a user’s inbox', () => {
  const owner = { app: 'sparky', user: 'user-1' };
  const begin = async (count: number) => {
    const world = newWorld();
    for (let n = 0; n < count; n += 1) await world.notifications.add(owner, factsOf(n));
    return world;
  };
  const shown = (n: number, read = false) => {
    const { correlation_id: _id, locale: _locale, ...facts } = factsOf(n);
    return { ...facts, read };
  };
  const path = (n: number) => `/notifications/${factsOf(n).id}`;

  test('is listed newest first, page by page, with its keys and parameters', async () => {
    const { send } = await begin(3);
    const first = await send('GET', '/notifications', { query: { limit: '2' } });
    expect(first).toMatchObject({ status: 200, body: { data: [shown(2), shown(1)] } });
    const rest = await send('GET', '/notifications', { query: { limit: '2', cursor: first.body.next_cursor } });
    expect(rest.body).toEqual({ data: [shown(0)], next_cursor: null });
    expect(await send('GET', '/notifications', { query: { cursor: 'x' } })).toMatchObject({
      status: 400,
      body: { detail: '/query/cursor: is not a cursor of this list' },
    });
  });
  test('those that were read are not listed alone: `unread=false` is no question', async () => {
    const { send } = await begin(1);
    expect(await send('GET', '/notifications', { query: { unread: 'false' } })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/query/unread', detail: 'must be true, or be left out' }] },
    });
  });
  test('one is read, and then all; the unread are counted and listed alone', async () => {
    const { send } = await begin(3);
    for (const _again of [1, 2])
      expect(await send('POST', `${path(1)}/read`)).toEqual({ status: 200, body: shown(1, true) });
    expect((await send('GET', '/notifications', { query: { unread: 'true' } })).body.data).toEqual([
      shown(2),
      shown(0),
    ]);
    expect((await send('GET', '/notifications/unread-count')).body).toEqual({ unread: 2, more: false });
    expect((await send('POST', '/notifications/read-all')).body).toEqual({ marked: 2, more: false });
    expect((await send('GET', '/notifications/unread-count')).body).toEqual({ unread: 0, more: false });
    expect((await send('GET', '/notifications')).body.data).toEqual([shown(2, true), shown(1, true), shown(0, true)]);
  });
  test('is counted to a hundred', async () => {
    const { send } = await begin(120);
    expect((await send('GET', '/notifications/unread-count')).body).toEqual({ unread: 100, more: true });
  });
  test('one is removed', async () => {
    const { send } = await begin(2);
    expect([(await send('DELETE', path(0))).status, (await send('DELETE', path(0))).status]).toEqual([204, 404]);
    expect((await send('GET', '/notifications')).body.data).toEqual([shown(1)]);
    expect((await send('DELETE', '/notifications/ntf_1')).status).toBe(400);
  });
  test('I8 for another user, and for the same one in another app, there is none of it', async () => {
    const { send } = await begin(1);
    for (const stranger of [{ user: 'user-2' }, { app: 'nano-banana' }]) {
      expect((await send('GET', '/notifications', stranger)).body.data).toEqual([]);
      expect((await send('GET', '/notifications/unread-count', stranger)).body.unread).toBe(0);
      expect((await send('POST', '/notifications/read-all', stranger)).body.marked).toBe(0);
      expect((await send('POST', `${path(0)}/read`, stranger)).status).toBe(404);
      expect((await send('DELETE', path(0), stranger)).status).toBe(404);
    }
    expect((await send('GET', '/notifications')).body.data).toEqual([shown(0)]);
  });
});

describe('SP5 broadcasts', () => {
  /** Any text of the app will do. */
  const keys = { title_key: 'tools.photo_filter.name', message_key: 'tools.photo_filter.description' };
  const offer = { type: 'offer', ...keys, audience: { to: 'all' } };
  const admin = { role: 'admin' } as const;
  const create = (world: ReturnType<typeof newWorld>, body: unknown = offer, key = 'k1') =>
    world.send('POST', '/admin/broadcasts', { ...admin, body, key });

  test('one is taken, sent on its way, read and listed', async () => {
    const world = newWorld();
    const { status, body } = await create(world);
    const about = { ...offer, params: {}, url: null, status: 'sending', sent: 0, passed_over: 0, finished_at: null };
    expect([status, body]).toEqual([202, expect.objectContaining({ ...about, created_by: 'admin:user-1' })]);
    expect(world.queue).toEqual([{ app: 'sparky', broadcast: body.id }]);
    expect(await world.send('GET', `/admin/broadcasts/${body.id}`, admin)).toEqual({ status: 200, body });
    const second = (await create(world, offer, 'k2')).body;
    const first = await world.send('GET', '/admin/broadcasts', { ...admin, query: { limit: '1' } });
    expect(first.body.data).toEqual([second]);
    const query = { cursor: first.body.next_cursor };
    expect((await world.send('GET', '/admin/broadcasts', { ...admin, query })).body.data).toEqual([body]);
  });
  test('the same key makes one, and wakes it again; another body is refused', async () => {
    const world = newWorld();
    const first = await create(world);
    expect(await create(world)).toEqual(first);
    expect(world.queue).toHaveLength(2);
    expect(await create(world, { ...offer, type: 'feature' })).toMatchObject({
      status: 422,
      body: { type: 'urn:tessera:problem:idempotency-mismatch' },
    });
    await world.send('POST', `/admin/broadcasts/${first.body.id}/stop`, admin);
    expect((await create(world)).body).toMatchObject({ id: first.body.id, status: 'stopped' });
    expect(world.queue).toHaveLength(2);
  });
  test('a key without a text in every language of the app is refused, and says where', async () => {
    const world = newWorld();
    const { status, body } = await create(world, { ...offer, title_key: 'offers.autumn.title' });
    expect([status, body.errors]).toEqual([409, [{ pointer: '/body/title_key', detail: 'has no text in en, ar' }]]);
    expect(world.queue).toEqual([]);
  });
  test('a placeholder that no parameter fills is refused, and says where; a parameter too many does no harm', async () => {
    const world = newWorld();
    const texts = { title_key: 'notifications.low_balance.title', message_key: 'notifications.low_balance.message' };
    const low = (params: Record<string, string | number>) => create(world, { ...offer, ...texts, params });
    expect(await low({ below: 5, other: 1 })).toMatchObject({
      status: 400,
      body: {
        errors: [
          { pointer: '/body/params', detail: 'has nothing for {available}: message_key in en, message_key in ar' },
        ],
      },
    });
    expect((await low({})).body.errors).toHaveLength(2);
    expect(world.queue).toEqual([]);
    expect((await low({ below: 5, available_key: 'tools.photo_filter.name', other: 1 })).status).toBe(202);
  });
  test('a plan must be there', async () => {
    const world = newWorld();
    const forPlan = (plan: string) => ({ ...offer, audience: { to: 'plan', plan } });
    expect((await create(world, forPlan('no-such-plan'))).status).toBe(404);
    const plan = definitions.find(({ id }) => id === 'sparky')?.default_plan ?? '';
    expect((await create(world, forPlan(plan))).status).toBe(202);
  });
  const users = (count: number) => ({ to: 'users', users: Array(count).fill('a') });
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`p${n}`, n]));
  test.each([
    ['type', 'payment', '/body/type', 'must be offer, feature or general'],
    ['title_key', 'offers autumn', '/body/title_key', 'must be letters, digits and _, in parts joined by dots'],
    ['url', 'http://x.example/', '/body/url', 'must be an address that begins with https://'],
    ['audience', users(0), '/body/audience/users', 'must name somebody'],
    ['audience', users(1_001), '/body/audience/users', 'must be a thousand at most: send several'],
    ['audience', { to: 'everybody' }, '/body/audience/to', 'must be all, plan or users'],
    ['audience', {}, '/body/audience/to', 'must be all, plan or users'],
    ['audience', { to: 'plan', plan: 'Plus!' }, '/body/audience/plan', 'must be lower-case words joined by hyphens'],
    ['params', { a: null }, '/body/params/a', 'must be a number, or a text of at most 500 characters'],
    ['params', many, '/body/params', 'are too many: each user gets a copy of at most 20'],
  ])('%s of %j is refused, and says what it must be', async (field, value, pointer, detail) => {
    expect(await create(newWorld(), { ...offer, [field]: value })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer, detail }] },
    });
  });
  test('one is stopped, also twice; one that is over is not', async () => {
    const world = newWorld();
    const { id } = (await create(world)).body;
    const stop = (of: string) => world.send('POST', `/admin/broadcasts/${of}/stop`, admin);
    const stopped = await stop(id);
    expect(stopped).toMatchObject({ status: 200, body: { status: 'stopped', finished_at: expect.any(String) } });
    expect(await stop(id)).toEqual(stopped);
    const { id: other } = (await create(world, offer, 'k2')).body;
    const found = await world.broadcasts.get('sparky', other);
    if (found)
      await world.broadcasts.advance(found, { sent: 1, passedOver: 0, unknown: 0, next: undefined, at: later(1) });
    expect((await stop(other)).status).toBe(409);
  });
  test('I8 for another app’s admin there is no such broadcast, and for a user none at all', async () => {
    const world = newWorld();
    const { id } = (await create(world)).body;
    for (const [method, path] of [
      ['GET', `/admin/broadcasts/${id}`],
      ['POST', `/admin/broadcasts/${id}/stop`],
    ] as const) {
      expect((await world.send(method, path, { ...admin, app: 'nano-banana' })).status).toBe(404);
      expect((await world.send(method, path)).status).toBe(403);
    }
    expect((await world.send('GET', '/admin/broadcasts', { ...admin, app: 'nano-banana' })).body.data).toEqual([]);
    expect((await world.send('POST', '/admin/broadcasts', { body: offer, key: 'k9' })).status).toBe(403);
  });
});
