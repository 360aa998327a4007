/** What a push does with events that come late, and with users who leave. */
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { removeItems } from '#shared/aws/remove-items.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import { newsForMs } from '../storage/feed-table.ts';
import { type PushDependencies, type Pushed, push } from './push.ts';
import type { Outcome } from './sockets.ts';
import { balance } from './testing/events.ts';
import { memoryFanOut, startedAt, startWorld } from './testing/world.ts';

const world = await startWorld();
const { clock, connections, feed, sockets, device, counted } = world;
const pushOver = (other: Partial<PushDependencies>) =>
  push({
    connections,
    feed,
    sockets,
    fanOut: memoryFanOut().send,
    removeFeed: removeItems(world.db.client, { name: world.feedName, sortKey: 'key' }),
    logger: { info: () => {} },
    now: () => clock.now,
    ...other,
  });
const tell = pushOver({});
const pushEvent = (event: Pushed, hasTime = () => true) => tell(event, hasTime);
afterAll(() => world.close());
beforeEach(() => {
  clock.now = startedAt;
  sockets.reset();
});

const owner = (user: string) => ({ app: 'sparky', user });
/** A cursor of now; the table does not ask whose. */
const now = () => feed.cursorAt(owner('anybody'), new Date(clock.now));
const balances = (connection: string) =>
  sockets.heardBy(connection).map((said) => (said.type === 'credits.balance' ? said.data.available : said.type));
const left = (user: string): Pushed => {
  const { data: _, ...envelope } = balance(0, { user, version: 2 });
  return { ...envelope, type: 'UserDeleted', data: { pass: 1 } };
};

describe('SP14 what comes late', () => {
  const minute = 60_000;

  test('by more than an hour is news to nobody: nothing is read, nothing is sent', async () => {
    await device('tardy', 't=');
    clock.now += newsForMs;
    await device('tardy', 't2=');
    await pushEvent(balance(7, { user: 'tardy' }));
    clock.now += 1;
    expect(await counted(() => pushEvent(balance(8, { user: 'tardy', version: 2 })))).toEqual([]);
    expect([balances('t2='), balances('t=')]).toEqual([[7], []]);
  });

  test('within the hour is measured by what was told, also long after a cursor has ended', async () => {
    await device('hourly', 'old=');
    await pushEvent(balance(90, { user: 'hourly', version: 90 }));
    clock.now += 50 * minute;
    await device('hourly', 'fresh=');
    await pushEvent(balance(50, { user: 'hourly', version: 50 }));
    expect(balances('fresh=')).toEqual([]);
    const { Items = [] } = await world.db.client.send(new ScanCommand({ TableName: world.feedName }));
    const kept = Items.find((item) => item.owner === 'sparky#hourly');
    expect(Number(kept?.expires) * 1_000).toBeGreaterThan(startedAt + newsForMs);
  });

  test('I8 but a user who left leaves, however late it is told', async () => {
    await device('lately', 'lately=');
    clock.now += 2 * newsForMs;
    await device('lately', 'still=');
    await pushEvent(left('lately'));
    expect(sockets.closed).toEqual(['still=']);
  });
});

describe('I8 a user who is deleted', () => {
  test('hears nothing more: their devices are closed and what was kept for them is removed', async () => {
    for (let n = 0; n < 30; n += 1) await device('leaver', `left-${n}=`);
    await device('stayer', 'stays=');
    await pushEvent(balance(7, { user: 'leaver' }));
    await pushEvent(left('leaver'));
    expect([sockets.closed.length, await connections.of(owner('leaver'))]).toEqual([30, []]);
    expect(await feed.since(owner('leaver'), now())).toEqual([]);
    expect(await connections.of(owner('stayer'))).toHaveLength(1);
  });

  test('is closed also where a device came meanwhile; without time, or when one is busy, the message comes again', async () => {
    await device('slowly', 'first=');
    await expect(pushEvent(left('slowly'), () => false)).rejects.toThrow('1 connections are left');
    let isThere = false;
    sockets.behave('first=', 'done');
    const coming = {
      ...sockets,
      async close(connection: string) {
        if (!isThere) await device('slowly', 'second=');
        isThere = true;
        return sockets.close(connection);
      },
    };
    await pushOver({ sockets: coming })(left('slowly'), () => true);
    expect([sockets.closed, await connections.of(owner('slowly'))]).toEqual([['first=', 'second='], []]);
    await device('slowly', 'third=');
    await device('slowly', 'stuck=');
    const stuck = async (connection: string): Promise<Outcome> =>
      connection === 'stuck=' ? 'busy' : sockets.close(connection);
    await expect(pushOver({ sockets: { ...sockets, close: stuck } })(left('slowly'), () => true)).rejects.toThrow(
      ComesAgain,
    );
    expect((await connections.of(owner('slowly'))).map(({ connection }) => connection)).toEqual(['stuck=']);
  });
});
