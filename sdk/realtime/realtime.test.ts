import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket as WsSocket } from 'ws';
import type { RealtimeOptions, SocketClass } from './options.ts';
import { balance, type Client, reached, startClient } from './testing/client.ts';
import { answerTo, type Peer, type SocketServer, startServer } from './testing/server.ts';

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
const opened = async (options?: Partial<RealtimeOptions>): Promise<Client & { readonly peer: Peer }> => {
  const client = start(options);
  const peer = await server.peers.next();
  await reached(client.states, 'open');
  return { ...client, peer };
};
/** Until the client has read all that was said before. */
const heardAll = async ({ errors }: Client, peer: Peer): Promise<void> => {
  peer.say({ type: 'error', detail: 'that was all' });
  for (let seen = 0; seen < 100; seen += 1) if (String(await errors.next()).endsWith('that was all')) return;
};
/** The server has answered the next request, and the client has read it. */
const answered = async (client: Client, peer: Peer): Promise<void> => {
  await peer.requests.next();
  await heardAll(client, peer);
};
const inMs = (ms: number): string => new Date(Date.parse('2026-11-21T10:00:00Z') + ms).toISOString();

test.each<[string, SocketClass]>([
  ['Node', WebSocket],
  ['the package ws', ws],
])(
  'SP14 BM14: it connects by the token as a subprotocol, says hello and hears what happens, with the socket of %s',
  async (_name, WebSocket) => {
    const client = await opened({ WebSocket });
    expect(client.peer.token).toBe('token-1');
    expect(client.peer.requests.all).toEqual([{ action: 'hello' }]);
    expect(client.realtime.cursor).toBe('now');

    client.peer.say(balance(1));
    expect(await client.messages.next()).toEqual(balance(1));
    expect(client.realtime.cursor).toBe('c1');
  },
);

test('handlers are told of their type, several of them, until they unsubscribe', async () => {
  const client = await opened();
  const told: string[] = [];
  const end = client.realtime.on('credits.balance', ({ data }) => told.push(`first ${data.available}`));
  client.realtime.on('credits.balance', ({ data }) => told.push(`second ${data.available}`));
  client.realtime.on('catalog.changed', () => told.push('catalogue'));

  client.peer.say(balance(1));
  await client.messages.next();
  end();
  client.peer.say(balance(2));
  await heardAll(client, client.peer);
  expect(told).toEqual(['first 10', 'second 10', 'second 20']);
});

test('a handler that throws is told of, and stops nothing', async () => {
  const client = await opened();
  client.realtime.on('credits.balance', () => {
    throw new Error('mine');
  });
  client.peer.say(balance(1), balance(2));
  await client.messages.next();
  expect(await client.messages.next()).toEqual(balance(2));
  expect(client.errors.all).toEqual([new Error('mine'), new Error('mine')]);
});

test('of one key, what comes twice or late is dropped', async () => {
  const client = await opened();
  client.peer.say(balance(2), balance(1), balance(2), { ...balance(1), key: 'other' }, balance(3), balance(3));
  await heardAll(client, client.peer);
  expect(client.messages.all.map(({ key, version }) => [key, version])).toEqual([
    ['credits', 2],
    ['other', 1],
    ['credits', 3],
  ]);
});

test('what it does not know is passed over', async () => {
  const client = await opened();
  client.peer.say(
    'no JSON',
    'null',
    '{"type":"later.thing","key":"k","version":1}',
    '{"message":"Internal server error"}',
  );
  client.peer.say('{"type":"credits.balance","version":"1"}', '{"type":"toString"}');
  await heardAll(client, client.peer);
  expect(client.messages.all).toEqual([]);
  expect(client.errors.all).toHaveLength(1);
  expect(client.states.all).toEqual(['open']);
});

test('what the server could not make sense of is an error, not an end', async () => {
  const client = await opened();
  client.peer.say({ type: 'error', detail: 'what?' });
  expect(await client.errors.next()).toEqual(new Error('the server did not understand: what?'));
  expect(client.realtime.state).toBe('open');
});

test('after a drop it waits, comes back with a fresh token and resumes from the newest cursor', async () => {
  const client = await opened();
  client.peer.say(balance(1));
  await client.messages.next();
  client.peer.drop();
  await reached(client.states, 'waiting');
  expect(client.time.waits()).toEqual([500]);

  server.answer = (request) => [balance(1), balance(2), answerTo(request, 'c2')];
  client.time.advance(500);
  const again = await server.peers.next();
  await reached(client.states, 'open');
  expect(again.token).toBe('token-2');
  expect(again.requests.all).toEqual([{ action: 'resume', since: 'c1' }]);
  expect(client.realtime.cursor).toBe('c2');
  expect(client.messages.all.map(({ version }) => version)).toEqual([1, 2]);
  expect(client.states.all).toEqual(['open', 'waiting', 'connecting', 'open']);
});

test('a drop while it resumes loses nothing: it resumes from where it was before', async () => {
  server.answer = () => [];
  const client = start({ since: 'c0' });
  const peer = await server.peers.next();
  // What happens now overtakes what was missed.
  peer.say(balance(9, 'c9'));
  await client.messages.next();
  expect(client.realtime.cursor).toBe('c0');
  expect(client.realtime.state).toBe('connecting');
  peer.drop();
  await reached(client.states, 'waiting');
  client.time.advance(500);
  expect(await (await server.peers.next()).requests.next()).toEqual({ action: 'resume', since: 'c0' });
});

test('when more was missed than is told, the app is to refetch, and what happens then is told', async () => {
  server.answer = () => [{ type: 'refetch', cursor: 'c7', expires_at: inMs(3_600_000) }];
  const client = await opened({ since: 'c0' });
  await client.refetches.next();
  expect(client.refetches.all).toHaveLength(1);
  client.peer.say(balance(8));
  expect(await client.messages.next()).toEqual(balance(8));
});

test('in silence it asks every four minutes and learns a cursor of now; without an answer in ten seconds it comes back', async () => {
  const client = await opened();
  await answered(client, client.peer);
  server.answer = (request) => [answerTo(request, 'later')];
  client.time.advance(4 * 60_000);
  await answered(client, client.peer);
  expect(client.peer.requests.all).toEqual([{ action: 'hello' }, { action: 'ping' }]);
  expect(client.realtime.cursor).toBe('later');

  server.answer = () => [];
  client.time.advance(4 * 60_000);
  await answered(client, client.peer);
  client.time.advance(9_999);
  expect(client.realtime.state).toBe('open');
  client.time.advance(1);
  expect(client.realtime.state).toBe('waiting');
  expect(await client.peer.closed).toBe(1000);
});

test('a token about to end is replaced before: the new socket has caught up when the old one closes', async () => {
  server.answer = (request) => [answerTo(request, 'c0', inMs(180_000))];
  const client = await opened();
  server.answer = (request) => {
    // Both are open now, and both are told.
    client.peer.say(balance(5));
    return [balance(5), answerTo(request, 'c5', inMs(3_600_000))];
  };
  client.time.advance(149_999);
  expect(server.tokens.all).toEqual(['token-1']);
  client.time.advance(1);
  const next = await server.peers.next();
  expect(await client.peer.closed).toBe(1000);
  await heardAll(client, next);
  expect(server.tokens.all).toEqual(['token-1', 'token-2']);
  expect(client.messages.all).toEqual([balance(5)]);
  expect(client.states.all).toEqual(['open']);
  client.time.advance(60_000);
  // The next replacement, and the heartbeat.
  expect(client.time.waits()).toEqual([180_000, 3_600_000 - 30_000 - 210_000]);
});

test('a token that is good for longer than a timer is set is replaced no sooner than need be', async () => {
  server.answer = (request) => [answerTo(request, 'c0', inMs(61 * 60_000))];
  const client = await opened();
  await answered(client, client.peer);
  for (let minutes = 0; minutes < 60; minutes += 4) {
    client.time.advance(4 * 60_000);
    await answered(client, client.peer);
  }
  client.time.advance(29_999);
  expect(server.tokens.all).toEqual(['token-1']);
  client.time.advance(1);
  await server.peers.next();
  expect(server.tokens.all).toEqual(['token-1', 'token-2']);
});

test('a replacement that fails is tried again while the old socket still hears', async () => {
  server.answer = (request) => [answerTo(request, 'c0', inMs(180_000))];
  const client = await opened();
  await heardAll(client, client.peer);
  server.handshake = 503;
  client.time.advance(150_000);
  await server.tokens.next();
  expect(await server.tokens.next()).toBe('token-2');
  client.peer.say(balance(1));
  await client.messages.next();
  expect(client.states.all).toEqual(['open']);
});

test('a connection that the server closes because its token ended comes back at once, but once only', async () => {
  server.answer = (request) => [answerTo(request, 'c0', inMs(20_000))];
  const client = await opened();
  client.time.advance(20_000);
  client.peer.close(1000);
  const second = await server.peers.next();
  expect(second.token).toBe('token-2');
  await reached(client.states, 'open');
  expect(client.states.all).toEqual(['open', 'connecting', 'open']);
  // To this clock every token has ended.
  second.close(1000);
  await reached(client.states, 'waiting');
  expect(client.realtime.state).toBe('waiting');
});
