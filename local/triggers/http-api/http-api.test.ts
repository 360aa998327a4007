import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { accountId, modelOf } from '../fixtures/hand-made-model.ts';
import { apiResources, closeApis, failing, startApi } from '../fixtures/http-api.ts';
import type { HttpEvent } from './event.ts';
import { readHttpApis } from './model.ts';
import { findRoute } from './router.ts';

afterEach(closeApis);

describe('the most specific route is taken', () => {
  const keys = [
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /pets/dog/1',
    'POST /pets/{id}',
    'ANY /{proxy+}',
    'GET /',
    '$default',
  ];
  const routes = keys.map((key) => ({
    key,
    ...(key.includes(' ') ? { method: key.split(' ')[0] ?? '' } : {}),
    path: key.split(' ')[1] ?? '',
    functionName: 'f',
    timeoutMs: 1,
  }));
  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['PUT', '/pets/dog/1', 'ANY /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/dog/a%2Fb%20c', 'GET /pets/dog/{id}', { id: 'a/b c' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['GET', '/pets/5', 'GET /pets/{proxy+}', { proxy: '5' }],
    ['POST', '/pets/5', 'POST /pets/{id}', { id: '5' }],
    ['POST', '/pets/5/6', 'ANY /{proxy+}', { proxy: 'pets/5/6' }],
    ['DELETE', '/x', 'ANY /{proxy+}', { proxy: 'x' }],
    ['GET', '/', 'GET /', {}],
    ['POST', '/', '$default', {}],
  ])('%s %s → %s', (method, path, key, parameters) => {
    const match = findRoute(routes, method, path);
    expect(match?.route.key).toBe(key);
    expect(match?.pathParameters).toEqual(parameters);
  });

  test('without a default route an unknown path matches nothing', () => {
    expect(findRoute(routes.slice(0, 2), 'GET', '/x')).toBeUndefined();
    expect(findRoute(routes.slice(0, 2), 'GET', '/pets/dog/')).toBeUndefined();
  });
});

test('the event has payload format 2.0', async () => {
  const { url } = await startApi(apiResources([{ key: 'POST /items/{id}', fn: 'f' }]), { f: (event) => event });
  const response = await fetch(`${url}/items/a%20b?q=1&q=2&x=%C3%A4%20y`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      Cookie: 'a=1; b=2',
      'X-Many': 'one',
      'user-agent': 'tests',
    },
    body: '{"ok":true}',
  });
  const event = (await response.json()) as HttpEvent;
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'POST /items/{id}',
    rawPath: '/items/a b',
    rawQueryString: 'q=1&q=2&x=%C3%A4%20y',
    cookies: ['a=1', 'b=2'],
    queryStringParameters: { q: '1,2', x: 'ä y' },
    pathParameters: { id: 'a b' },
    body: '{"ok":true}',
    isBase64Encoded: false,
    requestContext: {
      accountId,
      apiId: 'api',
      domainName: '127.0.0.1',
      routeKey: 'POST /items/{id}',
      stage: '$default',
      http: { method: 'POST', path: '/items/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'tests' },
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
    },
  });
  expect(event.headers['x-many']).toBe('one');
  expect(event.headers.cookie).toBeUndefined();
  expect(event.headers['x-forwarded-for']).toBe('127.0.0.1');
  expect(event.requestContext.authorizer).toBeUndefined();
  expect(response.headers.get('apigw-requestid')).toBe(event.requestContext.requestId);
});

test('several headers of one name are joined by commas', async () => {
  const { url } = await startApi(apiResources([{ key: 'GET /', fn: 'f' }]), { f: (event) => event.headers['x-many'] });
  const { hostname, port } = new URL(url);
  const answer = await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () =>
      socket.end('GET / HTTP/1.1\r\nHost: x\r\nX-Many: 1\r\nx-many: 2\r\nConnection: close\r\n\r\n'),
    );
    socket
      .on('data', (chunk) => chunks.push(chunk))
      .on('error', reject)
      .on('end', () => resolve(Buffer.concat(chunks).toString()));
  });
  expect(answer).toMatch(/1,2$/);
});

test.each([
  ['image/png', true],
  ['application/x-www-form-urlencoded', true],
  ['application/problem+json', false],
  ['text/csv', false],
])('a body of %s is base64: %s', async (type, encoded) => {
  const { url } = await startApi(apiResources([{ key: '$default', fn: 'f' }]), {
    f: ({ body, isBase64Encoded }) => ({ body, isBase64Encoded, sent: true }),
  });
  const bytes = encoded ? new Uint8Array([0, 255, 1]) : new TextEncoder().encode('grün');
  const response = (await (
    await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body: bytes })
  ).json()) as { body: string; isBase64Encoded: boolean };
  expect(response.isBase64Encoded).toBe(encoded);
  expect(Buffer.from(response.body, encoded ? 'base64' : 'utf8')).toEqual(Buffer.from(bytes));
});

test.each([
  ['an object without statusCode', { a: 1 }, 200, 'application/json', '{"a":1}'],
  ['a string', 'hello', 200, 'application/json', 'hello'],
  [
    'a full answer',
    { statusCode: 201, headers: { 'Content-Type': 'text/x', n: 5 }, body: 'made' },
    201,
    'text/x',
    'made',
  ],
  ['a text answer by default', { statusCode: '404', body: 'no' }, 404, 'text/plain;charset=UTF-8', 'no'],
  ['base64', { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, 200, 'text/plain;charset=UTF-8', 'hi'],
  [
    'an object as body',
    { statusCode: 200, body: { a: 1 } },
    500,
    'application/json',
    '{"message":"Internal Server Error"}',
  ],
  ['a bad status', { statusCode: 7 }, 500, 'application/json', '{"message":"Internal Server Error"}'],
  ['an error', failing, 500, 'application/json', '{"message":"Internal Server Error"}'],
])('the answer made from %s', async (_name, result, status, type, body) => {
  const { url } = await startApi(apiResources([{ key: 'GET /', fn: 'f' }]), { f: () => result });
  const response = await fetch(url);
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([status, type, body]);
});

test('cookies of an answer are set one by one', async () => {
  const { url } = await startApi(apiResources([{ key: 'GET /', fn: 'f' }]), {
    f: () => ({ statusCode: 204, cookies: ['a=1; Secure', 'b=2'] }),
  });
  expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2']);
});

describe('the gateway’s own answers', () => {
  test('404 without a route', async () => {
    const { url, requests } = await startApi(apiResources([{ key: 'GET /a', fn: 'f' }]), {});
    const response = await fetch(`${url}/b`);
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
    expect(requests[0]).toMatchObject({ method: 'GET', path: '/b', status: 404, reason: 'no route' });
  });

  test('413 for a body over 10 MB and for an event over 6 MB', async () => {
    const { url } = await startApi(apiResources([{ key: 'POST /', fn: 'f' }]), { f: () => 'reached' });
    const post = async (bytes: number) =>
      (await fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(bytes) })).status;
    expect(await post(10 * 1024 * 1024 + 1)).toBe(413);
    expect(await post(7 * 1024 * 1024)).toBe(413);
    expect(await post(1024 * 1024)).toBe(200);
  });

  test('503 when the integration’s time is over', async () => {
    const { url } = await startApi(apiResources([{ key: 'GET /', fn: 'f', timeoutMs: 60 }]), {
      f: () => new Promise(() => {}),
    });
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });

  test('500 when the function does not permit API Gateway', async () => {
    const resources = apiResources([{ key: 'GET /', fn: 'f' }]).filter(({ logicalId }) => logicalId !== 'fPermission');
    const { url, requests } = await startApi(resources, { f: () => 'reached' });
    expect((await fetch(url)).status).toBe(500);
    expect(requests[0]?.reason).toMatch(/does not permit/);
  });
});

test.each([
  [
    'AWS::ApiGatewayV2::Route',
    { ApiId: 'api', RouteKey: 'FETCH /x', Target: 'integrations/integration0' },
    /Test\/extra.*RouteKey/s,
  ],
  ['AWS::ApiGatewayV2::Route', { ApiId: 'api', RouteKey: 'GET /x', Target: 'integrations/absent' }, /no integration/],
  [
    'AWS::ApiGatewayV2::Route',
    { ApiId: 'api', RouteKey: 'GET /x', Target: 'integrations/integration0', AuthorizationType: 'JWT' },
    /AuthorizationType/,
  ],
  ['AWS::ApiGatewayV2::Stage', { ApiId: 'api', StageName: 'second' }, /exactly one stage/],
])('a template it cannot play stops the start: %s %j', (type, properties, message) => {
  expect(() =>
    readHttpApis(modelOf([...apiResources([{ key: 'GET /', fn: 'f' }]), { type, logicalId: 'extra', properties }])),
  ).toThrow(message);
});
