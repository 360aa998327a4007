/** X9 webhooks on the whole system: an app's own server hears of generations by messages that it can verify, once for all that goes wrong. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type * as z from 'zod';
import type { jobCancelled } from '#services/generation/contracts.ts';
import { mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';
import type { WebhookMessage } from '#services/webhooks/contracts.ts';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { type Stack, startStack, type User } from './stack.ts';

interface Hook {
  readonly id: string;
  readonly secret: string;
  readonly active: boolean;
}
interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly type: string;
  readonly attempts: readonly { readonly http_status: number | null; readonly error: string | null }[];
}
interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const key = mintAdminKey('sandbox-lab');
const otherKey = mintAdminKey('sparky');

let stack: Stack;
let user: User;
let photo = '';
let server: Server;
const received: Received[] = [];
/** By path, answered one after the other; then 200. */
const answers = new Map<string, number[]>();
let base = '';

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = request.url ?? '';
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ path, headers: request.headers as Record<string, string>, body });
    response.writeHead(answers.get(path)?.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hashes = { 'sandbox-lab': [key.hash], sparky: [otherKey.hash] };
  stack = await startStack({ secrets: { 'tessera/admin-keys': JSON.stringify(hashes) } });
  user = await stack.signUp('sandbox-lab');
  photo = (await uploadAsset(user.api, await makePhoto({ width: 64, height: 48 }))).id;
  await stack.account.drain();
}, 60_000);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await stack.close();
});

const admin = <Body = Record<string, unknown>>(method: string, path: string, body?: unknown, by = key) =>
  stack.anybody.call<Body>(`/v1/admin/webhooks${path}`, {
    method,
    headers: { 'x-admin-key': by.key },
    ...(body === undefined ? {} : { body }),
  });
const newHook = async (path: string, more: object = {}): Promise<Hook> => {
  const { status, body } = await admin<Hook>('POST', '', { url: `${base}${path}`, events: ['*'], ...more });
  expect([status, body.secret]).toEqual([201, expect.stringMatching(/^whsec_/)]);
  return body;
};
const deliveriesOf = async ({ id }: Pick<Hook, 'id'>, query = '') =>
  (await admin<{ data: Delivery[] }>('GET', `/${id}/deliveries${query}`)).body.data;
const at = (path: string) => received.filter((one) => one.path === path);
const generate = async (tool: string): Promise<string> => (await user.api.generate({ tool, inputs: [photo] })).body.id;

describe('X9 a generation that ended', () => {
  let hook: Hook;
  let failures: Hook;
  let wobbly: Hook;
  let completed = '';
  let failed = '';
  beforeAll(async () => {
    hook = await newHook('/all');
    failures = await newHook('/failures', { events: ['generation.failed'] });
    wobbly = await newHook('/wobbly', { events: ['generation.completed'] });
    answers.set('/wobbly', [500]);
    completed = await generate('fallback');
    failed = await generate('fail');
    await stack.account.drain();
  }, 60_000);

  test('is told to the endpoints that want it, and each can verify it', async () => {
    const messages = at('/all').map(
      ({ body, headers }) => new Webhook(hook.secret).verify(body, headers) as WebhookMessage,
    );
    const about = { app: 'sandbox-lab', user: user.id };
    expect(messages.toSorted((a, b) => a.type.localeCompare(b.type))).toMatchObject([
      { type: 'generation.completed', data: { ...about, id: completed, status: 'completed' } },
      { type: 'generation.failed', data: { ...about, id: failed, status: 'failed', cost_credits: 0, outputs: [] } },
    ]);
    expect(at('/failures').map(({ body }) => JSON.parse(body).data.id)).toEqual([failed]);
    expect((await deliveriesOf(hook)).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  });

  test('answered by 500 and then by 200 is delivered at the second attempt, under the same id', async () => {
    const [first, second] = at('/wobbly');
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(new Webhook(wobbly.secret).verify(second?.body ?? '', second?.headers ?? {})).toBeTruthy();
    expect(await deliveriesOf(wobbly)).toMatchObject([
      { status: 'delivered', attempts: [{ http_status: 500, error: 'answered 500' }, { http_status: 200 }] },
    ]);
    expect(await deliveriesOf(wobbly, '?status=pending')).toEqual([]);
  });

  test('told twice on the bus, before and after it was sent, is sent once', async () => {
    const event = {
      id: randomUUID(),
      type: 'JobCancelled',
      schemaVersion: 1,
      app: 'sandbox-lab',
      user: user.id,
      version: 3,
      at: new Date().toISOString(),
      correlationId: 'again',
      causationId: 'again',
      data: { jobId: completed, tool: 'fallback' },
    } satisfies z.infer<typeof jobCancelled>;
    const [bus] = stack.account.model.ofType('AWS::Events::EventBus');
    const entry = {
      EventBusName: bus?.ref,
      Source: 'tessera.generation',
      DetailType: event.type,
      Detail: JSON.stringify(event),
    };
    const client = new EventBridgeClient(stack.account.operatorConfig);
    for (const Entries of [[entry, entry], [entry]]) {
      await client.send(new PutEventsCommand({ Entries }));
      await stack.account.drain();
    }
    client.destroy();
    expect(at('/all').filter(({ headers }) => headers['webhook-id'] === event.id)).toHaveLength(1);
  });

  test('is sent again when an admin says so, signed anew', async () => {
    const [known] = await deliveriesOf(failures);
    expect((await admin('POST', `/${failures.id}/deliveries/${known?.id}/replay`)).status).toBe(202);
    await stack.account.drain();
    const [first, again] = at('/failures');
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(new Webhook(failures.secret).verify(again?.body ?? '', again?.headers ?? {})).toBeTruthy();
    expect(await deliveriesOf(failures)).toMatchObject([{ id: known?.id, status: 'delivered', attempts: [{}, {}] }]);
  });
});

describe('X9 a ping', () => {
  const ping = async ({ id }: Hook) => {
    expect((await admin('POST', `/${id}/test`)).status).toBe(202);
    await stack.account.drain();
    return (await deliveriesOf({ id }))[0];
  };

  test('is verified by the new secret and, for a day, by the one before', async () => {
    const hook = await newHook('/rotated');
    const { body } = await admin<Hook>('POST', `/${hook.id}/secret/rotate`);
    expect(await ping(hook)).toMatchObject({ type: 'test.ping', status: 'delivered' });
    const [message] = at('/rotated');
    for (const secret of [hook.secret, body.secret])
      expect(new Webhook(secret).verify(message?.body ?? '', message?.headers ?? {})).toMatchObject({
        type: 'test.ping',
      });
  });

  test('to a receiver that is gone switches the webhook off', async () => {
    const hook = await newHook('/gone');
    answers.set('/gone', [410]);
    expect(await ping(hook)).toMatchObject({ status: 'failed', attempts: [{ http_status: 410 }] });
    expect((await admin<Hook>('GET', `/${hook.id}`)).body).toMatchObject({ active: false, gone: true });
  });

  test('to a private address is not sent, by whatever name', async () => {
    expect((await admin('POST', '', { url: 'https://10.0.0.1/', events: ['*'] })).status).toBe(400);
    const { body: hook } = await admin<Hook>('POST', '', {
      url: 'https://localhost/',
      events: ['generation.cancelled'],
    });
    const refused = { http_status: null, error: 'the address may not be reached' };
    expect(await ping(hook)).toMatchObject({ status: 'failed', attempts: [refused] });
    await admin('DELETE', `/${hook.id}`);
  });
});

test('I8 X9 another app’s admin finds none of it, and the secret is in no log', async () => {
  const hook = await newHook('/secret');
  const [delivery] = await deliveriesOf(hook);
  expect(delivery).toBeUndefined();
  for (const [method, path] of [
    ['GET', `/${hook.id}`],
    ['DELETE', `/${hook.id}`],
    ['GET', `/${hook.id}/deliveries`],
    ['POST', `/${hook.id}/test`],
  ] as const)
    expect((await admin(method, path, undefined, otherKey)).status).toBe(404);
  expect((await admin<{ data: unknown[] }>('GET', '', undefined, otherKey)).body.data).toEqual([]);
  expect(JSON.stringify(stack.account.logs.all)).not.toContain(hook.secret.slice('whsec_'.length));
});
