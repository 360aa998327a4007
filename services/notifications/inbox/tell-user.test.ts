import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { definitions } from '#apps';
import type { NotedEvent } from '../domain/notify.ts';
import { memoryMembers, memoryNotifications } from '../test/memory-inbox.ts';
import { at, noted, owner, payment } from '../test/noted-events.ts';
import { tellUser } from './tell-user.ts';

const job = { jobId: 'gen_1', tool: 'slow' };
const low = (seconds: number) => noted('LowBalanceReached', { below: 10, available: 9 }, { seconds });
const ending = (seconds: number) =>
  noted(
    'SubscriptionChanged',
    { status: 'active', plan: 'plus', cancelAtPeriodEnd: true, currentPeriodEnd: at, graceUntil: null },
    { seconds },
  );
const events = [
  noted('JobSucceeded', { ...job, cost: 1, outputs: [] }),
  noted('JobFailed', { ...job, reason: 'failed', message: 'm' }, { seconds: 1 }),
  noted('CreditsGranted', { grantId: 'g', kind: 'daily', credits: 5, available: 5 }, { seconds: 2 }),
  low(3),
  low(4),
  noted('PaymentFailed', { ...payment, reason: 'r' }, { seconds: 5 }),
];

const newWorld = () => {
  const members = memoryMembers();
  const notifications = memoryNotifications();
  const warned: string[] = [];
  const tell = tellUser({
    catalog: { app: async (id) => definitions.find((definition) => definition.id === id) },
    members,
    notifications,
    logger: { warn: (message) => void warned.push(String(message)) },
  });
  const inbox = async (of = owner) => {
    const { items } = await notifications.list(of, { limit: 100, unread: false });
    return items.map(({ title_key, created_at }) => [title_key.split('.')[1], Date.parse(created_at) - Date.parse(at)]);
  };
  return { members, notifications, tell, inbox, warned };
};
const tellAll = async (told: readonly NotedEvent[]) => {
  const world = newWorld();
  for (const event of told) await world.tell(event);
  return world.inbox();
};

const expected = [
  ['payment_failed', 5_000],
  ['low_balance', 4_000],
  ['low_balance', 3_000],
  ['generation_failed', 1_000],
  ['generation_completed', 0],
];

describe('SP5 once per cause', () => {
  test('I7 in whatever order and however often events come, the inbox is the same', async () => {
    const deliveries = fc.array(fc.nat(events.length - 1), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(deliveries, fc.shuffledSubarray(events, { minLength: events.length }), async (again, order) => {
        const repeated = again.flatMap((index) => events[index] ?? []);
        expect(await tellAll([...repeated, ...order])).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
  test('what several events say alike is told once, by the first that comes', async () => {
    expect(await tellAll([ending(1), ending(0), ending(2)])).toEqual([['subscription_ending', 1_000]]);
  });
  test('one that its user removed does not come back', async () => {
    const { tell, notifications, inbox } = newWorld();
    await tell(low(0));
    const [first] = (await notifications.list(owner, { limit: 1, unread: false })).items;
    if (first) await notifications.remove(owner, first.id);
    await tell(low(0));
    expect(await inbox()).toEqual([]);
  });
});

describe('SP5 whom it concerns', () => {
  const quiet = { promotions: false, feature_updates: false, general_alerts: false };
  test('who wants no alerts is told of money and nothing else', async () => {
    const { tell, members, inbox } = newWorld();
    await members.keepPreferences({ ...owner, preferences: quiet, locale: null }, 1);
    for (const event of events) await tell(event);
    expect((await inbox()).map(([name]) => name)).toEqual(['payment_failed', 'low_balance', 'low_balance']);
  });
  test('whose preferences are not told yet is told of their generations, as who left them as they begin', async () => {
    const { tell, members, inbox } = newWorld();
    await members.keepPlan({ ...owner, plan: 'plus' }, 1);
    for (const event of events) await tell(event);
    expect(await inbox()).toEqual(expected);
  });
  test('who left is told nothing', async () => {
    const { tell, members, inbox } = newWorld();
    await members.remove(owner.app, owner.user);
    for (const event of events) await tell(event);
    expect(await inbox()).toEqual([]);
  });
  test('X11 the user’s locale goes along, for whoever tells them in other ways', async () => {
    const { tell, members, notifications } = newWorld();
    await members.keepPreferences({ ...owner, preferences: quiet, locale: 'ar' }, 1);
    await tell(low(0));
    expect((await notifications.list(owner, { limit: 1, unread: true })).items).toMatchObject([
      { locale: 'ar', params: { below: 10, available: 9 } },
    ]);
  });
  test('I8 another user, and the same id in another app, have inboxes of their own', async () => {
    const { tell, inbox } = newWorld();
    await tell(low(0));
    await tell({ ...low(0), app: 'sparky' });
    for (const one of [owner, { ...owner, app: 'sparky' }]) expect(await inbox(one)).toHaveLength(1);
    expect(await inbox({ ...owner, user: 'user-2' })).toEqual([]);
  });
  test('of an app that is not known nobody is told', async () => {
    const { tell, warned, inbox } = newWorld();
    await tell({ ...low(0), app: 'unknown' });
    expect([warned.length, await inbox({ ...owner, app: 'unknown' })]).toEqual([1, []]);
  });
});
