import { describe, expect, test } from '@jest/globals';
import { ownerKey } from '#shared/owner.ts';
import { memoryBroadcasts, memoryMembers, memoryNotifications } from '../test/memory-inbox.ts';
import { at, broadcastOf, later, owner } from '../test/noted-events.ts';
import type { BroadcastMessage } from './message.ts';
import { sendPage } from './send-page.ts';

const { app } = owner;
const users = Array.from({ length: 25 }, (_, n) => `user-${String(n).padStart(2, '0')}`);
const everything = { promotions: true, feature_updates: true, general_alerts: true };
const quiet = { promotions: false, feature_updates: true, general_alerts: true };

/** Every fifth wants no offers, every second has the plan `plus`, and one has left. */
const newWorld = async () => {
  const members = memoryMembers();
  const notifications = memoryNotifications(() => new Date(at));
  const broadcasts = memoryBroadcasts();
  const queue: BroadcastMessage[] = [];
  const wake = async (message: BroadcastMessage) => void queue.push(message);
  for (const [n, user] of users.entries()) {
    await members.keepPlan({ app, user, plan: n % 2 === 0 ? 'plus' : 'free' }, 1);
    const preferences = n % 5 === 0 ? quiet : everything;
    await members.keepPreferences({ app, user, preferences, locale: n % 5 === 0 ? 'ar' : null }, 1);
  }
  await members.remove(app, 'user-24');
  const deps = { broadcasts, members, notifications, wake, now: () => new Date(later(9)), pageSize: 10 };
  const logger = { info: () => undefined };
  const send = sendPage({ ...deps, logger });
  const begin = async (more: Parameters<typeof broadcastOf>[0] = {}) => {
    const one = broadcastOf(more);
    await broadcasts.create(one, { key: one.id, fingerprint: 'f' });
    const message = { app, broadcast: one.id };
    queue.push(message);
    return { one, message, now: () => broadcasts.get(app, one.id) };
  };
  /** Answers how many messages there were. */
  const drain = async (handle = send, limit = 50): Promise<number> => {
    for (let handled = 0; handled < limit; handled += 1) {
      const next = queue.shift();
      if (!next) return handled;
      await handle(next);
    }
    return limit;
  };
  const told = async () => {
    const having = await Promise.all(users.map((user) => notifications.countUnread({ app, user })));
    return users.filter((_, n) => having[n] === 1);
  };
  return { ...deps, logger, queue, send, begin, drain, told };
};

const wanting = users.filter((_, n) => n % 5 !== 0 && n !== 24);

describe('SP5 a broadcast', () => {
  test('reaches all who want it, page by page, and says how many', async () => {
    const { begin, drain, told, notifications } = await newWorld();
    const { one, now } = await begin();
    expect(await drain()).toBe(3);
    expect(await told()).toEqual(wanting);
    expect(await now()).toMatchObject({ status: 'sent', sent: 19, passed_over: 5, finished_at: later(9) });
    const { items } = await notifications.list({ app, user: 'user-01' }, { limit: 9, unread: true });
    const { type, title_key, message_key, params, url, created_at } = one;
    const about = { type, title_key, message_key, params, url, created_at, subject: null, read: false };
    expect(items).toEqual([
      { ...about, id: items[0]?.id, owner: ownerKey({ app, user: 'user-01' }), correlation_id: 'c-1', locale: null },
    ]);
  });
  test('reaches those of a plan', async () => {
    const { begin, drain, told } = await newWorld();
    const { now } = await begin({ audience: { to: 'plan', plan: 'plus' } });
    await drain();
    expect(await told()).toEqual(wanting.filter((user) => Number(user.slice(-2)) % 2 === 0));
    expect(await now()).toMatchObject({ status: 'sent', sent: 9, passed_over: 3 });
  });
  test('reaches those of a list who are members, each once, and says how many are none', async () => {
    const { begin, drain, told } = await newWorld();
    const list = ['user-01', 'nobody', 'user-01', ...users.slice(0, 12), 'user-24'];
    const { now } = await begin({ audience: { to: 'users', users: list } });
    expect(await drain()).toBe(2);
    expect(await told()).toEqual(wanting.slice(0, 9));
    expect(await now()).toMatchObject({ status: 'sent', sent: 9, passed_over: 3, unknown: 2 });
  });
  test('of a feature reaches those who want no offers', async () => {
    const { begin, drain, told } = await newWorld();
    await begin({ type: 'feature' });
    await drain();
    expect(await told()).toEqual(users.slice(0, 24));
  });
});

test.each([
  ['offer', 0],
  ['feature', 0],
  ['general', 1],
] as const)(
  'SP5 of type %s reaches who is a member by their plan alone, before identity told what they want: %i',
  async (type, sent) => {
    const { begin, drain, members } = await newWorld();
    await members.keepPlan({ app, user: 'opted-out-long-ago', plan: 'max' }, 1);
    const { now } = await begin({ type, audience: { to: 'plan', plan: 'max' } });
    await drain();
    expect(await now()).toMatchObject({ status: 'sent', sent, passed_over: 1 - sent });
  },
);

describe('SP5 a broadcast that is interrupted', () => {
  /** The call of this number fails before it is made, or is made and its answer is lost. */
  const failing = (world: Awaited<ReturnType<typeof newWorld>>, fails: number, isMade: boolean) => {
    let calls = 0;
    const at =
      <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        calls += 1;
        if (calls !== fails) return call(...args);
        if (isMade) await call(...args);
        throw new Error('failed');
      };
    const send = sendPage({
      ...world,
      broadcasts: { get: at(world.broadcasts.get), advance: at(world.broadcasts.advance) },
      notifications: { add: at(world.notifications.add) },
      members: { find: world.members.find, page: at(world.members.page) },
      wake: at(world.wake),
    });
    return { send, calls: () => calls };
  };
  test.each([false, true])(
    'goes on where it was, whichever call fails, and counts each page once; the answer alone is lost: %p',
    async (isMade) => {
      let failures = 1;
      for (let fails = 1; failures > 0; fails += 1) {
        const world = await newWorld();
        const { now, message } = await world.begin();
        const flaky = failing(world, fails, isMade);
        failures = 0;
        // A message that fails comes again.
        await world.drain((one) =>
          flaky.send(one).catch(() => {
            failures += 1;
            world.queue.push(one);
          }),
        );
        expect([fails, await world.told()]).toEqual([fails, wanting]);
        expect(failures).toBe(fails <= flaky.calls() ? 1 : 0);
        expect(await now()).toMatchObject({ status: 'sent', sent: 19, passed_over: 5 });
        await world.send(message);
        expect([world.queue, await now()]).toMatchObject([[], { sent: 19 }]);
      }
    },
  );
  test('counts a page once though two workers send it, and one of them goes on', async () => {
    const { begin, send, queue, told, drain } = await newWorld();
    const { message, now } = await begin();
    queue.splice(0);
    await Promise.all([send(message), send(message)]);
    expect(queue).toHaveLength(1);
    await drain();
    expect(await told()).toEqual(wanting);
    expect(await now()).toMatchObject({ status: 'sent', sent: 19, passed_over: 5 });
  });
  test('once stopped reaches nobody more; who has it is counted', async () => {
    const world = await newWorld();
    const { one, now, message } = await world.begin();
    await world.send(message);
    const page: typeof world.members.page = async (...asked) => {
      await world.broadcasts.stop(app, one.id, later(3));
      return world.members.page(...asked);
    };
    await sendPage({ ...world, members: { ...world.members, page } })(message);
    world.queue.push(message);
    await world.drain();
    expect(await world.told()).toEqual(wanting.slice(0, 16));
    expect(await now()).toMatchObject({ status: 'stopped', sent: 16, passed_over: 4, finished_at: later(3) });
  });
  test('of which there is no record does nothing', async () => {
    const { send, queue, told } = await newWorld();
    await send({ app: 'sparky', broadcast: broadcastOf().id });
    expect([queue, await told()]).toEqual([[], []]);
  });
});
