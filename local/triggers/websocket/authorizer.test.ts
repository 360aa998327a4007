import { afterEach, expect, test } from '@jest/globals';
import { closeWebSockets, connect, startWebSocketApi, webSocketResources } from '../fixtures/websocket-api.ts';

afterEach(closeWebSockets);

const ok = { statusCode: 200 };
const methodArn = 'arn:aws:execute-api:eu-central-1:123456789012:api/v1/$connect';
const policy = (Effect: string, Resource: string = methodArn) => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action: 'execute-api:Invoke', Resource }],
});
const routes = [{ key: '$connect' }, { key: '$disconnect' }, { key: '$default' }];
const start = (answer: unknown, authorizer: Record<string, unknown> = {}) =>
  startWebSocketApi(webSocketResources(routes, authorizer), { f: () => ok, authorizer: () => answer });

test('without its identity source it is not asked: 401', async () => {
  const { url, events } = await start({ principalId: 'u', policyDocument: policy('Allow') });
  await expect(connect(url)).rejects.toThrow('refused: 401');
  await expect(connect(`${url}?token=`)).rejects.toThrow('refused: 401');
  expect(events).toEqual([]);
});

test('that names no identity source it is always asked', async () => {
  const { url, events } = await start(
    { principalId: 'u', policyDocument: policy('Deny') },
    { IdentitySource: undefined },
  );
  await expect(connect(url)).rejects.toThrow('refused: 403');
  expect(events.map(({ fn }) => fn)).toEqual(['authorizer']);
});

test('it is asked with the upgrade request, once per connection', async () => {
  const { url, events, idle } = await start({ principalId: 'u', policyDocument: policy('Allow') });
  const { socket } = await connect(`${url}?token=t`);
  socket.send('x');
  await idle();
  expect(events.map(({ fn }) => fn)).toEqual(['authorizer', 'f', 'f']);
  expect(events[0]?.event).toMatchObject({
    type: 'REQUEST',
    methodArn,
    queryStringParameters: { token: 't' },
    headers: { 'Sec-WebSocket-Version': '13' },
    stageVariables: {},
    requestContext: { routeKey: '$connect', eventType: 'CONNECT', connectionId: expect.any(String) },
  });
});

test('a header of any spelling identifies, such as the offered subprotocols', async () => {
  const source = { IdentitySource: ['route.request.header.sec-websocket-protocol'] };
  const { url, events } = await start({ principalId: 'u', policyDocument: policy('Deny') }, source);
  await expect(connect(url)).rejects.toThrow('refused: 401');
  await expect(connect(url, { protocols: ['bearer.t', 'v1'] })).rejects.toThrow('refused: 403');
  expect(events).toHaveLength(1);
});

test('what it says is carried by every later event, as text', async () => {
  const context = { app: 'a', level: 3, admin: true };
  const { url, events, idle } = await start({ principalId: 'u', policyDocument: policy('Allow', '*'), context });
  const client = await connect(`${url}?token=t`);
  client.socket.send('x');
  await idle();
  client.socket.close();
  await client.closed;
  await idle();
  const authorizer = { principalId: 'u', app: 'a', level: '3', admin: 'true', integrationLatency: expect.any(Number) };
  expect(events.slice(1).map(({ event }) => event.requestContext)).toEqual([
    expect.objectContaining({ eventType: 'CONNECT', authorizer }),
    expect.objectContaining({ eventType: 'MESSAGE', authorizer }),
    expect.objectContaining({ eventType: 'DISCONNECT', authorizer, disconnectStatusCode: 1005 }),
  ]);
});

test.each([
  ['a Deny', { principalId: 'u', policyDocument: policy('Deny') }, 403],
  ['an Allow of something else', { principalId: 'u', policyDocument: policy('Allow', `${methodArn}x`) }, 403],
  ['an error', new Error('database'), 500],
  ['the error Unauthorized', new Error('Unauthorized'), 401],
  ['an HTTP API’s simple response', { isAuthorized: true }, 500],
  ['no policy', { principalId: 'u' }, 500],
  ['a list in the context', { principalId: 'u', policyDocument: policy('Allow'), context: { a: [1] } }, 500],
  ['more than 8 KB', { principalId: 'u', policyDocument: policy('Allow'), context: { a: 'x'.repeat(8192) } }, 500],
])('%s refuses the connection', async (_name, answer, status) => {
  const { url, events } = await start(answer);
  await expect(connect(`${url}?token=t`)).rejects.toThrow(`refused: ${status}`);
  expect(events.map(({ fn }) => fn)).toEqual(['authorizer']);
});

test('it must permit API Gateway to invoke it', async () => {
  const resources = webSocketResources(routes, {}).filter(({ logicalId }) => logicalId !== 'authorizerPermission');
  const { url, events } = await startWebSocketApi(resources, { f: () => ok });
  await expect(connect(`${url}?token=t`)).rejects.toThrow('refused: 500');
  expect(events).toEqual([]);
});
