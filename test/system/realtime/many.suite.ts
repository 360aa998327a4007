/** What concerns many: a new catalogue reaches every socket of its app, and an admin's broadcast the inboxes of those who want it. */
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedStack } from '../shared-stack.ts';
import { type Stack, tableName, type User } from '../stack.ts';
import { callsOf, closeDevices, dataOf, inboxOf, messagesOf, newAdmin, newUser, openDevice } from './devices.ts';

const app = 'baby-music';

let stack: Stack;
let boss: User;
let ann: User;
let ben: User;
let cleo: User;
beforeAll(async () => {
  stack = await sharedStack();
  [boss, ann, ben, cleo] = await Promise.all([
    newAdmin(stack, app),
    newUser(stack, app),
    newUser(stack, app),
    newUser(stack, app),
  ]);
  await stack.account.drain();
}, 60_000);
afterEach(closeDevices);

test('SP14 a change of the catalogue is told to all of the app’s sockets, and to no other app’s', async () => {
  const elsewhere = await newUser(stack, 'flirt-studio');
  // That app's first offer is told some seconds late.
  await stack.account.drain();
  const [other, ...devices] = await Promise.all(
    [elsewhere, ann, ann, ben, cleo].map((user) => openDevice(stack, user)),
  );
  interface Current {
    readonly version: number;
    readonly offer: { readonly plans: readonly { readonly id: string }[] };
  }
  const { version, offer } = (await boss.api.get<Current>('/v1/admin/catalog')).body;
  const plan = { ...offer.plans.find(({ id }) => id === 'premium'), name: 'Lullaby' };
  await stack.account.drain();
  stack.account.calls.clear();
  const { status } = await boss.api.call('/v1/admin/catalog/plans/premium', {
    method: 'PUT',
    headers: { 'if-match': `"${version}"` },
    body: { plan, reason: 'a friendlier name' },
  });
  expect(status).toBe(200);
  await stack.account.drain();
  for (const device of devices) {
    expect(dataOf(device, 'catalog.changed')).toEqual([{ changed: ['plans/premium'], truncated: false }]);
    expect(messagesOf(device, 'catalog.changed').map((told) => told.version)).toEqual([version + 1]);
  }
  expect(other?.heard).toEqual([]);
  expect(callsOf(stack, 'push')).toEqual({ UpdateItem: 1, SendMessageBatch: 1 });
  const { SendMessageBatch: batches = 0, ...calls } = callsOf(stack, 'fan-out');
  expect(calls).toEqual({ Query: 4, PostToConnection: devices.length });
  expect([1, 2, 3, 4]).toContain(batches);
});

describe('SP5 SP14 a broadcast', () => {
  /** Members who want to hear nothing: more than a page of them. */
  const quiet = 260;
  beforeAll(async () => {
    const table = tableName(stack.account, 'TesseraNotifications', 'Members');
    const preferences = { promotions: false, feature_updates: false, general_alerts: false };
    const members = Array.from({ length: quiet }, (_, n) => ({ app, user: `quiet-${n}`, preferences, locale: null }));
    for (let next = 0; next < quiet; next += 25) {
      const puts = members.slice(next, next + 25).map((Item) => ({ PutRequest: { Item } }));
      await stack.dynamoDb.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
    }
    const preferred = { notification_preferences: { promotions: false, feature_updates: true, general_alerts: true } };
    expect((await cleo.api.call('/v1/me', { method: 'PATCH', body: preferred })).status).toBe(200);
    const path = `/v1/admin/accounts/${ben.id}/plan`;
    expect((await boss.api.post(path, { plan: 'premium', reason: 'a trial' })).status).toBe(200);
    await stack.account.drain();
  });
  afterEach(() => stack.account.faults.clear());

  interface Broadcast {
    readonly id: string;
    readonly status: string;
    readonly sent: number;
    readonly passed_over: number;
    readonly unknown: number;
  }
  const texts = {
    title_key: 'notifications.credits_given.title',
    message_key: 'notifications.credits_given.message',
    params: { credits: 5, available: 25 },
  };
  const tell = async (type: string, audience: object, key: string = crypto.randomUUID()): Promise<Broadcast> => {
    const sent = await boss.api.post<Broadcast>(
      '/v1/admin/broadcasts',
      { type, ...texts, audience },
      { 'idempotency-key': key },
    );
    expect([sent.status, sent.body.status]).toEqual([202, expect.stringMatching(/sending|sent/)]);
    await stack.account.drain();
    return (await boss.api.get<Broadcast>(`/v1/admin/broadcasts/${sent.body.id}`)).body;
  };
  const typesOf = async (user: User) => (await inboxOf(user)).map(({ type }) => type);

  test('to all goes page by page, once to each who wants it, although its messages and its request come twice', async () => {
    const device = await openDevice(stack, ann);
    const twice = stack.account.faults.onDelivery('duplicate', {
      function: stack.account.functionName('notifications/broadcast'),
      probability: 1,
      seed: 5,
    });
    const done = await tell('offer', { to: 'all' }, 'autumn');
    expect(done).toMatchObject({ status: 'sent', sent: 3, passed_over: quiet + 1 });
    expect(twice.struck).toBeGreaterThanOrEqual(2);
    expect(await tell('offer', { to: 'all' }, 'autumn')).toEqual(done);
    expect(await Promise.all([boss, ann, ben, cleo].map(typesOf))).toEqual([['offer'], ['offer'], ['offer'], []]);
    expect(dataOf(device, 'notification.created')).toMatchObject([{ type: 'offer', ...texts, read: false }]);
    expect(await inboxOf(ann)).toEqual(dataOf(device, 'notification.created'));
  });

  test('to those of a plan', async () => {
    expect(await tell('general', { to: 'plan', plan: 'premium' })).toMatchObject({ status: 'sent', sent: 1 });
    expect(await Promise.all([ann, ben].map(typesOf))).toEqual([['offer'], ['general', 'offer']]);
  });

  test('to a list: to those of it who are members', async () => {
    const users = [ann.id, cleo.id, 'nobody', 'quiet-7'];
    const done = await tell('feature', { to: 'users', users });
    expect(done).toMatchObject({ status: 'sent', sent: 2, passed_over: 1, unknown: 1 });
    expect(await Promise.all([ann, ben, cleo].map(typesOf))).toEqual([
      ['feature', 'offer'],
      ['general', 'offer'],
      ['feature'],
    ]);
  });

  test('SP14 what one device reads or removes the others hear, and so does who was away', async () => {
    const tablet = await openDevice(stack, ann);
    const [feature, offer] = await inboxOf(ann);
    const away = tablet.heard.length;
    stack.account.calls.clear();
    expect((await ann.api.post('/v1/notifications/read-all')).body).toMatchObject({ marked: 2 });
    await stack.account.drain();
    expect((await ann.api.call(`/v1/notifications/${offer?.id}`, { method: 'DELETE' })).status).toBe(204);
    await stack.account.drain();
    const told = messagesOf(tablet, 'notification.updated').map(({ key, version, data }) => ({ key, version, data }));
    expect([away, told.length]).toEqual([0, 3]);
    const latest = [
      { key: feature?.id, version: 2, data: { ...feature, read: true, removed: false } },
      { key: offer?.id, version: 3, data: { id: offer?.id, removed: true } },
    ];
    expect(told).toEqual(expect.arrayContaining(latest));
    expect(callsOf(stack, 'push')).toEqual({ Query: 6, UpdateItem: 3, PostToConnection: 3 });

    const phone = await openDevice(stack, ann, { since: tablet.heard[0]?.cursor ?? '' });
    const ofInbox = phone.heard.filter(({ type }) => type.startsWith('notification.'));
    expect(ofInbox.map(({ key, version, data }) => ({ key, version, data }))).toEqual(expect.arrayContaining(latest));
    expect(messagesOf(phone, 'notification.created').map(({ key }) => key)).not.toContain(offer?.id);
  });
});
