import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { balance, type Client, reached, startClient } from './testing/client.ts';
import { answerTo, type SocketServer, startServer } from './testing/server.ts';

let server: SocketServer;

beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => server.stop());

const moments: readonly (readonly [string, (client: Client) => Promise<unknown>])[] = [
  ['before it began', async () => {}],
  ['while a token is asked for', async () => Promise.resolve()],
  ['during the handshake', () => server.tokens.next()],
  ['while it resumes', () => server.peers.next()],
  [
    'open',
    async (client) => {
      server.answer = (request) => [answerTo(request)];
      await reached(client.states, 'open');
    },
  ],
  [
    'while it waits',
    async (client) => {
      (await server.peers.next()).drop();
      await reached(client.states, 'waiting');
    },
  ],
];

test.each(moments)('close ends everything: %s', async (_name, when) => {
  server.answer = () => [];
  const subscribed = new Set<() => void>();
  const subscribe = (told: () => void) => {
    subscribed.add(told);
    return () => void subscribed.delete(told);
  };
  const client = startClient(server.url, {
    since: 'c0',
    network: { isOnline: () => true, onChange: subscribe },
    onForeground: subscribe,
  });
  expect(subscribed.size).toBe(2);
  await when(client);
  client.realtime.close();
  expect(client.states.all.at(-1)).toBe('closed');
  expect(client.time.waits()).toEqual([]);
  expect(subscribed.size).toBe(0);

  const told = client.states.all.length;
  client.realtime.reconnect();
  client.realtime.close();
  for (const peer of server.peers.all) {
    peer.say(balance(1));
    await peer.closed;
  }
  expect(client.states.all).toHaveLength(told);
  expect(client.messages.all).toEqual([]);
  expect(client.time.waits()).toEqual([]);
});

test('a handler may close: nothing is told after it', async () => {
  const client = startClient(server.url);
  const peer = await server.peers.next();
  await reached(client.states, 'open');
  const told: number[] = [];
  const closed = new Promise<void>((ended) => {
    client.realtime.on('credits.balance', ({ version }) => {
      told.push(version);
      client.realtime.close();
      ended();
    });
  });
  client.realtime.on('credits.balance', ({ version }) => told.push(version));
  peer.say(balance(1), balance(2));
  await closed;
  await peer.closed;
  expect(told).toEqual([1]);
  expect(client.messages.all).toEqual([]);
  expect(client.time.waits()).toEqual([]);
});
