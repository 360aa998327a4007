import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startedAt, startWorld } from '../realtime/testing/world.ts';
import { feedOfApp, feedTable, keptMs, lookBackMs, type Message } from './feed-table.ts';

const world = await startWorld();
const { feed, clock } = world;
afterAll(() => world.close());
beforeEach(() => {
  clock.now = startedAt;
});

const owner = (user: string, app = 'sparky') => ({ app, user });
const message = (key: string, version = 1): Message => ({
  type: 'credits.balance',
  id: `${key}-${version}`,
  key,
  version,
  at: '2026-11-21T10:00:00.000Z',
  data: { available: version },
});
const admit = (user: string, key: string, version = 1, holdsBackMs = 0) =>
  feed.admit(owner(user), message(key, version), { holdsBackMs });
const keysSince = async (user: string, cursor: string) =>
  (await feed.since(owner(user), cursor))?.map(({ key, version }) => `${key} ${version}`);
const ago = (ms: number) => feed.cursorAt(owner('anybody'), new Date(clock.now - ms));

describe('BM14 what is sent of one thing', () => {
  test('goes up: a newer version passes, an older one is late, and the same passes again', async () => {
    const verdicts = [];
    for (const version of [2, 1, 2, 5, 4, 5]) {
      const admission = await admit('ordered', 'a', version);
      verdicts.push(admission.send || admission.why);
    }
    expect(verdicts).toEqual([true, 'late', true, true, 'late', true]);
  });

  test('of two at the same time, the newer one is what is kept', async () => {
    await Promise.all([3, 1, 4, 2].map((version) => admit('racing', 'a', version)));
    expect(await keysSince('racing', ago(0))).toEqual(['a 4']);
  });

  test('is held back where asked, but for a message that comes again, and never where not asked', async () => {
    expect(await admit('held', 'a', 1, 500)).toMatchObject({ send: true });
    clock.now += 499;
    expect(await admit('held', 'a', 2, 500)).toEqual({ send: false, why: 'soon' });
    expect(await admit('held', 'a', 1, 500)).toMatchObject({ send: true });
    clock.now += 500;
    expect(await admit('held', 'a', 3, 500)).toMatchObject({ send: true });
    const behind = feedTable(world.db.client, world.feedName, () => clock.now - 300);
    expect(await behind.admit(owner('held'), message('a', 4))).toMatchObject({ send: true });
  });
});

describe('SP14 what a connection missed', () => {
  test('is the newest of each thing, in the order in which it was told, with its cursor', async () => {
    await admit('missing', 'before');
    clock.now += 60_000;
    const cursor = ago(0);
    clock.now += 60_000;
    for (const [key, version] of [
      ['a', 1],
      ['b', 7],
      ['a', 2],
    ] as const) {
      clock.now += 10;
      await admit('missing', key, version);
    }
    expect(await keysSince('missing', cursor)).toEqual(['b 7', 'a 2']);
    const [first] = (await feed.since(owner('missing'), cursor)) ?? [];
    expect(first).toEqual({ ...message('b', 7), cursor: expect.any(String) });
    expect(first && (await keysSince('missing', first.cursor))).toEqual(['b 7', 'a 2']);
    clock.now += lookBackMs + 1;
    expect(await keysSince('missing', ago(0))).toEqual([]);
  });

  test('goes a little further back than the cursor, for clocks differ and messages overtake', async () => {
    await admit('overtaken', 'a');
    clock.now += lookBackMs;
    expect(await keysSince('overtaken', ago(0))).toEqual(['a 1']);
  });

  test('I8 is one’s own', async () => {
    await admit('one', 'a');
    await feed.admit(owner('one', 'nano-banana'), message('b'));
    await feed.admit(feedOfApp('sparky'), message('catalog'));
    const of = async (user: string, app?: string) =>
      (await feed.since(owner(user, app), ago(0)))?.map(({ key }) => key);
    expect([await of('one'), await of('two'), await of('one', 'nano-banana'), await of('*')]).toEqual([
      ['a'],
      [],
      ['b'],
      ['catalog'],
    ]);
  });

  test('is not told from a cursor that is too old, from ahead, or none of ours', async () => {
    expect(await keysSince('any', ago(keptMs))).toEqual([]);
    for (const cursor of [ago(keptMs + 1), ago(-120_000), '', 'x', '0-0', `${ago(0)}#`, 'zzzzzzzzzz-0'])
      expect([cursor, await keysSince('any', cursor)]).toEqual([cursor, undefined]);
  });

  test('is a hundred things at most; of more, all is asked for anew', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, index) => admit('busy', `k${index}`)));
    expect(await keysSince('busy', ago(0))).toHaveLength(100);
    await admit('busy', 'one more');
    expect(await keysSince('busy', ago(0))).toBeUndefined();
  });
});
