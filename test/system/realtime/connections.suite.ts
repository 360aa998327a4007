/** Whose sockets hear what, who may have one, and how long. */
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connectionTable } from '#services/notifications/storage/connection-table.ts';
import { ownerKey } from '#shared/owner.ts';
import { scheduleName } from '../ledger.ts';
import { sharedStack } from '../shared-stack.ts';
import { type Stack, tableName, type User } from '../stack.ts';
import {
  adjust,
  callsOf,
  closeDevices,
  dataOf,
  newAdmin,
  newUser,
  openDevice,
  openSocket,
  protocolsOf,
} from './devices.ts';

const app = 'sandbox-lab';

let stack: Stack;
let admin: User;
let user: User;
beforeAll(async () => {
  stack = await sharedStack();
  [user, admin] = await Promise.all([newUser(stack, app), newAdmin(stack, app)]);
  await stack.account.drain();
}, 60_000);
afterEach(closeDevices);

const tokenIn = (project: User['app'], claims: object = {}) =>
  stack.auth.issueToken(project, { sub: user.id, session_id: crypto.randomUUID(), ...claims });

test('I8 SP14 all of a user’s devices hear; another user’s, and the same user’s in another app, hear nothing', async () => {
  const stranger = await newUser(stack, app);
  const elsewhere = { token: await tokenIn('flirt-studio') };
  const [phone, tablet, ...others] = await Promise.all(
    [user, user, stranger, admin, elsewhere].map((one) => openDevice(stack, one)),
  );
  await stack.account.drain();
  await adjust(stack, admin, user, 5);
  for (const device of [phone, tablet]) {
    expect(device && dataOf(device, 'credits.balance')).toEqual([{ available: 15 }]);
    expect(device && dataOf(device, 'notification.created')).toMatchObject([{ type: 'credits' }]);
  }
  expect(others.map(({ heard }) => heard)).toEqual([[], [], []]);
});

describe('I8 a socket is refused', () => {
  test.each<[why: string, status: number, protocols: () => Promise<readonly string[]>]>([
    [
      'with a token of another’s key',
      403,
      async () => protocolsOf({ token: await tokenIn('sparky', { iss: stack.auth.project(app).issuer }) }),
    ],
    ['with one cut short', 403, async () => protocolsOf({ token: user.token.slice(0, -4) })],
    [
      'with one that has ended',
      403,
      async () => protocolsOf({ token: await tokenIn(app, { exp: Math.floor(Date.now() / 1_000) - 120 }) }),
    ],
    ['without one', 403, async () => ['tessera.v1']],
    ['without a protocol', 403, async () => []],
    ['without the protocol of messages', 400, async () => protocolsOf(user).slice(1)],
  ])('%s: %d', async (_, status, protocols) => {
    await expect(openSocket(stack, await protocols())).rejects.toThrow(`Unexpected server response: ${status}`);
  });

  test('and no token is in any log', () => {
    expect(JSON.stringify(stack.account.logs.all)).not.toContain(user.token.slice(-40));
  });
});

test('a socket whose token has ended is sent nothing and is closed within the minute; with a fresh token all is told', async () => {
  const socket = await openSocket(stack, protocolsOf(user));
  socket.ask({ action: 'hello' });
  await stack.account.drain();
  const [ready] = socket.said;
  const table = tableName(stack.account, 'TesseraNotifications', 'Connections');
  const owner = { app, user: user.id };
  const [open, ...more] = await connectionTable(stack.dynamoDb, table).of(owner);
  expect([ready?.type, more]).toEqual(['ready', []]);
  // An hour passes.
  await stack.dynamoDb.send(
    new UpdateCommand({
      TableName: table,
      Key: { owner: ownerKey(owner), connection: open?.connection },
      UpdateExpression: 'SET expiresAt = :past',
      ExpressionAttributeValues: { ':past': new Date(Date.now() - 1_000).toISOString() },
    }),
  );
  stack.account.calls.clear();
  await adjust(stack, admin, user, -1);
  expect(callsOf(stack, 'push')).toEqual({ Query: 2, UpdateItem: 1 });

  await stack.account.fireSchedule(scheduleName(stack, 'EveryMinute'));
  await stack.account.drain();
  expect(await socket.closed).toBe(1000);
  expect(socket.said).toEqual([ready]);
  expect(callsOf(stack, 'close-expired')).toMatchObject({ DeleteConnection: 1 });

  const since = ready && 'cursor' in ready ? ready.cursor : '';
  const device = await openDevice(stack, user, { since });
  expect(dataOf(device, 'credits.balance')).toEqual([{ available: 14 }]);
});

test('SP5 who leaves takes the inbox along: their sockets are closed, and nothing of them is kept', async () => {
  const leaver = await newUser(stack, app);
  const socket = await openSocket(stack, protocolsOf(leaver));
  socket.ask({ action: 'hello' });
  await stack.account.drain();
  await adjust(stack, admin, leaver, 5);
  expect(socket.said.map(({ type }) => type).toSorted()).toEqual(['credits.balance', 'notification.created', 'ready']);
  const owner = ownerKey({ app, user: leaver.id });
  const kept = async (logicalId: string) => {
    const { Items = [] } = await stack.dynamoDb.send(
      new QueryCommand({
        TableName: tableName(stack.account, 'TesseraNotifications', logicalId),
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner },
      }),
    );
    return Items.length;
  };
  expect(await Promise.all([kept('Notifications'), kept('Feed')])).toEqual([1, 2]);
  expect((await leaver.api.call('/v1/me', { method: 'DELETE' })).status).toBe(204);
  await stack.account.drain({ timeoutMs: 60_000 });
  expect(await socket.closed).toBe(1000);
  expect(await Promise.all([kept('Notifications'), kept('Feed')])).toEqual([0, 0]);
  await expect(openSocket(stack, protocolsOf(leaver))).rejects.toThrow('Unexpected server response: 403');
}, 60_000);
