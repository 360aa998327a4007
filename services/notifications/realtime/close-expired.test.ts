import { afterAll, beforeEach, expect, jest, test } from '@jest/globals';
import { closeExpired } from './close-expired.ts';
import { startedAt, startWorld } from './testing/world.ts';

const world = await startWorld();
const { clock, connections, sockets, device } = world;
const logger = { info: jest.fn(), warn: jest.fn() };
const close = closeExpired({ connections, sockets, logger, now: () => new Date(clock.now) });
const minute = 60_000;
const soon = () => ({ expiresAt: new Date(clock.now + minute).toISOString() });
const always = () => true;
afterAll(() => world.close());
beforeEach(() => {
  clock.now += 10 * minute;
  sockets.reset();
  logger.warn.mockReset();
});

test('SP14 a connection whose token has ended is closed and struck off, gone or not; others are left alone', async () => {
  await device('a', 'ended=', soon());
  await device('a', 'good=');
  await device('b', 'gone=', soon());
  sockets.behave('gone=', 'gone');
  await close(always);
  expect(sockets.closed).toEqual([]);
  clock.now += minute + 1;
  await close(always);
  expect(sockets.closed.toSorted()).toEqual(['ended=', 'gone=']);
  expect((await connections.of({ app: 'sparky', user: 'a' })).map(({ connection }) => connection)).toEqual(['good=']);
  expect(await connections.expired(new Date(clock.now).toISOString(), 10)).toEqual([]);
  await close(always);
  expect(sockets.closed).toHaveLength(2);
});

test('SP14 many at once are closed round by round; without time, by the next minute', async () => {
  await Promise.all(Array.from({ length: 450 }, (_, index) => device(`c${index}`, `c${index}=`, soon())));
  clock.now += minute + 1;
  let rounds = 1;
  await close(() => rounds-- > 0);
  const first = sockets.closed.length;
  expect([first > 0, first < 450]).toEqual([true, true]);
  await close(always);
  expect(new Set(sockets.closed).size).toBe(450);
  expect(sockets.closed).toHaveLength(450);
});

test('SP14 one that cannot be closed now is left to the next minute, and the others are not held up', async () => {
  expect(clock.now).toBeGreaterThan(startedAt);
  await device('d', 'stuck=', soon());
  await device('d', 'fine=', soon());
  clock.now += minute + 1;
  const busy = { close: async (id: string) => (id === 'stuck=' ? ('busy' as const) : sockets.close(id)) };
  await closeExpired({ connections, sockets: busy, logger, now: () => new Date(clock.now) })(always);
  expect([sockets.closed, logger.warn.mock.calls.length]).toEqual([['fine='], 1]);
  await close(always);
  expect(sockets.closed).toEqual(['fine=', 'stuck=']);
});

test('SP14 one whose closing fails stops none of the others, is tried once, and is told of in the end', async () => {
  await Promise.all(Array.from({ length: 120 }, (_, index) => device(`f${index}`, `f${index}=`, soon())));
  clock.now += minute + 1;
  const tried: string[] = [];
  const failing = {
    close: async (id: string) => {
      tried.push(id);
      if (id === 'f0=') throw new Error('bad request');
      return sockets.close(id);
    },
  };
  const sweep = closeExpired({ connections, sockets: failing, logger, now: () => new Date(clock.now) });
  await expect(sweep(always)).rejects.toThrow('1 of');
  expect([tried.length, sockets.closed.length, logger.warn.mock.calls.length]).toEqual([120, 119, 1]);
  await close(always);
});
