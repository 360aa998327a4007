import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startedAt, startWorld } from '../realtime/testing/world.ts';
import { connectionShards, hereForMs } from './connection-table.ts';
import { keptMs } from './feed-table.ts';

const world = await startWorld();
const { connections, clock, device } = world;
afterAll(() => world.close());
beforeEach(() => {
  clock.now = startedAt;
});

const owner = (user: string, app = 'sparky') => ({ app, user });
const idsOf = async (user: string, app?: string) =>
  (await connections.of(owner(user, app))).map(({ connection }) => connection);
const minute = 60_000;

describe('SP14 a user’s connections', () => {
  test('are all of their devices, the newest first', async () => {
    await device('several', 'a=');
    clock.now += 1;
    await device('several', 'c=');
    clock.now += 1;
    await device('several', 'b=');
    expect(await idsOf('several')).toEqual(['b=', 'c=', 'a=']);
  });

  test('I8 are nobody else’s, not of the same user id in another app', async () => {
    await device('mine', 'mine=');
    await device('mine', 'other=', { owner: 'nano-banana#mine', app: 'nano-banana' });
    expect([await idsOf('mine'), await idsOf('mine', 'nano-banana'), await idsOf('min')]).toEqual([
      ['mine='],
      ['other='],
      [],
    ]);
  });

  test('whose token has ended get nothing any more', async () => {
    await device('late', 'late=', { expiresAt: new Date(startedAt + minute).toISOString() });
    expect(await idsOf('late')).toEqual(['late=']);
    clock.now += minute;
    expect(await idsOf('late')).toEqual([]);
    expect(await connections.wasHere(owner('late'))).toBe(true);
  });

  test('put down or removed once more, are as they were', async () => {
    const added = await device('again', 'again=');
    await connections.add(added);
    expect(await connections.of(owner('again'))).toMatchObject([added]);
    for (let time = 0; time < 2; time += 1) await connections.remove(added);
    expect(await idsOf('again')).toEqual([]);
  });
});

describe('SP14 whoever left', () => {
  test('counts as here for as long as the feed can be resumed from, and then no more', async () => {
    const { owner: key } = await device('leaving', 'leaving=');
    clock.now += 5 * minute;
    await connections.remove({ owner: key, connection: 'leaving=' });
    clock.now += hereForMs - 1;
    expect(await connections.wasHere(owner('leaving'))).toBe(true);
    clock.now += 1;
    expect(await connections.wasHere(owner('leaving'))).toBe(false);
    expect(hereForMs).toBeGreaterThan(keptMs);
  });

  test('was never here, if nobody was', async () => expect(await connections.wasHere(owner('nobody'))).toBe(false));

  test('leaves one item, however often they came', async () => {
    for (let time = 0; time < 12; time += 1) {
      const { owner: key, connection } = await device('restless', `restless-${time}=`);
      await connections.remove({ owner: key, connection });
    }
    const { Items = [] } = await world.db.client.send(new ScanCommand({ TableName: world.connectionsName }));
    const left = Items.filter((item) => item.owner === 'sparky#restless');
    expect(left).toEqual([
      {
        owner: 'sparky#restless',
        connection: '#last',
        goneAt: new Date(startedAt).toISOString(),
        expires: (startedAt + hereForMs) / 1_000,
      },
    ]);
  });
});

test('SP14 an app’s connections come page by page, each once, none of another app, none that went, and no page is empty', async () => {
  const app = 'paging';
  const ids = Array.from({ length: 24 }, (_, index) => `page-${index}=`);
  for (const id of ids) await device(id, id, { owner: `${app}#${id}`, app });
  await device('elsewhere', 'page-elsewhere=', { owner: 'paging-other#elsewhere', app: 'paging-other' });
  await connections.remove({ owner: `${app}#page-0=`, connection: 'page-0=' });
  const seen: string[] = [];
  for (const shard of connectionShards) {
    let after: string | undefined;
    do {
      const page = await connections.pageOfApp(app, { shard, limit: 2, after });
      if (after) expect(page.connections.length).toBeGreaterThan(0);
      for (const { owner: key, connection } of page.connections) {
        expect(key).toBe(`${app}#${connection}`);
        seen.push(connection);
      }
      after = page.next;
    } while (after);
  }
  expect(seen.toSorted()).toEqual(ids.slice(1).toSorted());
});

test('SP14 connections whose token ended before are found, whichever shard they are in', async () => {
  const at = (ms: number) => new Date(startedAt + ms).toISOString();
  for (let index = 0; index < 12; index += 1)
    await device(`due-${index}`, `due-${index}=`, { expiresAt: at(-minute + index) });
  await device('not-due', 'not-due=', { expiresAt: at(1) });
  const due = (await connections.expired(at(0), 25)).map(({ connection }) => connection);
  expect(due.toSorted()).toEqual(Array.from({ length: 12 }, (_, index) => `due-${index}=`).toSorted());
  expect((await connections.expired(at(0), 1)).length).toBeLessThanOrEqual(connectionShards.length);
});
