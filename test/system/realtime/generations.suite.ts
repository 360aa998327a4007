/** A generation as its user hears of it: balance and status over the socket, then the inbox; and what all that costs in calls of AWS. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import {
  adjust,
  callsOf,
  closeDevices,
  dataOf,
  expectAscending,
  inboxOf,
  messagesOf,
  namesOf,
  newAdmin,
  newUser,
  openDevice,
} from './devices.ts';

const app = 'nano-banana';
const picture = { tool: 'image-generation', params: { prompt: 'a red kite over dunes' } };

let stack: Stack;
let user: User;
let admin: User;
beforeAll(async () => {
  stack = await sharedStack();
  [user, admin] = await Promise.all([newUser(stack, app), newAdmin(stack, app)]);
  await stack.account.drain();
}, 60_000);
afterEach(closeDevices);

describe('BM14 PP7 SP5 SP14 a generation', () => {
  test('is heard of from its beginning to its end, each version once and in order, with the balance and a notification', async () => {
    const device = await openDevice(stack, user);
    const accepted = await user.api.generate(picture);
    expect(accepted.status).toBe(202);
    const { id } = accepted.body;
    await stack.account.drain();
    expectAscending(device);

    const told = dataOf(device, 'generation.updated');
    expect(new Set(told.map((one) => one.id))).toEqual(new Set([id]));
    expect(told[0]).toMatchObject({ status: 'queued', progress: 0, cost_credits: 1, outputs: [] });
    const { body: job } = await user.api.get<{ cost_credits: number; outputs: { bytes: number }[] }>(
      `/v1/generations/${id}`,
    );
    expect(told.at(-1)).toMatchObject({
      tool: 'image-generation',
      status: 'completed',
      progress: 100,
      cost_credits: job.cost_credits,
      outputs: job.outputs.map(({ bytes }) => ({ kind: 'image', bytes })),
      error: null,
    });
    expect(dataOf(device, 'credits.balance').at(-1)).toEqual({ available: 4 });

    expect(dataOf(device, 'notification.created')).toEqual([
      expect.objectContaining({
        type: 'generation',
        title_key: 'notifications.generation_completed.title',
        subject: { kind: 'generation', id },
        read: false,
      }),
    ]);
    expect(await inboxOf(user)).toEqual(dataOf(device, 'notification.created'));
    expect(new Set(messagesOf(device, 'notification.created').map(({ version }) => version))).toEqual(new Set([1]));
  });

  test('SP5 its notification is counted, read, read with all others, and removed', async () => {
    const { api } = user;
    for (const _run of [1, 2]) expect((await api.generate(picture)).status).toBe(202);
    await stack.account.drain();
    const unread = async () => (await api.get<{ unread: number }>('/v1/notifications/unread-count')).body.unread;
    const [newest, ...older] = await inboxOf(user);
    expect(older).toHaveLength(2);
    expect(await unread()).toBe(3);
    const at = `/v1/notifications/${newest?.id}`;
    expect(await api.post(`${at}/read`)).toMatchObject({ status: 200, body: { id: newest?.id, read: true } });
    expect((await inboxOf(user, '?unread=true')).map(({ id }) => id)).toEqual(older.map(({ id }) => id));
    expect((await api.post('/v1/notifications/read-all')).body).toEqual({ marked: 2, more: false });
    expect(await unread()).toBe(0);
    expect((await api.call(at, { method: 'DELETE' })).status).toBe(204);
    expect((await api.call(at, { method: 'DELETE' })).status).toBe(404);
    expect((await inboxOf(user)).map(({ id }) => id)).toEqual(older.map(({ id }) => id));
  });
});

describe('SP14 what it costs', () => {
  test('who was not there: one read for each event, and a notification of one read, one write and one event', async () => {
    const offline = await newUser(stack, app);
    await stack.account.drain();
    stack.account.calls.clear();
    expect((await offline.api.generate(picture)).status).toBe(202);
    await stack.account.drain();
    // A job's three, the hold and its settlement, and the notification.
    expect(callsOf(stack, 'push')).toEqual({ Query: 6 });
    expect(callsOf(stack, 'on-event')).toEqual({ GetItem: 1, PutItem: 1 });
    expect(callsOf(stack, 'relay')).toEqual({ PutEvents: 1 });
    expect(namesOf(await inboxOf(offline))).toEqual(['generation_completed']);
  });

  test.each([1, 2])('a push to %d devices: two reads, one write, and a post to each', async (count) => {
    const owner = await newUser(stack, app);
    const devices = await Promise.all(Array.from({ length: count }, () => openDevice(stack, owner)));
    await stack.account.drain();
    stack.account.calls.clear();
    await adjust(stack, admin, owner, -1);
    expect(callsOf(stack, 'push')).toEqual({ Query: 2, UpdateItem: 1, PostToConnection: count });
    for (const device of devices) expect(dataOf(device, 'credits.balance').at(-1)).toEqual({ available: 4 });
    expect(await inboxOf(owner)).toEqual([]);
  });
});
