/** The README's real-time code is run as it stands there; only what an app has of its own is put in. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Realtime } from './realtime/index.ts';
import { connectRealtime } from './realtime/index.ts';
import { balance } from './realtime/testing/client.ts';
import { type Queue, queue } from './realtime/testing/queue.ts';
import { answerTo, type SocketServer, startServer } from './realtime/testing/server.ts';

const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
  .map(([, code = '']) => code)
  // The others need the whole system: test/system/sdk.test.ts runs them.
  .filter((code) => code.includes('= connectRealtime('));
let server: SocketServer;
let shown: Queue<string>;

beforeEach(async () => {
  server = await startServer();
  shown = queue();
});
afterEach(async () => server.stop());

const run = (snippet: string | undefined, app: Readonly<Record<string, unknown>>): Realtime => {
  const given = { connectRealtime, url: server.url, show: (line: string) => shown.push(line), ...app };
  const code = stripTypeScriptTypes(snippet ?? '').replace(/^import .*$/gm, '');
  return new Function(...Object.keys(given), `${code}\nreturn realtime;`)(...Object.values(given)) as Realtime;
};

test('SP14: the example loads once it is open, shows what happens, and ends with the session', async () => {
  let signOut = (_event: string) => {};
  const loaded: string[] = [];
  const realtime = run(snippets[0], {
    supabase: {
      auth: {
        getSession: async () => ({ data: { session: { access_token: 'a.b.c' } } }),
        onAuthStateChange: (told: (event: string) => void) => {
          signOut = told;
        },
      },
    },
    load: () => loaded.push('loaded'),
    text: (key: string, params: Record<string, unknown>) => `${key} ${JSON.stringify(params)}`,
  });
  expect(loaded).toEqual(['loaded']);
  const peer = await server.peers.next();
  expect(peer.token).toBe('a.b.c');
  await peer.requests.next();
  peer.say(balance(4));
  expect(await shown.next()).toBe('40 credits');
  expect(loaded).toEqual(['loaded', 'loaded']);

  signOut('SIGNED_OUT');
  expect(await peer.closed).toBe(1000);
  expect(realtime.state).toBe('closed');
});

test("React Native's example asks at once when the app is back, and waits without a network", async () => {
  let appIs = (_state: string) => {};
  let networkIs = (_state: { isConnected: boolean }) => {};
  const realtime = run(snippets[1], {
    token: () => 'a.b.c',
    AppState: {
      addEventListener: (_event: string, told: (state: string) => void) => {
        appIs = told;
        return { remove: () => {} };
      },
    },
    NetInfo: {
      addEventListener: (told: (state: { isConnected: boolean }) => void) => {
        networkIs = told;
        return () => {};
      },
    },
  });
  const waiting = new Promise<void>((seen) => {
    realtime.on('state', (state) => state === 'waiting' && seen());
  });
  networkIs({ isConnected: false });
  await waiting;
  expect(server.tokens.all).toEqual([]);
  networkIs({ isConnected: true });
  const peer = await server.peers.next();
  await peer.requests.next();

  const pinged = queue<string>();
  server.answer = (request) => {
    pinged.push(request.action);
    return [answerTo(request)];
  };
  const open = new Promise<void>((seen) => {
    if (realtime.state === 'open') seen();
    realtime.on('state', (state) => state === 'open' && seen());
  });
  await open;
  appIs('background');
  appIs('active');
  expect(await pinged.next()).toBe('ping');
  realtime.close();
});
