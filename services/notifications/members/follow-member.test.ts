import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { definitions } from '#apps';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { memoryMembers, memoryNotifications } from '../test/memory-inbox.ts';
import { at, factsOf, owner } from '../test/noted-events.ts';
import { followMember, type MemberEvent, memberEvent } from './follow-member.ts';

const event = (type: MemberEvent['type'], version: number, data: object = {}): MemberEvent =>
  memberEvent.parse({
    id: `${type}-${version}`,
    type,
    schemaVersion: 1,
    ...owner,
    version,
    at,
    correlationId: 'c-1',
    causationId: 'c-1',
    data,
  });
const prefers = (version: number, promotions: boolean) =>
  event('PreferencesChanged', version, {
    notifications: { promotions, feature_updates: true, general_alerts: true },
    locale: promotions ? 'en' : 'ar',
  });
const left = (pass: number) => event('UserDeleted', pass + 5, { pass });
const planned = (version: number, plan: string) => event('PlanChanged', version, { plan, available: 0 });

const newWorld = () => {
  const members = memoryMembers();
  const notifications = memoryNotifications(() => new Date(at));
  const follow = followMember({
    members,
    notifications,
    catalog: { app: async (id) => definitions.find((definition) => definition.id === id) },
    logger: { info: () => undefined, warn: () => undefined },
  });
  return { members, notifications, follow, find: () => members.find(owner.app, owner.user) };
};

describe('SP5 the copy of what others tell of users', () => {
  const events = [
    prefers(1, true),
    prefers(3, false),
    event('AccountOpened', 1),
    planned(4, 'plus'),
    planned(7, 'max'),
  ];
  test('is the newest of each, in whatever order and however often it is told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...events, ...events], { minLength: 10 }), async (order) => {
        const { follow, find } = newWorld();
        for (const told of order) await follow(told);
        expect(await find()).toMatchObject({ plan: 'max', locale: 'ar', preferences: { promotions: false } });
      }),
      { numRuns: 50 },
    );
  });
  test('a member begins by any of them, with the app’s default plan; preferences are not guessed', async () => {
    const { follow, members } = newWorld();
    await follow(prefers(1, true));
    await follow({ ...event('AccountOpened', 1), user: 'user-2' });
    const { members: page } = await members.page(owner.app, { limit: 10 });
    expect(page).toEqual([
      expect.objectContaining({ user: 'user-1', preferences: expect.objectContaining({ promotions: true }) }),
      { app: owner.app, user: 'user-2', plan: 'free' },
    ]);
  });
  test('an account of an app that is not known makes no member', async () => {
    const { follow, members } = newWorld();
    await follow({ ...event('AccountOpened', 1), app: 'unknown' });
    expect((await members.page('unknown', { limit: 10 })).members).toEqual([]);
  });
});

describe('who leaves', () => {
  test('takes their inbox along, and nothing that comes late brings them back', async () => {
    const { follow, members, notifications, find } = newWorld();
    for (const told of [prefers(1, true), planned(2, 'plus')]) await follow(told);
    for (let n = 0; n < 101; n += 1) await notifications.add(owner, factsOf(-n), `once-${n}`);
    await notifications.add({ ...owner, user: 'user-2' }, factsOf(0));
    await follow(left(1));
    for (const told of [prefers(9, true), planned(9, 'max'), event('AccountOpened', 9)]) await follow(told);
    expect(await find()).toEqual({ ...owner, left: true });
    expect((await members.page(owner.app, { limit: 10 })).members).toEqual([]);
    expect((await notifications.list(owner, { limit: 1, unread: false })).items).toEqual([]);
    expect(await notifications.countUnread({ ...owner, user: 'user-2' })).toBe(1);
  });
  test('the second pass removes what came while the first was under way', async () => {
    const { follow, notifications } = newWorld();
    await follow(left(1));
    await notifications.add(owner, factsOf(0));
    await follow(left(2));
    expect(await notifications.countUnread(owner)).toBe(0);
  });
  test('with more than one delivery can remove, the message comes again', async () => {
    const { members } = newWorld();
    let pages = 0;
    const removePage = async () => {
      pages += 1;
      return true;
    };
    const follow = followMember({
      members,
      notifications: { removePage },
      catalog: { app: async () => undefined },
      logger: { info: () => undefined, warn: () => undefined },
    });
    await expect(follow(left(1))).rejects.toThrow(ComesAgain);
    expect(pages).toBe(200);
  });
});
