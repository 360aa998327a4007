import { rm } from 'node:fs/promises';
import {
  ApiGatewayManagementApiClient,
  type ApiGatewayManagementApiClientConfig,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalAccount, startAccount } from '../account.ts';
import { closeWebSockets, connect, createManualClock, type TestClient } from '../triggers/fixtures/websocket-api.ts';
import { writeWebSocketAccount } from './fixtures/websocket-template.ts';

let cdkOut: string;
let account: LocalAccount;
const clock = createManualClock();

beforeAll(async () => {
  cdkOut = await writeWebSocketAccount();
  account = await startAccount({ cdkOut, root: `${import.meta.dirname}/fixtures`, webSockets: { clock } });
});
afterEach(async () => {
  await closeWebSockets();
  await account.drain();
  account.faults.clear();
  account.logs.clear();
  account.calls.clear();
});
afterAll(async () => {
  await account.close();
  await rm(cdkOut, { recursive: true });
});

const connectAs = (user: string) => connect(`${account.webSocketUrl()}?user=${user}`);
const logged = () => account.logs.all.map(({ line }) => line);

interface Description {
  readonly CONNECTIONS_URL: string;
  readonly CLIENT_URL: string;
  readonly API_ENDPOINT: string;
  readonly ConnectionId: string;
  readonly reading: string;
}

async function describeBy({ socket, next }: TestClient): Promise<Description> {
  socket.send('{"action":"describe"}');
  return JSON.parse(await next()) as Description;
}

test('a function posts back to who sent the message, at the address in its environment; drain waits for both ways', async () => {
  const client = await connectAs('ada');
  const text = `{"action":"echo","text":"${'ü'.repeat(20_000)}"}`;
  client.socket.send(text.slice(0, 10_000), { fin: false });
  client.socket.send(text.slice(10_000));
  await account.drain();
  expect(client.messages.map((message) => message === text)).toEqual([true]);
  expect(account.calls.of({ service: 'execute-api' })).toEqual([
    expect.objectContaining({
      caller: account.functionName('Live'),
      operation: 'PostToConnection',
      resources: [
        expect.stringMatching(/^arn:aws:execute-api:eu-central-1:123456789012:\w+\/v1\/POST\/@connections\/.+=$/),
      ],
      status: 200,
    }),
  ]);
});

test('drain waits for $disconnect', async () => {
  const client = await connectAs('bob');
  client.socket.close();
  await account.drain();
  expect(logged()).toEqual(['bob $connect', 'bob $disconnect']);
  expect(account.requests.all.slice(-2)).toMatchObject([
    { api: 'live', method: 'CONNECT', path: '/v1/$connect', status: 200 },
    { api: 'live', method: 'DISCONNECT', path: '/v1/$disconnect', status: 200 },
  ]);
});

test('a function holds local addresses, and may do no more than its role allows', async () => {
  const client = await connectAs('eve');
  const { CONNECTIONS_URL, CLIENT_URL, API_ENDPOINT, reading } = await describeBy(client);
  expect(CONNECTIONS_URL).toBe(account.connectionsUrl('live'));
  expect(CLIENT_URL).toBe(account.webSocketUrl('LiveApi'));
  expect(`${API_ENDPOINT}/v1`).toBe(CLIENT_URL);
  expect(reading).toBe('AccessDeniedException');
});

test('who the authorizer refuses does not connect', async () => {
  await expect(connectAs('mallory')).rejects.toThrow('refused: 403');
  await expect(connect(account.webSocketUrl())).rejects.toThrow('refused: 401');
  await account.drain();
  expect(logged()).toEqual([]);
});

describe.each<[string, () => Partial<ApiGatewayManagementApiClientConfig>]>([
  ['over HTTP', () => ({})],
  ['in process', () => account.gateway.inProcess],
])('@connections %s', (_name, transport) => {
  const start = () =>
    new ApiGatewayManagementApiClient({
      ...account.operatorConfig,
      ...transport(),
      endpoint: account.connectionsUrl(),
      maxAttempts: 1,
    });

  test('posts, tells of a connection and closes it', async () => {
    const operator = start();
    const client = await connectAs('kim');
    const connectedAt = clock.now();
    const { ConnectionId } = await describeBy(client);
    clock.advance(60_000);
    await operator.send(new PostToConnectionCommand({ ConnectionId, Data: 'hello' }));
    expect(await client.next()).toBe('hello');
    expect(await operator.send(new GetConnectionCommand({ ConnectionId }))).toMatchObject({
      ConnectedAt: new Date(connectedAt),
      LastActiveAt: new Date(connectedAt + 60_000),
      Identity: { SourceIp: '127.0.0.1' },
    });
    await operator.send(new DeleteConnectionCommand({ ConnectionId }));
    await account.drain();
    expect(logged()).toContain('kim $disconnect');
    await expect(operator.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toMatchObject({
      name: 'GoneException',
      $metadata: { httpStatusCode: 410 },
    });
    expect((await client.closed).code).toBe(1000);
  });

  test('refuses what is too large, and what comes too fast', async () => {
    const operator = start();
    const client = await connectAs('lou');
    const { ConnectionId } = await describeBy(client);
    const post = (bytes: number) =>
      operator.send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(bytes) }));
    await expect(post(128 * 1024 + 1)).rejects.toMatchObject({
      name: 'PayloadTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
    account.faults.onCall({ service: 'execute-api', operation: 'PostToConnection' }, 'throttle');
    await expect(post(1)).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
    });
    await post(128 * 1024);
    expect(await client.next()).toHaveLength(128 * 1024);
  });
});
