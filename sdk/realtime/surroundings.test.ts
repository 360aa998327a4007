import { afterEach, expect, test } from '@jest/globals';
import type { SocketClass } from './options.ts';
import * as surroundings from './surroundings.ts';
import { reached, startClient } from './testing/client.ts';
import { startServer } from './testing/server.ts';

// Every implementation's socket is one: the type check says so.
const implementations: readonly SocketClass[] = [WebSocket];

const page = new EventTarget();
const documentOf = (visibilityState: string) =>
  Object.assign(new EventTarget(), { visibilityState }) as EventTarget & { visibilityState: string };
let undo: (() => void)[] = [];

/** Gives the global object, for one test, what a browser's has. */
const define = (name: string, value: unknown): void => {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  undo.push(() => {
    Reflect.deleteProperty(globalThis, name);
    if (before) Object.defineProperty(globalThis, name, before);
  });
};
afterEach(() => {
  for (const put of undo.reverse()) put();
  undo = [];
});

test('outside of browsers it is always online, and nothing is listened to', () => {
  expect(implementations).toContain(surroundings.socketClass());
  expect(surroundings.network.isOnline()).toBe(true);
  const end = surroundings.network.onChange(() => {});
  expect(end).not.toThrow();
});

test('a browser that is offline does not try; its events and a look at the page do', async () => {
  const server = await startServer();
  const navigator = { onLine: false };
  const document = documentOf('hidden');
  define('navigator', navigator);
  define('document', document);
  define('addEventListener', page.addEventListener.bind(page));
  define('removeEventListener', page.removeEventListener.bind(page));

  const client = startClient(server.url);
  await reached(client.states, 'waiting');
  navigator.onLine = true;
  page.dispatchEvent(new Event('online'));
  const peer = await server.peers.next();
  await reached(client.states, 'open');
  await peer.requests.next();

  document.dispatchEvent(new Event('visibilitychange'));
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(await peer.requests.next()).toEqual({ action: 'ping' });
  expect(peer.requests.all).toHaveLength(2);

  client.realtime.close();
  page.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  expect(server.tokens.all).toHaveLength(1);
  await server.stop();
});

test('where there is no WebSocket, it says so', async () => {
  define('WebSocket', undefined);
  expect(() => startClient('ws://127.0.0.1:1')).toThrow('there is no WebSocket here');
});
