import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket as WsSocket } from 'ws';
import type { SocketControl } from './messages.ts';
import type { RealtimeOptions, SocketClass } from './options.ts';
import { balance, type Client, reached, startClient } from './testing/client.ts';
import { answerTo, type SocketServer, startServer } from './testing/server.ts';

const ws: SocketClass = WsSocket;
let server: SocketServer;
let clients: Client[] = [];

beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => {
  for (const { realtime } of clients) realtime.close();
  clients = [];
  await server.stop();
});

const start = (options: Partial<RealtimeOptions> = {}): Client => {
  const client = startClient(server.url, options);
  clients.push(client);
  return client;
};
/** Tries until so many came to nothing; answers how long each wait was. */
const fail = async (client: Client, tries: number): Promise<readonly number[]> => {
  const waits: number[] = [];
  for (let tried = 0; tried < tries; tried += 1) {
    await reached(client.states, 'waiting');
    const [waitMs = 0] = client.time.waits();
    waits.push(waitMs);
    client.time.advance(waitMs);
  }
  return waits;
};

test('each try in a row waits longer, up to half a minute', async () => {
  server.handshake = 503;
  const client = start({ WebSocket: ws, random: () => 1 });
  expect(await fail(client, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

// Node's own socket tells no status, as browsers do not; it tries each 401 a second time by itself.
test.each<[string, Partial<RealtimeOptions>, number]>([
  ['an outage', { WebSocket: ws }, 503],
  ['what may be a refusal or an outage', {}, 403],
])('%s never ends it: from the twentieth on it tries every two minutes at most', async (_what, options, status) => {
  server.handshake = status;
  const client = start({ ...options, random: () => 1 });
  const waits = await fail(client, 25);
  expect(client.errors.all).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/^not connected after 3 tries/) }),
  ]);
  expect(waits.slice(18)).toEqual([30_000, 30_000, 120_000, 120_000, 120_000, 120_000, 120_000]);
  server.handshake = 'opens';
  await reached(client.states, 'open');
  expect(server.tokens.all).toHaveLength(26);
});

test('one device too many stays away for minutes, or until it is looked at', async () => {
  let look = (): void => {};
  const client = start({
    onForeground: (told) => {
      look = told;
      return () => {};
    },
  });
  const first = await server.peers.next();
  await reached(client.states, 'open');
  client.time.advance(2_000);
  first.say({ type: 'replaced' });
  await reached(client.states, 'waiting');
  expect(client.time.waits()).toEqual([7.5 * 60_000]);
  look();
  await reached(client.states, 'open');

  const second = await server.peers.next();
  client.time.advance(2_000);
  second.say({ type: 'replaced' });
  await reached(client.states, 'waiting');
  client.time.advance(7.5 * 60_000);
  await reached(client.states, 'open');
});

test('looked at again and again, it tries once a second at most', async () => {
  let look = (): void => {};
  server.handshake = 503;
  const client = start({
    WebSocket: ws,
    random: () => 1,
    onForeground: (told) => {
      look = told;
      return () => {};
    },
  });
  await fail(client, 3);
  await reached(client.states, 'waiting');
  look();
  look();
  expect(client.time.waits()).toEqual([1_000]);
  client.time.advance(999);
  look();
  expect(server.tokens.all).toHaveLength(4);
  client.time.advance(1);
  await reached(client.states, 'waiting');
  expect(server.tokens.all).toHaveLength(5);
});

test('after a minute of being connected the next wait is short again, and not before', async () => {
  server.handshake = 503;
  const client = start({ WebSocket: ws });
  await fail(client, 3);
  server.handshake = 'opens';
  const first = await server.peers.next();
  await reached(client.states, 'open');
  client.time.advance(59_999);
  first.drop();
  expect(await fail(client, 1)).toEqual([4_000]);

  const second = await server.peers.next();
  await reached(client.states, 'open');
  client.time.advance(60_000);
  second.drop();
  expect(await fail(client, 1)).toEqual([500]);
});

test.each([401, 403])('a token refused by %d, and a fresh one too, is the end', async (status) => {
  server.handshake = status;
  const client = start({ WebSocket: ws });
  await fail(client, 1);
  await reached(client.states, 'refused');
  expect(server.tokens.all).toEqual(['token-1', 'token-2']);
  expect(client.time.waits()).toEqual([]);
});

test('after a refusal reconnect begins anew, as when the user has signed in again', async () => {
  server.handshake = 403;
  const client = start({ WebSocket: ws });
  await fail(client, 1);
  await reached(client.states, 'refused');

  server.handshake = 'opens';
  client.realtime.reconnect();
  await reached(client.states, 'open');
  expect(client.states.all.slice(-3)).toEqual(['refused', 'connecting', 'open']);
});

test('a refusal counts only with those just before: a good token in between forgives it', async () => {
  server.handshake = 401;
  const client = start({ WebSocket: ws });
  await fail(client, 1);
  server.handshake = 'opens';
  const peer = await server.peers.next();
  await reached(client.states, 'open');
  server.handshake = 401;
  peer.drop();
  await fail(client, 2);
  await reached(client.states, 'refused');
  expect(server.tokens.all).toHaveLength(4);
});

test('slow network: a handshake that takes longer than 20 seconds is given up, and tried again', async () => {
  server.handshake = 'stalls';
  const client = start();
  await server.tokens.next();
  client.time.advance(19_999);
  expect(client.realtime.state).toBe('connecting');
  client.time.advance(1);
  expect(client.realtime.state).toBe('waiting');
  server.handshake = 'opens';
  client.time.advance(500);
  await reached(client.states, 'open');
});

test('slow network: what was missed may take long, as long as something comes within ten seconds', async () => {
  server.answer = () => [];
  const client = start({ since: 'c0' });
  const peer = await server.peers.next();
  await peer.requests.next();
  for (const version of [1, 2, 3]) {
    peer.say(balance(version));
    await client.messages.next();
    client.time.advance(9_999);
  }
  expect(client.realtime.state).toBe('connecting');
  client.time.advance(1);
  expect(client.realtime.state).toBe('waiting');
});

test('a token that cannot be had is told of and asked for again; one that takes too long as well', async () => {
  let asked = 0;
  const client = start({
    token: async () => {
      asked += 1;
      if (asked === 1) throw new Error('no network');
      if (asked === 2) return new Promise<string>(() => {});
      return 'good';
    },
  });
  await fail(client, 1);
  expect(client.errors.all).toEqual([new Error('no network')]);
  client.time.advance(20_000);
  await fail(client, 1);
  await reached(client.states, 'open');
  expect(server.tokens.all).toEqual(['good']);
});

test('offline it does not try; back online it does at once', async () => {
  let isOnline = false;
  let changed = () => {};
  const client = start({
    network: {
      isOnline: () => isOnline,
      onChange: (told) => {
        changed = told;
        return () => {};
      },
    },
  });
  await reached(client.states, 'waiting');
  expect(client.time.waits()).toEqual([]);
  changed();
  expect(server.tokens.all).toEqual([]);
  isOnline = true;
  changed();
  await reached(client.states, 'open');
});

test('back in the foreground it asks whether the socket is still alive, or does not wait any longer', async () => {
  let lookedAt = () => {};
  const client = start({
    onForeground: (told) => {
      lookedAt = told;
      return () => {};
    },
  });
  const peer = await server.peers.next();
  await reached(client.states, 'open');
  server.answer = () => [];
  lookedAt();
  await peer.requests.next();
  expect(await peer.requests.next()).toEqual({ action: 'ping' });
  client.time.advance(10_000);
  expect(client.realtime.state).toBe('waiting');

  server.answer = (request) => [answerTo(request)];
  lookedAt();
  await reached(client.states, 'open');
  expect(server.tokens.all).toEqual(['token-1', 'token-2']);
});

test('an app that ends while it is told to refetch is told again: the cursor moves behind that', async () => {
  server.answer = (request) => [{ ...answerTo(request, 'c9'), type: 'refetch' } as SocketControl];
  const client = start({ since: 'c0', onRefetch: () => client.realtime.close() });
  await reached(client.states, 'closed');
  expect(client.realtime.cursor).toBe('c0');
});
