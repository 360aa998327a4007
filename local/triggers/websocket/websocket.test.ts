import { afterEach, describe, expect, test } from '@jest/globals';
import { modelOf } from '../fixtures/hand-made-model.ts';
import {
  closeWebSockets,
  connect,
  invocationUri,
  startWebSocketApi,
  webSocketResources,
} from '../fixtures/websocket-api.ts';
import { readWebSocketApis } from './model.ts';

afterEach(closeWebSockets);

const ok = { statusCode: 200 };
const lifecycle = [{ key: '$connect' }, { key: '$disconnect' }, { key: '$default' }, { key: 'say' }];

describe('a connection’s events', () => {
  test('CONNECT carries the request, MESSAGE its body, DISCONNECT the code; all of them one connection', async () => {
    const { url, events, idle } = await startWebSocketApi(webSocketResources(lifecycle), { f: () => ok });
    const client = await connect(`${url}?q=1&q=2&__proto__=x`, {
      headers: { 'user-agent': 'tests', 'x-forwarded-for': '203.0.113.9' },
      finishRequest: (request) => request.setHeader('X-Many', ['a', 'b']).end(),
    });
    client.socket.send('{"action":"say","text":"hi"}');
    await idle();
    client.socket.close(4001, 'bye');
    await client.closed;
    await idle();
    const [connected, message, disconnected] = events.map(({ event }) => event);
    expect(connected).toMatchObject({
      multiValueHeaders: { 'X-Many': ['a', 'b'], 'X-Forwarded-For': ['203.0.113.9, 127.0.0.1'] },
      headers: { 'X-Many': 'b', 'Sec-WebSocket-Version': '13' },
      queryStringParameters: { q: '2' },
      multiValueQueryStringParameters: { q: ['1', '2'] },
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        messageDirection: 'IN',
        connectedAt: 1_800_000_000_000,
        requestTimeEpoch: 1_800_000_000_000,
        requestTime: '15/Jan/2027:08:00:00 +0000',
        domainName: '127.0.0.1',
        stage: 'v1',
        apiId: 'api',
        identity: { sourceIp: '127.0.0.1', userAgent: 'tests' },
        connectionId: expect.stringMatching(/^[\w-]{15}=$/),
      },
      isBase64Encoded: false,
    });
    const { connectionId, requestId } = connected?.requestContext ?? {};
    expect(message).toEqual({
      body: '{"action":"say","text":"hi"}',
      isBase64Encoded: false,
      requestContext: expect.objectContaining({
        routeKey: 'say',
        eventType: 'MESSAGE',
        connectionId,
        messageId: expect.any(String),
      }),
    });
    expect(message?.requestContext.requestId).not.toBe(requestId);
    expect(disconnected?.requestContext).toMatchObject({
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      connectionId,
      disconnectStatusCode: 4001,
      disconnectReason: 'bye',
    });
  });

  test.each([
    ['{"action":"say"}', 'say'],
    ['{"action":"other"}', '$default'],
    ['{"action":"$disconnect"}', '$default'],
    ['{"action":{"a":1}}', '$default'],
    ['no JSON', '$default'],
    ['null', '$default'],
  ])('the message %s selects %s', async (text, key) => {
    const { url, events, idle } = await startWebSocketApi(webSocketResources(lifecycle), { f: () => ok });
    (await connect(url)).socket.send(text);
    await idle();
    expect(events.at(-1)?.event.requestContext.routeKey).toBe(key);
  });

  test('without a $connect route everybody may connect, and a socket that just goes is a 1006', async () => {
    const { url, events, idle, requests, activity } = await startWebSocketApi(
      webSocketResources([{ key: '$disconnect' }]),
      {
        f: () => ok,
      },
    );
    const client = await connect(url);
    client.socket.terminate();
    while (events.length === 0) await activity.changed();
    await idle();
    expect(events[0]?.event.requestContext).toMatchObject({ eventType: 'DISCONNECT', disconnectStatusCode: 1006 });
    expect(requests.map(({ method, status }) => `${method} ${status}`)).toEqual(['CONNECT 200', 'DISCONNECT 200']);
  });
});

describe('the handshake waits for $connect', () => {
  test.each([
    ['its status, when it is not 2xx', { statusCode: 409 }, 409],
    ['502, when it fails', new Error('no'), 502],
    ['502, when it answers without a status', {}, 502],
  ])('and is refused with %s', async (_name, answer, status) => {
    const { url, events, idle } = await startWebSocketApi(webSocketResources(lifecycle), { f: () => answer });
    await expect(connect(url)).rejects.toThrow(`refused: ${status}`);
    await idle();
    expect(events).toHaveLength(1);
  });

  test('and is refused with 504 when the function takes longer than the integration may', async () => {
    const resources = webSocketResources([{ key: '$connect', timeoutMs: 50 }]);
    const { url } = await startWebSocketApi(resources, { f: () => new Promise(() => {}) });
    await expect(connect(url)).rejects.toThrow('refused: 504');
  });

  test('and is refused with 500 when the function does not permit API Gateway to invoke it', async () => {
    const resources = webSocketResources(lifecycle).filter(({ logicalId }) => logicalId !== 'fPermission');
    const { url, requests } = await startWebSocketApi(resources, { f: () => ok });
    await expect(connect(url)).rejects.toThrow('refused: 500');
    expect(requests[0]?.reason).toMatch(/does not permit/);
  });

  test('a path that is not the stage is forbidden', async () => {
    const { url, events } = await startWebSocketApi(webSocketResources(lifecycle), { f: () => ok });
    await expect(connect(`${url}/more`)).rejects.toThrow('refused: 403');
    expect(events).toEqual([]);
  });

  test('the function chooses the subprotocol', async () => {
    const { url } = await startWebSocketApi(webSocketResources(lifecycle), {
      f: () => ({ ...ok, headers: { 'Sec-WebSocket-Protocol': 'tessera' } }),
    });
    const { socket } = await connect(url, { protocols: ['bearer.t', 'tessera'] });
    expect(socket.protocol).toBe('tessera');
  });

  test('a client that gave up meanwhile is told of by $disconnect', async () => {
    const gone = Promise.withResolvers<void>();
    const { url, events, activity } = await startWebSocketApi(webSocketResources(lifecycle), {
      async f({ requestContext }) {
        if (requestContext.eventType === 'CONNECT') await gone.promise;
        return ok;
      },
    });
    const waiting = connect(url, { handshakeTimeout: 50 });
    await expect(waiting).rejects.toThrow();
    gone.resolve();
    while (events.length < 2) await activity.changed();
    expect(events.map(({ event }) => event.requestContext.eventType)).toEqual(['CONNECT', 'DISCONNECT']);
  });
});

describe('answers', () => {
  test('go back only where the route has a response', async () => {
    const routes = [{ key: 'ask', answers: true }, { key: 'tell' }];
    const { url, idle } = await startWebSocketApi(webSocketResources(routes), { f: () => ({ ...ok, body: 'heard' }) });
    const client = await connect(url);
    client.socket.send('{"action":"tell"}');
    await idle();
    client.socket.send('{"action":"ask"}');
    expect(await client.next()).toBe('heard');
    expect(client.messages).toEqual(['heard']);
  });

  test.each([
    ['a function that fails', new Error('no'), '{"action":"say"}', 'Internal server error'],
    ['an answer without a status', {}, '{"action":"say"}', 'Internal server error'],
    ['a message without a route', ok, '{"action":"other"}', 'Forbidden'],
  ])('%s is told by the gateway itself', async (_name, answer, text, message) => {
    const { url } = await startWebSocketApi(webSocketResources([{ key: 'say' }]), { f: () => answer });
    const client = await connect(url);
    client.socket.send(text);
    expect(JSON.parse(await client.next())).toEqual({
      message,
      connectionId: expect.stringMatching(/=$/),
      requestId: expect.any(String),
    });
  });
});

const permitted = (route: object) =>
  readWebSocketApis(modelOf([...webSocketResources([{ key: 'say' }]), route as never]));

test.each([
  ['Stage', { StageName: 'second', AutoDeploy: true }, /exactly one stage/],
  ['Route', { RouteKey: 'x', Target: 'integrations/absent' }, /no integration/],
  ['Route', { RouteKey: 'x', Target: 'integrations/integration0', AuthorizationType: 'AWS_IAM' }, /AuthorizationType/],
  [
    'Route',
    { RouteKey: 'x', Target: 'integrations/integration0', AuthorizationType: 'CUSTOM', AuthorizerId: 'auth' },
    /only \$connect/,
  ],
  [
    'Route',
    { RouteKey: '$connect', Target: 'integrations/integration0', AuthorizationType: 'CUSTOM', AuthorizerId: 'none' },
    /no authorizer none/,
  ],
])('a template it cannot play stops the start: %s %j', (kind, properties, message) => {
  const given = { type: `AWS::ApiGatewayV2::${kind}`, logicalId: 'extra', properties: { ApiId: 'api', ...properties } };
  expect(() => permitted(given)).toThrow(message);
});

test.each([
  ['stage', { AutoDeploy: false }, /no deployment/],
  [
    'integration0',
    { IntegrationUri: invocationUri('f').replace(/^.*functions.(.*).invocations$/, '$1') },
    /lambda:path/,
  ],
  ['auth', { EnableSimpleResponses: true }, /HTTP APIs only/],
  ['auth', { IdentitySource: ['$request.header.Authorization'] }, /IdentitySource/],
  ['api', { RouteSelectionExpression: '$context.connectionId' }, /RouteSelectionExpression/],
])('a property it cannot play stops the start: %s %j', (logicalId, changed, message) => {
  const resources = webSocketResources([{ key: '$connect' }], {}).map((resource) =>
    resource.logicalId === logicalId ? { ...resource, properties: { ...resource.properties, ...changed } } : resource,
  );
  expect(() => readWebSocketApis(modelOf(resources))).toThrow(message);
});
