import { expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { apiFunction } from '#shared/http/api-function.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { publicOnly } from '#shared/net/public-http.ts';
import { createLogger } from '#shared/observability/logger.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import { keptTrail } from '#shared/testing/audit.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { memoryDeliveries, memoryEndpoints, memoryQueue } from '../test/memory.ts';
import { deliveryOf, endpointOf } from '../test/samples.ts';
import { apiHandlers } from './api-handlers.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

interface Sent {
  readonly app?: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly query?: Record<string, string>;
}

const newWorld = () => {
  const endpoints = memoryEndpoints();
  const deliveries = memoryDeliveries();
  const { wake, waiting } = memoryQueue(new Date().toISOString());
  const master = { readable: true };
  const handler = apiFunction({
    routes,
    handlers: apiHandlers({
      endpoints,
      deliveries,
      wake,
      trusts: publicOnly,
      secretsOf: async ({ id }, versions) => {
        if (!master.readable) throw new SourceUnavailable('down');
        return versions.map((version) => `whsec_${id}-${version}`);
      },
    }),
    problems,
    logger: createLogger('webhooks'),
    metrics: createMetrics('webhooks'),
    audit: keptTrail(),
  });
  const send = async (method: string, path = '', { app = 'sparky', body, key, query }: Sent = {}) => {
    const answer = await handler(
      apiEvent({
        method,
        path: `/v1/admin/webhooks${path}`,
        verdict: { verdict: 'user', app, user: 'boss', role: 'admin' },
        headers: key === undefined ? {} : { 'idempotency-key': key },
        ...(query ? { query } : {}),
        ...(body === undefined ? {} : { body }),
      }),
      {} as Context,
    );
    return { status: answer.statusCode, body: answer.body === '' ? undefined : JSON.parse(answer.body) };
  };
  const make = async () => (await send('POST', '', { body: hook })).body;
  return { endpoints, deliveries, waiting, master, send, make };
};

const hook = { url: 'https://hooks.example/', events: ['*'] };

test('X9 a webhook is made, read, changed and removed; its secret is told once', async () => {
  const { send, make } = newWorld();
  const made = await make();
  expect(made).toMatchObject({ ...hook, active: true, gone: false, description: null, secret: `whsec_${made.id}-1` });
  const { secret, ...shown } = made;
  expect(await send('GET', `/${made.id}`)).toEqual({ status: 200, body: shown });
  expect((await send('GET')).body).toEqual({ data: [shown], next_cursor: null });
  const changed = await send('PATCH', `/${made.id}`, { body: { events: ['generation.failed'], description: 'Ours' } });
  expect(changed.body).toMatchObject({ events: ['generation.failed'], description: 'Ours', url: hook.url });
  expect(await send('PATCH', `/${made.id}`, { body: {} })).toEqual(changed);
  expect((await send('PATCH', `/${made.id}`, { body: { description: null } })).body.description).toBeNull();
  expect([(await send('DELETE', `/${made.id}`)).status, (await send('DELETE', `/${made.id}`)).status]).toEqual([
    204, 404,
  ]);
  expect((await send('GET', `/${made.id}`)).status).toBe(404);
});

test('I8 X9 for another app’s admin there is no such webhook', async () => {
  const { send, make } = newWorld();
  const { id } = await make();
  const { id: ping } = (await send('POST', `/${id}/test`)).body;
  for (const [method, path, body] of [
    ['GET', `/${id}`],
    ['PATCH', `/${id}`, { active: false }],
    ['DELETE', `/${id}`],
    ['POST', `/${id}/secret/rotate`],
    ['POST', `/${id}/test`],
    ['GET', `/${id}/deliveries`],
    ['POST', `/${id}/deliveries/${ping}/replay`],
  ] as const)
    expect([path, (await send(method, path, { app: 'nano-banana', body })).status]).toEqual([path, 404]);
  expect((await send('GET', '', { app: 'nano-banana' })).body.data).toEqual([]);
});

test('X9 the same idempotency key makes one webhook; another body is refused, and so is one that was removed', async () => {
  const { send } = newWorld();
  const first = await send('POST', '', { body: hook, key: 'k1' });
  expect(await send('POST', '', { body: hook, key: 'k1' })).toEqual(first);
  expect((await send('POST', '', { body: { ...hook, description: 'x' }, key: 'k1' })).status).toBe(422);
  expect((await send('GET')).body.data).toHaveLength(1);
  await send('DELETE', `/${first.body.id}`);
  expect(await send('POST', '', { body: hook, key: 'k1' })).toMatchObject({
    status: 409,
    body: { type: 'urn:tessera:problem:webhook-removed' },
  });
});

test.each([
  [{ url: 'http://hooks.example/', events: ['*'] }, '/body/url'],
  [{ url: 'https://127.0.0.1/', events: ['*'] }, '/body/url'],
  [{ url: hook.url, events: [] }, '/body/events'],
  [{ url: hook.url, events: ['payment.invented'] }, '/body/events/0'],
  [{ url: hook.url, events: ['*', '*'] }, '/body/events'],
  [{ ...hook, secret: 'mine' }, '/body/secret'],
])('X9 %j is refused', async (body, pointer) => {
  expect(await newWorld().send('POST', '', { body })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});

test('X9 a changed address is looked at as well', async () => {
  const { send, make } = newWorld();
  const { id } = await make();
  expect((await send('PATCH', `/${id}`, { body: { url: 'https://[::1]/' } })).status).toBe(400);
});

test('X9 an app has twenty webhooks at most', async () => {
  const { send, endpoints } = newWorld();
  for (let n = 0; n < 20; n += 1) await endpoints.create(endpointOf());
  expect(await send('POST', '', { body: hook })).toMatchObject({
    status: 409,
    body: { type: 'urn:tessera:problem:webhooks-too-many' },
  });
});

test('X9 a replaced secret signs along for a day; the fifth in a day is refused', async () => {
  const { send, make } = newWorld();
  const { id } = await make();
  const { status, body } = await send('POST', `/${id}/secret/rotate`);
  expect([status, body.secret]).toEqual([200, `whsec_${id}-2`]);
  expect(Date.parse(body.old_secrets_until) - Date.now()).toBeGreaterThan(86_000_000);
  const statuses = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await send('POST', `/${id}/secret/rotate`)).status);
  expect(statuses).toEqual([200, 200, 200, 409]);
});

test('X9 nothing is made while its secret cannot be', async () => {
  const { send, master } = newWorld();
  master.readable = false;
  expect((await send('POST', '', { body: hook })).status).toBe(503);
  expect((await send('GET')).body.data).toEqual([]);
});

test('X9 a test sends a ping, unless it is switched off', async () => {
  const { send, make, waiting, deliveries } = newWorld();
  const { id } = await make();
  const { status, body } = await send('POST', `/${id}/test`);
  expect([status, body]).toEqual([
    202,
    expect.objectContaining({ type: 'test.ping', status: 'pending', attempts: [] }),
  ]);
  expect(waiting.map(({ message }) => message)).toEqual([{ endpoint: id, delivery: body.id, attempt: 0 }]);
  const { payload = '' } = (await deliveries.get(id, body.id)) ?? {};
  expect(JSON.parse(payload)).toMatchObject({ type: 'test.ping', data: { app: 'sparky', webhook: id } });
  await send('PATCH', `/${id}`, { body: { active: false } });
  expect((await send('POST', `/${id}/test`)).status).toBe(409);
  expect((await send('POST', `/${id}/deliveries/${body.id}/replay`)).status).toBe(409);
});

test('X9 switching it on again, or another address, forgets that the receiver was gone', async () => {
  const { send, make, endpoints } = newWorld();
  const { id } = await make();
  const known = await endpoints.get('sparky', id);
  await endpoints.switchOff(known ?? endpointOf(), new Date().toISOString());
  expect((await send('GET', `/${id}`)).body).toMatchObject({ active: false, gone: true });
  expect((await send('PATCH', `/${id}`, { body: { active: true } })).body).toMatchObject({ active: true, gone: false });
});

test('X9 deliveries are listed, by status too, and replayed whatever became of them; one under way is left to it', async () => {
  const { send, make, endpoints, deliveries, waiting } = newWorld();
  const { id } = await make();
  const endpoint = (await endpoints.get('sparky', id)) ?? endpointOf();
  const soon = new Date(Date.now() + 60_000).toISOString();
  const attempts = [{ at: endpoint.createdAt, httpStatus: 200, durationMs: 3 }];
  const done = { ...deliveryOf(endpoint), status: 'delivered', attempt: 3, attempts, dueAt: undefined } as const;
  await deliveries.add(done, soon);
  const view = { id: done.id, event_id: done.eventId, type: 'generation.completed', status: 'delivered' };
  expect((await send('GET', `/${id}/deliveries`)).body.data).toEqual([
    {
      ...view,
      created_at: done.createdAt,
      attempts: [{ at: endpoint.createdAt, http_status: 200, error: null, duration_ms: 3 }],
      next_attempt_at: null,
    },
  ]);
  expect((await send('GET', `/${id}/deliveries`, { query: { status: 'failed' } })).body.data).toEqual([]);
  const replayed = await send('POST', `/${id}/deliveries/${done.id}/replay`);
  expect(replayed).toMatchObject({ status: 202, body: { ...view, status: 'pending' } });
  expect(waiting.map(({ message }) => message.attempt)).toEqual([3]);

  const known = (await deliveries.get(endpoint.id, done.id)) ?? done;
  await deliveries.claim(known, { leaseUntil: soon, claimId: 'c' });
  expect((await send('POST', `/${id}/deliveries/${done.id}/replay`)).status).toBe(202);
  expect(waiting).toHaveLength(1);
  expect((await send('POST', `/${id}/deliveries/${deliveryOf().id}/replay`)).status).toBe(404);
});

test('X9 a replay that meets an attempt beginning is left to it, and comes again only if it meets one each time', async () => {
  const { send, make, endpoints, deliveries, waiting } = newWorld();
  const { id } = await make();
  const endpoint = (await endpoints.get('sparky', id)) ?? endpointOf();
  const soon = new Date(Date.now() + 60_000).toISOString();
  const delivery = deliveryOf(endpoint);
  await deliveries.add(delivery, soon);
  const path = `/${id}/deliveries/${delivery.id}/replay`;
  const { restart } = deliveries;
  deliveries.restart = async (known) => {
    deliveries.restart = restart;
    await deliveries.claim(known, { leaseUntil: soon, claimId: 'c' });
    return undefined;
  };
  expect((await send('POST', path)).status).toBe(202);
  expect(waiting).toEqual([]);

  const free = await deliveries.get(endpoint.id, delivery.id);
  if (free) await deliveries.progress(free, { status: 'pending', failures: 1, attempts: [], dueAt: soon });
  deliveries.restart = async () => undefined;
  expect((await send('POST', path)).status).toBe(503);
});
