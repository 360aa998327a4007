import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Standing } from '../domain/judge-standing.ts';
import { startedAt, startTrustedApps, user } from '../test/trusted-apps.ts';
import { authorizeSocket, type SocketAuthorizerEvent } from './authorize-socket.ts';

const apps = await startTrustedApps();
afterAll(() => apps.close());

const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:abcdef123/v1/$connect';
const logger = { info: jest.fn(), error: jest.fn() };
const standings = jest.fn<(owner: { readonly user: string }) => Promise<Standing | undefined>>();
const handler = authorizeSocket({
  verifyToken: apps.verifyHeader,
  readStanding: standings,
  logger: logger as never,
  now: () => apps.clock.now,
});
beforeEach(() => {
  apps.reset();
  standings.mockReset().mockResolvedValue(undefined);
  logger.info.mockReset();
  logger.error.mockReset();
});

const opening = (headers: SocketAuthorizerEvent['headers'], more: Partial<SocketAuthorizerEvent> = {}) =>
  handler({ methodArn, headers: headers ?? null, requestContext: { requestId: 'r1' }, ...more });
const offering = async (...protocols: readonly (string | Promise<string>)[]) =>
  opening({ 'Sec-WebSocket-Protocol': (await Promise.all(protocols)).join(', ') });
const withToken = async (token: string | Promise<string>) => offering('tessera.v1', `bearer.${await token}`);

const policy = (Effect: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action: 'execute-api:Invoke', Resource: methodArn }],
});
const denied = { principalId: 'nobody', policyDocument: policy('Deny') };
const hour = 3_600_000;
const allowed = (ms: number) => ({
  principalId: user,
  policyDocument: policy('Allow'),
  context: { app: 'app-es', user, expiresAt: new Date(startedAt + ms).toISOString() },
});

describe('SP14 who opens a socket', () => {
  test('with a good token is let in, for that API alone, until the token ends', async () => {
    expect(await withToken(apps.esToken())).toEqual(allowed(hour));
    expect(standings.mock.calls).toEqual([[expect.objectContaining({ app: 'app-es', user })]]);
    expect(logger.info).not.toHaveBeenCalled();
  });

  test('is let in for two hours at most: API Gateway keeps no connection longer', async () => {
    expect(await withToken(apps.esToken({ exp: startedAt / 1_000 + 90_000 }))).toEqual(allowed(2 * hour));
  });

  test('is read from the header however it is spelled, and from several lines of it', async () => {
    const token = `bearer.${await apps.esToken()}`;
    expect(await opening({ 'sec-websocket-protocol': `${token},tessera.v1` })).toEqual(allowed(hour));
    const multiValueHeaders = { 'Sec-WebSocket-Protocol': [token, 'tessera.v1'] };
    expect(await opening({ 'Sec-WebSocket-Protocol': 'tessera.v1' }, { multiValueHeaders })).toEqual(allowed(hour));
  });
});

describe('I8 nobody is let in', () => {
  test('without a token, with two, or with one that is no token', async () => {
    const token = `bearer.${await apps.esToken()}`;
    for (const protocols of [[], ['tessera.v1'], ['bearer.'], ['bearer.x.y'], [token, token]])
      expect([protocols, await offering(...protocols)]).toEqual([protocols, denied]);
    expect(await opening(null)).toEqual(denied);
    expect(await opening({ authorization: `Bearer ${await apps.esToken()}` })).toEqual(denied);
  });

  test.each([
    ['expired', { exp: startedAt / 1_000 - 60 }],
    ['in its last seconds, by leeway', { exp: startedAt / 1_000 - 10 }],
    ['anonymous', { is_anonymous: true }],
    ['of another audience', { aud: 'else' }],
    ['of another issuer', { iss: 'https://elsewhere.example' }],
  ])('with a token that is %s', async (_, claims) => {
    expect(await withToken(apps.esToken(claims))).toEqual(denied);
  });

  test('with a token of which a part was changed', async () => {
    const [head, , signature] = (await apps.esToken()).split('.');
    const claims = Buffer.from(JSON.stringify(apps.claims({ sub: 'somebody-else' }))).toString('base64url');
    expect(await withToken(`${head}.${claims}.${signature}`)).toEqual(denied);
  });

  test('who was deleted, though the token is good', async () => {
    standings.mockResolvedValue({ status: 'deleted', roles: [] });
    expect(await withToken(apps.esToken())).toEqual(denied);
    expect(logger.info.mock.calls).toEqual([['socket refused', { requestId: 'r1', reason: 'user-deleted' }]]);
  });
});

test('SP14 who cannot be judged just now is neither let in nor denied: the function fails, and the client comes again', async () => {
  standings.mockRejectedValue(new Error('throttled'));
  await expect(withToken(apps.esToken())).rejects.toThrow('cannot be judged just now');
  apps.reset();
  apps.esServer.mode = 'error';
  await expect(withToken(apps.esToken())).rejects.toThrow('cannot be judged just now');
});

test('SP14 the header is never logged', async () => {
  const token = await apps.esToken({ exp: startedAt / 1_000 - 60 });
  standings.mockRejectedValue(new Error('throttled'));
  await withToken(token);
  await withToken(apps.esToken()).catch(() => {});
  const logged = JSON.stringify([logger.info.mock.calls, logger.error.mock.calls]);
  expect(logged).toContain('token-expired');
  for (const part of token.split('.')) expect(logged).not.toContain(part);
});
