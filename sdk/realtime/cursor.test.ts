import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { balance, reached, startClient } from './testing/client.ts';
import { type SocketServer, startServer } from './testing/server.ts';

let server: SocketServer;

beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => server.stop());

test('the cursor is kept once its message was told, and the next start resumes from it', async () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: async (key: string) => kept.get(key) ?? null,
    setItem: async (key: string, value: string) => kept.set(key, value),
  };
  const first = startClient(server.url, { storage });
  const peer = await server.peers.next();
  expect(await peer.requests.next()).toEqual({ action: 'hello' });
  await reached(first.states, 'open');
  first.realtime.on('credits.balance', () => kept.set('when told', kept.get('tessera.realtime') ?? ''));
  peer.say(balance(1));
  await first.messages.next();
  first.realtime.close();
  expect([...kept]).toEqual([
    ['tessera.realtime', 'c1'],
    ['when told', 'now'],
  ]);

  const second = startClient(server.url, { storage });
  const next = await server.peers.next();
  expect(await next.requests.next()).toEqual({ action: 'resume', since: 'c1' });
  second.realtime.close();
});

test('a storage that fails is told of; it begins with now', async () => {
  const client = startClient(server.url, {
    storage: {
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: async () => {
        throw new Error('full');
      },
    },
  });
  await reached(client.states, 'open');
  expect(await client.errors.next()).toEqual(new Error('forbidden'));
  expect(await client.errors.next()).toEqual(new Error('full'));
  client.realtime.close();
});
