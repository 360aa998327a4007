/** FS9 PP13 what admins and operators see of a running system: figures that are the ledger's, acts with their ends, dead letters that go back. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintAdminKey, mintOperatorKey } from '#services/identity/admin-keys/admin-key.ts';
import { type RequestOptions, uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { type Stack, startStack, type User } from './stack.ts';

const app = 'sandbox-lab';
const keys = { admin: mintAdminKey(app), other: mintAdminKey('sparky'), operator: mintOperatorKey() };

let stack: Stack;
let sqs: SQSClient;
beforeAll(async () => {
  const hashes = { [app]: [keys.admin.hash], sparky: [keys.other.hash], '*': [keys.operator.hash] };
  stack = await startStack({ secrets: { 'tessera/admin-keys': JSON.stringify(hashes) } });
  sqs = new SQSClient(stack.account.operatorConfig);
}, 120_000);
afterAll(async () => {
  sqs.destroy();
  await stack.close();
});

const as = (who: keyof typeof keys, path: string, options: RequestOptions = {}) =>
  stack.anybody.call<Record<string, never>>(path, {
    ...options,
    headers: { 'x-admin-key': keys[who].key, ...options.headers },
  });

interface Metrics {
  readonly zone: string;
  readonly today: Record<'jobs' | 'credits' | 'users', Record<string, unknown>> & { readonly revenue: object[] };
}
const metricsOf = async (who: 'admin' | 'other' = 'admin'): Promise<Metrics> => {
  const { status, body } = await as(who, '/v1/admin/metrics');
  expect(status).toBe(200);
  return body as unknown as Metrics;
};

describe('figures', () => {
  let users: readonly User[];
  beforeAll(async () => {
    users = await Promise.all([stack.signUp(app), stack.signUp(app), stack.signUp(app)]);
    for (const { api } of users) await api.get('/v1/credits');
    const [one, other] = users;
    if (!one || !other) throw new Error('nobody signed up');
    const photo = await makePhoto({ width: 64, height: 48 });
    const [mine, theirs] = await Promise.all([uploadAsset(one.api, photo), uploadAsset(other.api, photo)]);
    await stack.account.drain();
    const runs = [
      one.api.generate({ tool: 'fallback', inputs: [mine.id] }),
      one.api.generate({ tool: 'blocked', inputs: [mine.id] }),
      other.api.generate({ tool: 'metered', params: { prompt: 'a cat' } }),
      other.api.generate({ tool: 'fallback', inputs: [theirs.id] }),
    ];
    expect((await Promise.all(runs)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const { body: page } = await one.api.post<{ session_id: string }>('/v1/checkout', { pack_id: 'pack-100' });
    stack.payments.stripe(app).paySession(page.session_id, 'pay');
    await stack.settle();
  }, 60_000);

  test('are those of the ledger, the jobs and the payments; each event counts once', async () => {
    const { today } = await metricsOf();
    const accounts = await Promise.all(users.map(({ api }) => api.get('/v1/credits')));
    const total = (field: string) => accounts.reduce((sum, { body }) => sum + Number(body[field]), 0);
    const jobs = (
      await Promise.all(users.map(({ api }) => api.get<{ data: { status: string }[] }>('/v1/generations')))
    ).flatMap(({ body }) => body.data);
    const of = (status: string) => jobs.filter((job) => job.status === status).length;
    expect(jobs).toHaveLength(4);
    expect(today.jobs).toMatchObject({
      requested: 4,
      completed: of('completed'),
      failed: of('failed'),
      cancelled: 0,
      failures_by_reason: { blocked: 1 },
    });
    const { credits } = today;
    expect(Number(credits.granted) - Number(credits.spent)).toBe(total('available') + total('held'));
    expect(today.users).toEqual({ new: 3, active: 3, active_is_least: false, left: 0 });
    expect(today.revenue).toMatchObject([{ payments: 1, refunded_minor: 0 }]);
  });

  test('I8 are of the admin’s own app', async () => {
    const { today } = await metricsOf('other');
    expect([today.jobs.requested, today.users.new, today.revenue]).toEqual([0, 0, []]);
  });

  test('stay the same when every event comes again', async () => {
    const before = (await metricsOf()).today;
    const counted = stack.account.queue('TesseraAdmin.CountedEventsQueue').name;
    const [queue] = stack.account.model.ofType('AWS::SQS::Queue').filter(({ ref }) => ref.endsWith(`/${counted}`));
    const detail = { app, user: users[0]?.id, schemaVersion: 1, version: 1, correlationId: 'c', causationId: 'c' };
    const again = {
      ...detail,
      id: 'again',
      type: 'UserRegistered',
      at: new Date().toISOString(),
      data: { via: 'hook' },
    };
    const send = () =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queue?.ref,
          MessageBody: JSON.stringify({
            id: 'b',
            source: 'tessera.identity',
            'detail-type': 'UserRegistered',
            detail: again,
          }),
        }),
      );
    await Promise.all([send(), send(), send()]);
    await stack.account.drain();
    expect((await metricsOf()).today.users).toEqual({ ...before.users, new: Number(before.users.new) + 1 });
  });

  test('who leaves is counted and no longer active', async () => {
    const [, , third] = users;
    expect((await third?.api.call('/v1/me', { method: 'DELETE' }))?.status).toBe(204);
    await stack.account.drain();
    expect((await metricsOf()).today.users).toMatchObject({ left: 1, active: 2 });
  });
});

describe('acts', () => {
  const acts = async (query = '') => {
    await stack.account.drain();
    const { body } = await as('admin', `/v1/admin/audit${query}`);
    return (body as unknown as { data: Record<string, unknown>[] }).data;
  };

  test('are told newest first, with who, what and how it ended, also what was refused', async () => {
    const { id, api } = await stack.signUp(app);
    await api.get('/v1/credits');
    const adjust = (credits: number, key: string) =>
      as('admin', `/v1/admin/accounts/${id}/adjustments`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: { credits, reason: 'lost photo' },
      });
    const statuses = [
      (await adjust(5, 'a')).status,
      (await adjust(6, 'a')).status,
      (await adjust(-500, 'b')).status,
      (await as('admin', '/v1/admin/users/nobody/roles', { method: 'PUT', body: { roles: ['admin'] } })).status,
    ];
    const found = (await acts('?limit=4')).toReversed();
    expect(found.map(({ outcome }) => (outcome as { status: number }).status)).toEqual(statuses);
    expect(statuses[1]).toBe(422);
    expect(found[0]).toMatchObject({
      app,
      actor: `admin:${keys.admin.id}`,
      service: 'credits',
      method: 'POST',
      path: `/v1/admin/accounts/${id}/adjustments`,
      params: { user: id },
      body: { credits: 5, reason: 'lost photo' },
      body_cut: false,
    });
    expect(found[3]).toMatchObject({ service: 'identity', route: 'setRoles', outcome: { status: 404 } });
  });

  test('are found by actor and time, page by page', async () => {
    const [newest] = await acts('?limit=1');
    const actor = String(newest?.actor);
    expect(await acts(`?actor=${actor}&limit=1`)).toEqual([newest]);
    expect(await acts('?actor=admin:somebody')).toEqual([]);
    expect(await acts(`?since=${String(newest?.at)}`)).toEqual([newest]);
    expect(await acts('?since=2126-01-01T00:00:00Z')).toEqual([]);
  });

  test('are not done when they cannot be written down', async () => {
    const { id, api } = await stack.signUp(app);
    const before = (await api.get('/v1/credits')).body.available;
    await stack.account.drain();
    stack.account.faults.onCall({ operation: 'SendMessage' }, 'throttle', { times: 20 });
    const answer = await as('admin', `/v1/admin/accounts/${id}/adjustments`, {
      method: 'POST',
      headers: { 'idempotency-key': 'never' },
      body: { credits: 5, reason: 'never' },
    });
    stack.account.faults.clear();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await api.get('/v1/credits')).body.available).toBe(before);
  });
});

describe('dead letters', () => {
  interface Queue {
    readonly name: string;
    readonly service: string;
    readonly purpose: string;
    readonly kind: string;
    readonly waiting: number;
    readonly takes_from: string[];
  }
  const queues = async (): Promise<Queue[]> =>
    ((await as('operator', '/v1/operator/queues')).body as unknown as { data: Queue[] }).data;

  test('an operator finds them, sees why, and gives them again; what is mended goes through', async () => {
    const all = await queues();
    const names = stack.account.model.ofType('AWS::SQS::Queue').map(({ ref }) => ref.split('/').pop());
    expect(all.map(({ name }) => name)).toEqual(names.toSorted());
    const dead = all.find(({ purpose, kind }) => purpose === 'Counted' && kind === 'dead-letters');
    const url = stack.account.model.ofType('AWS::SQS::Queue').find(({ ref }) => ref.endsWith(`/${dead?.name}`))?.ref;
    expect(dead).toMatchObject({ service: 'admin', waiting: 0 });
    const before = Number((await metricsOf()).today.users.new);
    const event = {
      id: 'was-down',
      type: 'UserRegistered',
      app,
      user: 'somebody',
      at: new Date().toISOString(),
      schemaVersion: 1,
      version: 1,
      correlationId: 'c',
      causationId: 'c',
      data: { via: 'hook' },
    };
    const MessageBody = JSON.stringify({
      id: 'b',
      source: 'tessera.identity',
      'detail-type': event.type,
      detail: event,
    });
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));

    const path = `/v1/operator/queues/${dead?.name}`;
    expect(await as('operator', `${path}/messages`)).toMatchObject({
      status: 200,
      body: { waiting: 1, data: [{ body: MessageBody, reason: 'received 1 time' }] },
    });
    const redriven = await as('operator', `${path}/redrive`, { method: 'POST' });
    expect(redriven).toMatchObject({ status: 202, body: { status: 'started', to: dead?.takes_from } });
    await stack.account.drain();
    expect((await queues()).find(({ name }) => name === dead?.name)?.waiting).toBe(0);
    expect((await metricsOf()).today.users.new).toBe(before + 1);

    const audit = await as('operator', '/v1/operator/audit');
    expect(audit.body).toMatchObject({
      data: [
        {
          app: '*',
          actor: `operator:${keys.operator.id}`,
          route: 'redriveQueue',
          params: { name: dead?.name },
          outcome: { status: 202 },
        },
      ],
    });
  });

  test('I8 are no affair of an app’s admins, and operators are no admins', async () => {
    expect((await as('admin', '/v1/operator/queues')).status).toBe(403);
    expect((await as('operator', '/v1/admin/metrics')).status).toBe(403);
    expect((await as('operator', '/v1/credits')).status).toBe(401);
  });
});
