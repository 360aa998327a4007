/** How other services follow the catalog: the real client against a Lambda endpoint that answers as the function does. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { catalogClient } from './client.ts';
import type { DefinitionAnswer, DefinitionRequest } from './contracts.ts';
import { fileOf } from './test/offers.ts';

const functionName = 'Platform-catalog-definition';
const sparky = fileOf('sparky');

let server: Server;
let client: LambdaClient;
/** What was asked, in order. */
const asked: DefinitionRequest[] = [];
let answer: (request: DefinitionRequest) => DefinitionAnswer | 'down' | 'throws' | 'nonsense';

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const question = JSON.parse(Buffer.concat(chunks).toString()) as DefinitionRequest;
    asked.push(question);
    const said = request.url === `/2015-03-31/functions/${functionName}/invocations` ? answer(question) : 'down';
    const failed = said === 'throws' ? { 'x-amz-function-error': 'Unhandled' } : {};
    response.writeHead(said === 'down' ? 403 : 200, { 'content-type': 'application/json', ...failed });
    response.end(JSON.stringify(typeof said === 'string' ? { errorMessage: said } : said));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  client = new LambdaClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const clock = { now: 0 };
let failures: unknown[];
const newClient = () =>
  catalogClient({ client, functionName, now: () => clock.now, onFailure: (error) => failures.push(error) });
/** The function, with this as the newest. */
const serving =
  (version: number, name: string): typeof answer =>
  ({ app, have }) => {
    const revision = `${version}-settings`;
    if (app !== 'sparky') return { status: 'unknown' };
    return have === revision ? { status: 'unchanged' } : { status: 'found', revision, definition: { ...sparky, name } };
  };
beforeEach(() => {
  asked.length = 0;
  clock.now = 0;
  failures = [];
  answer = serving(1, 'One');
});

const seconds = (count: number) => {
  clock.now += count * 1_000;
};

describe('SP15 a client of the catalog', () => {
  test('asks once, however many want it, and keeps it for four seconds', async () => {
    const catalog = newClient();
    const names = await Promise.all([1, 2, 3].map(async () => (await catalog.app('sparky'))?.name));
    expect(names).toEqual(['One', 'One', 'One']);
    seconds(4);
    await catalog.app('sparky');
    expect(asked).toEqual([{ app: 'sparky' }]);
  });
  test('then asks only whether there is a newer one, and keeps what it has if not', async () => {
    const catalog = newClient();
    const first = await catalog.app('sparky');
    seconds(4.1);
    expect(await catalog.app('sparky')).toBe(first);
    expect(asked).toEqual([{ app: 'sparky' }, { app: 'sparky', have: '1-settings' }]);
  });
  test('follows a change', async () => {
    const catalog = newClient();
    await catalog.app('sparky');
    answer = serving(2, 'Two');
    seconds(4);
    expect((await catalog.app('sparky'))?.name).toBe('One');
    seconds(0.1);
    expect((await catalog.app('sparky'))?.name).toBe('Two');
  });
  test('an app that is not served is nothing, and does not stand for others', async () => {
    const catalog = newClient();
    expect(await catalog.app('nobody')).toBeUndefined();
    expect((await catalog.app('sparky'))?.name).toBe('One');
  });
  test('an app that is served later is found', async () => {
    const catalog = newClient();
    answer = () => ({ status: 'unknown' });
    expect(await catalog.app('sparky')).toBeUndefined();
    answer = serving(1, 'One');
    seconds(5);
    expect((await catalog.app('sparky'))?.name).toBe('One');
  });
});

describe('when the catalog does not answer', () => {
  test.each(['down', 'throws', 'nonsense'] as const)(
    '%s: the last good one serves for ten minutes, then nothing',
    async (how) => {
      const catalog = newClient();
      await catalog.app('sparky');
      answer = () => how;
      seconds(5);
      expect((await catalog.app('sparky'))?.name).toBe('One');
      expect(failures).toHaveLength(1);
      seconds(9 * 60);
      expect((await catalog.app('sparky'))?.name).toBe('One');
      seconds(60);
      await expect(catalog.app('sparky')).rejects.toThrow('cannot be read');
    },
  );
  test('a burst of requests does not ask again within a second', async () => {
    const catalog = newClient();
    await catalog.app('sparky');
    answer = () => 'down';
    seconds(5);
    for (let request = 0; request < 20; request += 1) await catalog.app('sparky');
    expect(asked).toHaveLength(2);
    answer = serving(2, 'Two');
    seconds(1);
    expect((await catalog.app('sparky'))?.name).toBe('Two');
  });
  test('a process that never had one fails, and finds it as soon as it is there', async () => {
    const catalog = newClient();
    answer = () => 'down';
    await expect(catalog.app('sparky')).rejects.toThrow('cannot be read');
    answer = serving(1, 'One');
    expect((await catalog.app('sparky'))?.name).toBe('One');
  });
  test('a definition that breaks a rule is no answer', async () => {
    const catalog = newClient();
    await catalog.app('sparky');
    answer = () => ({ status: 'found', revision: '2-settings', definition: { ...sparky, tools: [] } });
    seconds(5);
    expect((await catalog.app('sparky'))?.name).toBe('One');
    expect(failures).toHaveLength(1);
  });
});
