/** Lines that break, messages that come twice and mixed up, connections that are gone or busy, an outage: each is told once, in order. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CallFault, FaultTarget } from '#local/contracts.ts';
import { connectionTable } from '#services/notifications/storage/connection-table.ts';
import { feedTable } from '#services/notifications/storage/feed-table.ts';
import { ownerKey } from '#shared/owner.ts';
import { sharedStack } from '../shared-stack.ts';
import { type Stack, tableName, type User } from '../stack.ts';
import {
  adjust,
  callsOf,
  closeDevices,
  type Device,
  dataOf,
  expectAscending,
  inboxOf,
  messagesOf,
  namesOf,
  newAdmin,
  newUser,
  openDevice,
  openSocket,
  protocolsOf,
  until,
} from './devices.ts';
import { cuttableLine } from './proxy.ts';

const app = 'nano-banana';
const picture = { tool: 'image-generation', params: { prompt: 'a harbour at night' } };

let stack: Stack;
let admin: User;
beforeAll(async () => {
  stack = await sharedStack();
  admin = await newAdmin(stack, app);
}, 60_000);
afterEach(async () => {
  closeDevices();
  stack.account.faults.clear();
  await stack.account.drain();
});

const newcomer = async (): Promise<User> => {
  const user = await newUser(stack, app);
  await stack.account.drain();
  return user;
};
const strike = (name: string, target: Omit<FaultTarget, 'caller'>, fault: CallFault, times: number) =>
  stack.account.faults.onCall({ caller: stack.account.functionName(`notifications/${name}`), ...target }, fault, {
    times,
  });

describe('SP14 a connection that drops', () => {
  test('in the midst of a push comes back and is told what it missed, once', async () => {
    const user = await newcomer();
    const line = await cuttableLine(stack.account.webSocketUrl());
    const device = await openDevice(stack, user, { url: line.url });
    await adjust(stack, admin, user, -1);
    stack.account.calls.clear();
    const cut = line.cutAt('credits.balance');
    await adjust(stack, admin, user, -1);
    await cut;
    await until(device.states, 'waiting');
    await until(device.states, 'open');
    line.close();
    // The post succeeded, and nobody had it.
    expect(callsOf(stack, 'push').PostToConnection).toBe(1);
    expect(dataOf(device, 'credits.balance')).toEqual([{ available: 4 }, { available: 3 }]);
    expect(device.refetches.all).toEqual([]);
  });

  test('and comes back within ten minutes is told of each thing the newest; later it is told to ask for all', async () => {
    const user = await newcomer();
    const first = await openDevice(stack, user);
    await adjust(stack, admin, user, -1);
    const since = first.realtime.cursor ?? '';
    closeDevices();
    await stack.account.drain();
    const { id } = (await user.api.generate(picture)).body;
    await stack.account.drain();

    const again = await openDevice(stack, user, { since });
    expect(dataOf(again, 'generation.updated')).toMatchObject([{ id, status: 'completed' }]);
    expect(dataOf(again, 'credits.balance')).toEqual([{ available: 3 }]);
    expect(namesOf(dataOf(again, 'notification.created'))).toEqual(['generation_completed']);
    const resumed = await openDevice(stack, user, { since: again.realtime.cursor });
    expect(resumed.refetches.all).toEqual([]);

    const { cursorAt } = feedTable(stack.dynamoDb, '');
    const late = await openDevice(stack, user, {
      since: cursorAt({ app, user: user.id }, new Date(Date.now() - 11 * 60_000)),
    });
    expect([late.refetches.all, late.heard]).toEqual([['refetch'], []]);
  });
});

test('I7 deliveries twice, late and out of order: each thing’s versions rise, and the last is how it stands', async () => {
  const user = await newcomer();
  const [device, socket] = await Promise.all([openDevice(stack, user), openSocket(stack, protocolsOf(user))]);
  const faults = (['duplicate', 'reorder', 'delay'] as const).map((fault) =>
    stack.account.faults.onDelivery(fault, { probability: fault === 'delay' ? 0.5 : 1, seed: 3 }),
  );
  const [one, two] = await Promise.all([user.api.generate(picture), user.api.generate(picture)]);
  await adjust(stack, admin, user, 10);
  for (const { struck } of faults) expect(struck).toBeGreaterThan(0);
  stack.account.faults.clear();

  expectAscending(device);
  expect(socket.said.length).toBeGreaterThan(device.heard.length);
  const lastOf = (id: string) => dataOf(device, 'generation.updated').findLast((told) => told.id === id);
  for (const { body } of [one, two]) expect(lastOf(body.id)).toMatchObject({ status: 'completed', progress: 100 });
  const { available } = (await user.api.get('/v1/credits')).body;
  expect(dataOf(device, 'credits.balance').at(-1)).toEqual({ available });
  const inbox = await inboxOf(user);
  expect(namesOf(inbox).toSorted()).toEqual(['credits_given', 'generation_completed', 'generation_completed']);
  const told = dataOf(device, 'notification.created').map(({ id }) => id);
  expect(told.toSorted()).toEqual(inbox.map(({ id }) => id).toSorted());
});

test('I7 the notifications’ functions fail for a while: generations go on, and afterwards all is told once', async () => {
  const user = await newcomer();
  const device = await openDevice(stack, user);
  const outages = [
    strike('push', { service: 'dynamodb' }, 'kill', 3),
    strike('on-event', { service: 'dynamodb' }, 'kill', 3),
    strike('relay', { service: 'events' }, 'kill', 3),
  ];
  const { id } = (await user.api.generate(picture)).body;
  await stack.account.drain();
  expect(outages.map(({ struck }) => struck)).toEqual([3, 3, 3]);
  expect((await user.api.get(`/v1/generations/${id}`)).body.status).toBe('completed');
  expectAscending(device);
  expect(dataOf(device, 'generation.updated').at(-1)).toMatchObject({ id, status: 'completed' });
  expect(dataOf(device, 'credits.balance').at(-1)).toEqual({ available: 4 });
  expect(namesOf(await inboxOf(user))).toEqual(['generation_completed']);
  expect(messagesOf(device, 'notification.created')).toHaveLength(1);
});

describe('SP14 @connections', () => {
  const table = () => connectionTable(stack.dynamoDb, tableName(stack.account, 'TesseraNotifications', 'Connections'));

  test('410: a connection that is gone is struck off, and the others hear', async () => {
    const user = await newcomer();
    const owner = { app, user: user.id };
    const device = await openDevice(stack, user);
    const [open] = await table().of(owner);
    await table().add({
      owner: ownerKey(owner),
      connection: 'gone=',
      app,
      expiresAt: open?.expiresAt ?? '',
      connectedAt: open?.connectedAt ?? '',
    });
    stack.account.calls.clear();
    await adjust(stack, admin, user, -1);
    expect(callsOf(stack, 'push')).toEqual({ Query: 2, UpdateItem: 1, PostToConnection: 2, PutItem: 1, DeleteItem: 1 });
    expect(await table().of(owner)).toEqual([open]);
    expect(dataOf(device, 'credits.balance')).toEqual([{ available: 4 }]);
  });

  test('429: who was busy is tried again after a pause, and hears it once', async () => {
    const user = await newcomer();
    const device: Device = await openDevice(stack, user);
    const throttled = strike('push', { operation: 'PostToConnection' }, 'throttle', 10);
    stack.account.calls.clear();
    await adjust(stack, admin, user, -1);
    // Each of the SDK's own tries, as many as there is time for.
    const PostToConnection = throttled.struck;
    expect(PostToConnection).toBeGreaterThan(0);
    expect(callsOf(stack, 'push')).toEqual({ Query: 2, UpdateItem: 1, PostToConnection, SendMessageBatch: 1 });
    expect(callsOf(stack, 'fan-out')).toEqual({ PostToConnection: 1 });
    expect(dataOf(device, 'credits.balance')).toEqual([{ available: 4 }]);
  });
});
