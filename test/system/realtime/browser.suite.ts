/** The SDK in a real browser: a page on loopback imports its modules, shows what it hears as text, and tells the test what it shows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Queue, queue } from '../../../sdk/realtime/testing/queue.ts';
import { sharedStack } from '../shared-stack.ts';
import type { Stack, User } from '../stack.ts';
import { inboxOf, newUser } from './devices.ts';

const chromium = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((file) => existsSync(file));

/** Tokens and addresses have no character that ends a script. */
const pageFor = (url: string, { token }: User): string => `<!doctype html>
<meta charset="utf-8">
<title>Real time</title>
<ol></ol>
<script type="module">
  import { connectRealtime } from '/sdk/realtime/index.ts';

  const list = document.querySelector('ol');
  const show = (text) => {
    const item = document.createElement('li');
    item.textContent = text;
    list.append(item);
    return fetch('/shown', { method: 'POST', body: list.innerText });
  };
  connectRealtime({
    url: ${JSON.stringify(url)},
    token: () => ${JSON.stringify(token)},
    onState: show,
    onError: (error) => show('error: ' + error),
    onMessage: ({ type, data }) => show([type, data.id ?? '', data.status ?? data.available ?? data.title_key].join(' ')),
  });
</script>
`;

interface Browser {
  /** The whole page's text, each time that it changes. */
  readonly shown: Queue<readonly string[]>;
  close(): Promise<void>;
}

const serve = async (page: string, onShown: (text: string) => void): Promise<Server> => {
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      onShown(body);
      return response.writeHead(204).end();
    }
    if (path === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    if (!/^\/sdk\/realtime\/[\w-]+\.ts$/.test(path)) return response.writeHead(404).end();
    const source = await readFile(join(import.meta.dirname, '../../..', path), 'utf8');
    return response.writeHead(200, { 'content-type': 'text/javascript' }).end(stripTypeScriptTypes(source));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const browse = async (command: string, page: string): Promise<Browser> => {
  const shown = queue<readonly string[]>();
  const server = await serve(page, (text) => shown.push(text.split('\n')));
  const folder = await mkdtemp(join(tmpdir(), 'tessera-browser-'));
  const browser: ChildProcess = spawn(
    command,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
      `--user-data-dir=${folder}`,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(browser, 'exit');
  return {
    shown,
    async close() {
      browser.kill('SIGKILL');
      await ended;
      server.closeAllConnections();
      server.close();
      // Its own processes end a moment later, and write until then.
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
};

let stack: Stack;
let user: User;
let browser: Browser | undefined;
beforeAll(async () => {
  stack = await sharedStack();
  user = await newUser(stack, 'nano-banana');
  await stack.account.drain();
}, 60_000);
afterAll(() => browser?.close());

/** Until the page shows all of it. */
const untilShown = async ({ shown }: Browser, ...wanted: readonly string[]): Promise<readonly string[]> => {
  for (let changes = 0; changes < 50; changes += 1) {
    const lines = await shown.next();
    if (wanted.every((line) => lines.includes(line))) return lines;
  }
  throw new Error(`never shown: ${wanted.join(', ')}`);
};

if (chromium)
  test('BM14 SP14 NB8 in headless Chromium a page hears its user’s generation complete', async () => {
    browser = await browse(chromium, pageFor(stack.account.webSocketUrl(), user));
    expect(await untilShown(browser, 'open')).toEqual(['open']);
    const { id } = (await user.api.generate({ tool: 'image-generation', params: { prompt: 'a lake' } })).body;
    await stack.account.drain();
    const [notification] = await inboxOf(user);
    const completed = `generation.updated ${id} completed`;
    const told = `notification.created ${notification?.id} notifications.generation_completed.title`;
    const lines = await untilShown(browser, 'credits.balance 4', completed, told);
    expect(lines.filter((line) => line === completed || line === told)).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
  }, 60_000);
else test.skip('BM14 SP14 in headless Chromium: skipped, because no chromium is installed', () => undefined);
