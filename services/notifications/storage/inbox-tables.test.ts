import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { firstIdAt } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { meter, putItems, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { memoryMembers, memoryNotifications } from '../test/memory-inbox.ts';
import { at, factsOf, later, owner } from '../test/noted-events.ts';
import { type MemberTable, memberTable, wants } from './member-table.ts';
import { type NotificationTable, notificationTable } from './notification-table.ts';

let dynamo: TestDynamoDb;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());
const nameOf = (kind: string) => {
  tables += 1;
  return `${kind}-${tables}`;
};
const newInboxTable = () =>
  dynamo.createIndexedTable(nameOf('notifications'), ['owner', 'id'], {
    byUnread: { partitionKey: 'unreadOwner', sortKey: 'id' },
  });
const day = 24 * 3_600;
const other = { ...owner, app: 'sparky' };

type Clock = { now: string };
const inboxes: [name: string, make: (clock: Clock) => Promise<NotificationTable>][] = [
  ['in memory', async (clock) => memoryNotifications(() => new Date(clock.now))],
  ['in DynamoDB', async (clock) => notificationTable(dynamo.client, await newInboxTable(), () => new Date(clock.now))],
];

describe.each(inboxes)('SP5 an inbox %s', (_, make) => {
  const begin = async (seconds: readonly number[] = []) => {
    const clock = { now: at };
    const table = await make(clock);
    for (const one of seconds) await table.add(owner, factsOf(one));
    const ids = async (of: Owner = owner, unread = false) =>
      (await table.list(of, { limit: 100, unread })).items.map(({ id }) => id);
    return { clock, table, ids };
  };
  const idOf = (seconds: number) => factsOf(seconds).id;

  test('has each cause once, as it was told first', async () => {
    const { table } = await begin();
    expect(await table.add(owner, factsOf(0))).toBe(true);
    expect(await table.add(owner, factsOf(0, { params: { available: 5 } }))).toBe(false);
    const { items, next } = await table.list(owner, { limit: 20, unread: false });
    expect([items, next]).toEqual([[{ ...factsOf(0), owner: ownerKey(owner), read: false }], undefined]);
  });
  test('has what is told once a single time, whichever event tells it', async () => {
    const { table, ids } = await begin();
    expect(await table.add(owner, factsOf(1), 'ending')).toBe(true);
    expect(await table.add(owner, factsOf(0), 'ending')).toBe(false);
    expect(await table.add(owner, factsOf(1), 'ending')).toBe(false);
    expect(await table.add(owner, factsOf(2), 'overdue')).toBe(true);
    expect(await table.add(other, factsOf(0), 'ending')).toBe(true);
    expect(await ids()).toEqual([idOf(2), idOf(1)]);
  });
  test('I8 is one user’s of one app', async () => {
    const { table, ids } = await begin([0]);
    expect([await ids(other), await table.countUnread(other)]).toEqual([[], 0]);
    expect(await table.read(other, idOf(0))).toBeUndefined();
    expect(await table.remove(other, idOf(0))).toBe(false);
    expect(await table.readAll(other, 10)).toEqual({ marked: 0, more: false });
    expect((await table.list(owner, { limit: 1, unread: true })).items).toMatchObject([{ read: false }]);
  });
  test('is listed newest first, page by page, also those not read alone', async () => {
    const { table } = await begin([3, 1, 5, 2, 4]);
    const walk = async (unread: boolean) => {
      const pages = [];
      let before: (typeof first)['next'];
      const first = await table.list(owner, { limit: 2, unread });
      for (let page = first; pages.length < 9; page = await table.list(owner, { limit: 2, before, unread })) {
        pages.push(...page.items.map(({ id }) => id));
        before = page.next;
        if (before === undefined) break;
      }
      return pages;
    };
    expect(await walk(false)).toEqual([5, 4, 3, 2, 1].map(idOf));
    for (const seconds of [2, 4]) await table.read(owner, idOf(seconds));
    expect(await walk(true)).toEqual([5, 3, 1].map(idOf));
  });
  test('one that is read stays read, and is not counted', async () => {
    const { table } = await begin([0, 1, 2]);
    for (const _again of [1, 2])
      expect(await table.read(owner, idOf(1))).toEqual({ ...factsOf(1), owner: ownerKey(owner), read: true });
    expect(await table.countUnread(owner)).toBe(2);
    expect(await table.add(owner, factsOf(1))).toBe(false);
    expect(await table.countUnread(owner)).toBe(2);
    expect(await table.read(owner, idOf(9))).toBeUndefined();
  });
  test('all are marked, so many at a time', async () => {
    const { table } = await begin([0, 1, 2, 3, 4]);
    expect(await table.readAll(owner, 3)).toEqual({ marked: 3, more: true });
    expect(await table.readAll(owner, 3)).toEqual({ marked: 2, more: false });
    expect(await table.readAll(owner, 3)).toEqual({ marked: 0, more: false });
    expect(await table.countUnread(owner)).toBe(0);
  });
  test('one that is removed is gone, and an event that comes late does not bring it back', async () => {
    const { table, ids } = await begin([0, 1]);
    expect([await table.remove(owner, idOf(1)), await table.remove(owner, idOf(1))]).toEqual([true, false]);
    expect(await table.add(owner, factsOf(1))).toBe(false);
    expect(await table.read(owner, idOf(1))).toBeUndefined();
    expect([await ids(), await ids(owner, true), await table.countUnread(owner)]).toEqual([[idOf(0)], [idOf(0)], 1]);
  });
  test('after 90 days there is none, whether the table has removed it or not', async () => {
    const { clock, table, ids } = await begin([0, 60]);
    clock.now = later(90 * day + 30);
    expect([await ids(), await ids(owner, true), await table.countUnread(owner)]).toEqual([[idOf(60)], [idOf(60)], 1]);
    expect([await table.read(owner, idOf(0)), await table.remove(owner, idOf(0))]).toEqual([undefined, false]);
    expect(await table.list(owner, { limit: 5, before: idOf(0), unread: false })).toEqual({
      items: [],
      next: undefined,
    });
  });
  test('of who leaves nothing stays', async () => {
    const { table, ids } = await begin([0, 1]);
    await table.add(owner, factsOf(2), 'once');
    await table.add(other, factsOf(2), 'once');
    await table.remove(owner, idOf(0));
    expect([await table.removePage(owner), await table.removePage(owner)]).toEqual([true, false]);
    expect([await ids(), await ids(other)]).toEqual([[], [idOf(2)]]);
    expect(await table.add(owner, factsOf(2), 'once')).toBe(true);
  });
});

describe('SP5 an inbox in DynamoDB', () => {
  test('a page is filled past those that were removed', async () => {
    const name = await newInboxTable();
    const table = notificationTable(dynamo.client, name, () => new Date(at));
    const left = Array.from({ length: 150 }, (_, n) => ({
      owner: ownerKey(owner),
      id: factsOf(n).id,
      removed: true,
      expires: 9_999_999_999,
    }));
    await putItems(dynamo.client, name, left);
    for (const seconds of [-3, -2, -1]) await table.add(owner, factsOf(seconds));
    const { items, next } = await table.list(owner, { limit: 2, unread: false });
    expect([items.map(({ id }) => id), next]).toEqual([[-1, -2].map((n) => factsOf(n).id), factsOf(-2).id]);
  });
  test('what is left of a removed one is its id, when that was, and its end', async () => {
    const name = await newInboxTable();
    const table = notificationTable(dynamo.client, name, () => new Date(at));
    await table.add(owner, factsOf(0));
    await table.remove(owner, factsOf(0).id);
    const Key = { owner: ownerKey(owner), id: factsOf(0).id };
    const { Item } = await dynamo.client.send(new GetCommand({ TableName: name, Key }));
    expect(Item).toEqual({ ...Key, removed: true, changed_at: at, expires: Date.parse(later(90 * day)) / 1_000 });
  });
  test('one that is read knows since when; read once more it is the very same item, in one call each', async () => {
    const name = await newInboxTable();
    const clock = { now: at };
    const table = notificationTable(dynamo.client, name, () => new Date(clock.now));
    await table.add(owner, factsOf(0));
    const Key = { owner: ownerKey(owner), id: factsOf(0).id };
    const itemNow = async () => (await dynamo.client.send(new GetCommand({ TableName: name, Key }))).Item;
    const calls = meter(dynamo.client);
    await table.read(owner, factsOf(0).id);
    expect(calls.splice(0).map(({ operation }) => operation)).toEqual(['UpdateItem']);
    const read = await itemNow();
    expect(read).toMatchObject({ read: true, changed_at: at });
    clock.now = later(60);
    await table.read(owner, factsOf(0).id);
    await table.readAll(owner, 10);
    expect(await itemNow()).toEqual(read);
  });
  test('unread ones are counted to a hundred, in one call', async () => {
    const name = await newInboxTable();
    const unread = Array.from({ length: 130 }, (_, n) => {
      const key = ownerKey(owner);
      return { ...factsOf(n), owner: key, unreadOwner: key, read: false, expires: 9_999_999_999 };
    });
    await putItems(dynamo.client, name, unread);
    const calls = meter(dynamo.client);
    const table = notificationTable(dynamo.client, name, () => new Date(at));
    expect(await table.countUnread(owner)).toBe(100);
    expect(calls.splice(0).map(({ operation }) => operation)).toEqual(['Query']);
    await table.add(other, factsOf(0));
    expect(calls.map(({ operation }) => operation)).toEqual(['PutItem']);
    expect(await table.readAll(owner, 500)).toEqual({ marked: 130, more: false });
    expect(firstIdAt('ntf', at) < factsOf(0).id).toBe(true);
  });
});

const preferences = { promotions: false, feature_updates: true, general_alerts: true };
const memberTables: [name: string, make: () => Promise<MemberTable>][] = [
  ['in memory', async () => memoryMembers()],
  [
    'in DynamoDB',
    async () => memberTable(dynamo.client, await dynamo.createKeyedTable(nameOf('members'), 'app', 'user')),
  ],
];

describe.each(memberTables)('SP5 members %s', (_, make) => {
  test('have what was told last of each, whichever comes first', async () => {
    const table = await make();
    await table.keepPlan({ ...owner, plan: 'plus' }, 5);
    await table.keepPreferences({ ...owner, preferences, locale: 'ar' }, 2);
    await table.keepPlan({ ...owner, plan: 'free' }, 4);
    await table.keepPreferences({ ...owner, preferences: { ...preferences, promotions: true }, locale: null }, 2);
    const member = { ...owner, plan: 'plus', preferences, locale: 'ar' };
    expect(await table.find(owner.app, owner.user)).toEqual(member);
    expect(await table.find('sparky', owner.user)).toBeUndefined();
    await table.keepPreferences({ ...owner, preferences, locale: null }, 3);
    expect(await table.find(owner.app, owner.user)).toEqual({ ...member, locale: null });
  });
  test('who left is known as such, and stays so', async () => {
    const table = await make();
    await table.keepPlan({ ...owner, plan: 'plus' }, 1);
    await table.remove(owner.app, owner.user);
    await table.keepPlan({ ...owner, plan: 'plus' }, 9);
    await table.keepPreferences({ ...owner, preferences, locale: null }, 9);
    expect(await table.find(owner.app, owner.user)).toEqual({ ...owner, left: true });
    expect(await table.page(owner.app, { limit: 9 })).toEqual({ members: [], next: undefined });
  });
  test('I8 are found by app, page by page, also those of a plan', async () => {
    const table = await make();
    for (const n of [1, 2, 3, 4, 5])
      await table.keepPlan({ ...owner, user: `user-${n}`, plan: n === 4 ? 'plus' : 'free' }, 1);
    await table.keepPlan({ ...other, plan: 'plus' }, 1);
    await table.remove(owner.app, 'user-2');
    const walk = async (plan?: string) => {
      const users: string[] = [];
      let after: string | undefined;
      for (let pages = 0; pages < 5; pages += 1) {
        const { members, next } = await table.page(owner.app, { limit: 2, after, plan });
        users.push(...members.map(({ user }) => user));
        after = next;
        if (next === undefined) break;
      }
      return users;
    };
    expect(await walk()).toEqual(['user-1', 'user-3', 'user-4', 'user-5']);
    expect(await walk('plus')).toEqual(['user-4']);
  });
});

test.each([
  ['offer', false, false],
  ['feature', true, false],
  ['general', true, true],
  ['generation', true, true],
  ['credits', true, true],
  ['payment', true, true],
] as const)(
  'SP5 of type %s: wanted by who wants no promotions: %p; by whose preferences are not told yet: %p',
  (type, wanted, untold) => {
    expect([wants({ preferences }, type), wants(undefined, type), wants({}, type)]).toEqual([wanted, untold, untold]);
  },
);
