import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { putItems } from '#shared/testing/dynamodb.ts';
import type { SocketMessage } from '../contracts.ts';
import { fanOut } from './fan-out.ts';
import { type FanOutMessage, fanOutMessage, maxAttempts } from './fan-out-message.ts';
import type { Outcome } from './sockets.ts';
import { memoryFanOut, startedAt, startWorld } from './testing/world.ts';

const world = await startWorld();
const { connections, sockets, clock, device } = world;
afterAll(() => world.close());
beforeEach(() => {
  clock.now = startedAt;
  sockets.reset();
});

const message: SocketMessage = {
  type: 'catalog.changed',
  id: 'event-1',
  key: 'catalog',
  version: 2,
  at: '2026-11-21T10:00:00.000Z',
  cursor: 'c',
  data: { changed: ['plans/pro'], truncated: false },
};
const pages = (app: string): FanOutMessage[] => [0, 1, 2, 3].map((shard) => ({ kind: 'page', app, shard, message }));

/** Everything that one change leads to, as the queue would bring it. */
const start = () => {
  const queue = memoryFanOut();
  const handle = fanOut({ connections, sockets, send: queue.send, logger: { info: () => {} } });
  const handled: FanOutMessage['kind'][] = [];
  const drain = async () => {
    for (let next = queue.waiting.shift(); next; next = queue.waiting.shift()) {
      handled.push(next.kind);
      await handle(fanOutMessage.parse(JSON.parse(JSON.stringify(next))));
    }
  };
  return { ...queue, handle, drain, handled };
};

test('SP14 10,000 connections of one app: 20 pages, 100 batches, each connection told once', async () => {
  const app = 'crowded';
  const expiresAt = new Date(startedAt + 3_600_000).toISOString();
  const rows = Array.from({ length: 10_000 }, (_, index) => {
    const connection = `c${String(index).padStart(5, '0')}=`;
    return { owner: `${app}#u${index}`, connection, app, expiresAt, appShard: `${app}#${index % 4}` };
  });
  await putItems(world.db.client, world.connectionsName, rows);
  await device('elsewhere', 'elsewhere=');
  const { send, drain, handled, calls } = start();
  await send(pages(app));
  const asked = await world.counted(drain);
  const of = (kind: string) => handled.filter((one) => one === kind).length;
  expect([of('page'), of('batch')]).toEqual([20, 100]);
  // 20 reads; one call to the queue for each page, beside the first: five batches, and the next page if there is one.
  expect([asked.length, new Set(asked)]).toEqual([20, new Set(['Query'])]);
  expect(calls.map(({ messages }) => messages)).toEqual([4, ...Array(16).fill(6), ...Array(4).fill(5)]);
  expect(sockets.posted).toHaveLength(10_000);
  expect(new Set(sockets.posted.map(({ connection }) => connection)).size).toBe(10_000);
});

describe('SP14 of a batch', () => {
  const batch = (...ids: readonly string[]) =>
    ({
      kind: 'batch',
      connections: ids.map((connection) => ({ owner: 'sparky#fan', connection })),
      message,
      attempt: 1,
    }) as const;

  test('410: who is gone is struck off, and the others are told', async () => {
    await device('fan', 'gone=');
    sockets.behave('gone=', 'gone');
    await start().handle(batch('gone=', 'here='));
    expect(sockets.heardBy('here=')).toEqual([message]);
    expect(await connections.of({ app: 'sparky', user: 'fan' })).toEqual([]);
  });

  test('410: who seems gone is tried once more, and is not struck off when a hello comes in between', async () => {
    const made = await device('fan', 'made=');
    let tries = 0;
    sockets.behave('made=', () => (++tries === 1 ? 'gone' : 'done'));
    expect(await world.counted(() => start().handle(batch('made=')))).toEqual(['GetItem']);
    expect(sockets.heardBy('made=')).toEqual([message]);
    sockets.behave('made=', async (): Promise<Outcome> => {
      tries += 1;
      if (tries === 4) await connections.greet(made);
      return 'gone';
    });
    await start().handle(batch('made='));
    expect(await connections.of({ app: 'sparky', user: 'fan' })).toMatchObject([made]);
  });

  test('one that fails stops none of the others, and those that are busy are tried again; then it is told', async () => {
    sockets.behave('bad=', () => Promise.reject(new Error('forbidden')));
    sockets.behave('full=', 'busy');
    const { handle, calls } = start();
    await expect(handle(batch('bad=', 'full=', 'x=', 'y='))).rejects.toThrow('1 of 4 failed');
    expect([sockets.heardBy('x=').length, sockets.heardBy('y=').length, calls.length]).toEqual([1, 1, 1]);
  });

  test('429: who is busy is tried again later, alone, and closed in the end', async () => {
    sockets.behave('stuck=', 'busy');
    const { handle, drain, handled, calls } = start();
    await handle(batch('here=', 'stuck='));
    await drain();
    expect(handled).toHaveLength(maxAttempts - 1);
    expect(calls).toEqual(Array(maxAttempts - 1).fill({ messages: 1, delaySeconds: 5 }));
    expect([sockets.heardBy('here=').length, sockets.closed]).toEqual([1, ['stuck=']]);
  });

  test('a slow consumer takes one place and holds up none of the others', async () => {
    const stuck = Promise.withResolvers<void>();
    const ids = Array.from({ length: 99 }, (_, index) => `n${index}=`);
    const last = Promise.withResolvers<void>();
    sockets.behave('first=', () => stuck.promise.then(() => 'done' as const));
    sockets.behave('n98=', () => {
      last.resolve();
      return 'done';
    });
    const sending = start().handle(batch('first=', ...ids));
    await last.promise;
    stuck.resolve();
    await sending;
    expect(sockets.posted).toHaveLength(100);
  });
});
