import { afterEach, describe, expect, test } from '@jest/globals';
import { accountId, region } from '../fixtures/hand-made-model.ts';
import { apiResources, closeApis, failing, type Handler, startApi } from '../fixtures/http-api.ts';

afterEach(closeApis);

describe('the authorizer', () => {
  const token = { headers: { authorization: 'Bearer t' } };
  const secured = (authorizer?: Record<string, unknown>) =>
    apiResources([{ key: 'GET /me', fn: 'f', authorized: true }], authorizer ? { authorizer } : {});
  const whoami: Handler = (event) => event.requestContext.authorizer;

  test('is not asked without its identity source: 401', async () => {
    const { url } = await startApi(secured(), { f: whoami, authorizer: () => ({ isAuthorized: true }) });
    const response = await fetch(`${url}/me`);
    expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
  });

  test('is asked without identity sources when it has none', async () => {
    const { url } = await startApi(secured({ IdentitySource: [] }), {
      f: whoami,
      authorizer: () => ({ isAuthorized: true, context: { user: 'u' } }),
    });
    expect(await (await fetch(`${url}/me`)).json()).toEqual({ lambda: { user: 'u' } });
  });

  test('gets payload 2.0 and hands its context on', async () => {
    let seen: Record<string, unknown> = {};
    const authorizer: Handler = (event) => {
      seen = event as unknown as Record<string, unknown>;
      return { isAuthorized: true, context: { userId: 'u1', nested: { a: [1] } } };
    };
    const { url } = await startApi(secured(), { f: whoami, authorizer });
    expect(await (await fetch(`${url}/me?x=1`, token)).json()).toEqual({
      lambda: { userId: 'u1', nested: { a: [1] } },
    });
    expect(seen).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeArn: `arn:aws:execute-api:${region}:${accountId}:api/$default/GET/me`,
      identitySource: ['Bearer t'],
      routeKey: 'GET /me',
      rawPath: '/me',
      queryStringParameters: { x: '1' },
    });
    expect(seen).not.toHaveProperty('body');
  });

  test.each([
    [{ isAuthorized: false }, 403, { message: 'Forbidden' }],
    [failing, 500, { message: 'Internal Server Error' }],
    [{ allowed: true }, 500, { message: 'Internal Server Error' }],
  ])('answering %p gives %i', async (result, status, body) => {
    const { url } = await startApi(secured(), { f: whoami, authorizer: () => result });
    const response = await fetch(`${url}/me`, token);
    expect([response.status, await response.json()]).toEqual([status, body]);
  });

  test('is asked once per identity while its answer is fresh', async () => {
    let asked = 0;
    const authorizer = () => {
      asked += 1;
      return { isAuthorized: true };
    };
    const { url } = await startApi(secured({ AuthorizerResultTtlInSeconds: 60 }), { f: whoami, authorizer });
    for (const value of ['a', 'a', 'b', 'a']) await fetch(`${url}/me`, { headers: { authorization: value } });
    expect(asked).toBe(2);
  });
});

describe('CORS', () => {
  const cors = {
    AllowOrigins: ['https://app.example'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['authorization'],
    ExposeHeaders: ['etag'],
    MaxAge: 600,
  };
  const start = () =>
    startApi(apiResources([{ key: 'GET /me', fn: 'f', authorized: true }], { cors }), {
      f: () => ({ statusCode: 200, headers: { 'access-control-allow-origin': 'evil' } }),
      authorizer: () => ({ isAuthorized: true }),
    });
  const preflight = {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
  };

  test('preflights are answered without the authorizer', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/me`, preflight);
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '600',
    });
  });

  test('another origin gets no CORS headers', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/me`, {
      ...preflight,
      headers: { ...preflight.headers, origin: 'https://evil.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('answers carry the gateway’s headers, not the function’s; refusals too', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/me`, { headers: { origin: 'https://app.example', authorization: 't' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('access-control-expose-headers')).toBe('etag');
    const refused = await fetch(`${url}/me`, { headers: { origin: 'https://app.example' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, 'https://app.example']);
  });
});
